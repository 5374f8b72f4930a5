"""Displayed facial expressions in folders of videos: every face, every frame, true times, on an ordinary CPU.

`score` gives the faces of a video as a table, `load_extractor` the network that reads face crops, `load_classifier` an unfitted classifier
of clips by name, `load_model` a fitted one. A displayed expression is not a felt emotion; the README says what videoemo must not be used for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from videoemo._version import __version__

if TYPE_CHECKING:
    from videoemo.classifier import load_classifier
    from videoemo.extractor import load_extractor
    from videoemo.model import load_model
    from videoemo.scoring import score

__all__ = ["__version__", "load_classifier", "load_extractor", "load_model", "score"]

_ROOMS = {"load_classifier": "classifier", "load_extractor": "extractor", "load_model": "model", "score": "scoring"}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import videoemo` and `videoemo --help` stay light.
    if name in _ROOMS:
        return getattr(import_module(f"videoemo.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'videoemo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
