"""Versions of everything that can change a result."""

from __future__ import annotations

import platform
from importlib import metadata

from videoemo._version import __version__

__all__ = ["LIBRARIES", "versions"]


# Libraries whose version can change a result.
LIBRARIES = (
    "av",
    "decord",
    "facenet-pytorch",
    "numpy",
    "opencv-python-headless",
    "openvino",
    "pillow",
    "timm",
    "torch",
)


def versions() -> dict[str, str | None]:
    """Versions of videoemo, of Python and of each library; None for one that is not installed."""
    found: dict[str, str | None] = {"videoemo": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found
