"""Make `import torchvision` (so `import timm`) work where torchvision was built for another torch.

A CPU build of torch beside the registry's torchvision is common: torchvision's compiled operators
then cannot load and the import dies with "operator torchvision::nms does not exist". The import
only needs the operators' schemas to be declared; calling them still fails, and nothing of videoemo
calls them.
"""

from __future__ import annotations

import importlib
import sys

__all__ = ["import_torchvision"]

# As torchvision registers them in csrc/ops/nms.cpp and csrc/ops/quantized/cpu/qnms_kernel.cpp.
SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def import_torchvision() -> bool:
    """Import torchvision, mended where need be; return True when it had to be mended, which is said
    once on standard error.
    """
    import torch

    if "torchvision" in sys.modules:
        return False
    try:
        importlib.import_module("torchvision")
        return False
    except RuntimeError as exc:
        if "torchvision::" not in str(exc):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in SCHEMAS.values():
        library.define(schema)
    importlib.import_module("torchvision")
    _LIBRARIES.append(library)
    print(
        "videoemo: torchvision was built for another torch; its operators are left unused "
        "(videoemo doctor tells more)",
        file=sys.stderr,
    )
    return True


_LIBRARIES: list[object] = []  # The schemas are gone as soon as their library object is.
