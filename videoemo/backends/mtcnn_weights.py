"""The weight files of MTCNN's three networks, which lie in facenet-pytorch's package.

The package itself is never imported: it imports torchvision, which is broken on many machines.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from videoemo.errors import WeightsError
from videoemo.zoo.detectors import MTCNN

__all__ = ["read"]


def read(file: str) -> bytes:
    """The content of one of the files, such as `pnet.pt`.

    Raises
    ------
    WeightsError
        It is missing, or not the one published.
    """
    spec = find_spec("facenet_pytorch")
    if spec is None or spec.origin is None:
        raise WeightsError(
            f"MTCNN's weights ({file}) come with facenet-pytorch, which is not installed: pip "
            "install 'facenet-pytorch<2.6'"
        )
    path = Path(spec.origin).parent / "data" / file
    repair = "pip install --force-reinstall --no-deps 'facenet-pytorch<2.6'"
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise WeightsError(
            f"MTCNN's weights {path} (SHA-256 {MTCNN.sha256[file]}) cannot be read: "
            f"{exc.strerror or exc}; run {repair}"
        ) from exc
    found, expected = hashlib.sha256(content).hexdigest(), MTCNN.sha256[file]
    if found != expected:
        raise WeightsError(
            f"MTCNN's weights {path} are damaged: SHA-256 is {found}, expected {expected}; "
            f"run {repair}"
        )
    return content
