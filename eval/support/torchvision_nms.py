"""A torchvision that can suppress boxes, for facenet-pytorch's MTCNN, where torchvision's compiled
operators do not load beside a CPU build of torch.

`videoemo.backends.torchvision_repair` makes the import work; here its `nms` gets a kernel,
OpenCV's, which is compiled too. The seconds spent in it are counted, so that anyone can see what it
costs. A torchvision that is whole is left as it is.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Clock", "give_nms"]

_REPAIR = Path(__file__).parents[2] / "videoemo" / "backends" / "torchvision_repair.py"


@dataclass
class Clock:
    """Seconds spent in the stand-in."""

    seconds: float = 0.0


def give_nms(clock: Clock) -> None:
    """Import torchvision; if it had to be mended, give it an `nms` that works."""
    # By its path: the packages around it need what a peer's environment does not have.
    spec = importlib.util.spec_from_file_location("torchvision_repair", _REPAIR)
    assert spec is not None
    assert spec.loader is not None
    # Kept: it keeps the schemas.
    repair = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(repair)
    if not repair.import_torchvision():
        return
    import cv2
    import torch
    import torchvision

    def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
        started = perf_counter()
        corners = boxes.double().numpy()
        sized = corners.copy()
        sized[:, 2:] -= corners[:, :2]  # x, y, width, height
        suppress: Any = cv2.dnn.NMSBoxes  # it takes arrays, which its stub does not say
        kept = suppress(sized, scores.numpy(), 0.0, iou_threshold) if len(sized) else []
        places = torch.as_tensor(kept, dtype=torch.int64).reshape(-1)
        clock.seconds += perf_counter() - started
        return places

    library = torch.library.Library("torchvision", "IMPL")
    library.impl("nms", nms, "CPU")
    _LIBRARIES.append(library)
    torchvision.extension._has_ops = lambda: True


_LIBRARIES: list[object] = []  # The kernel is gone as soon as its library object is.
