"""Displayed facial expressions in folders of videos: every face, every frame, true times, on an
ordinary CPU.

`score` gives the faces of a video as a table, `load_results` the results of a run, `read_table` one
CSV table of it, `load_extractor` the network that reads face crops, `load_classifier` an unfitted
classifier of clips by name, `load_fitted_classifier` a fitted one. A displayed expression is not a
felt emotion; the README says what videoemo must not be used for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from videoemo._version import __version__

if TYPE_CHECKING:
    from videoemo.classification.classifier import load_classifier
    from videoemo.classification.model_file import load_fitted_classifier
    from videoemo.inference.extractor import load_extractor
    from videoemo.results.folder import load_results
    from videoemo.scoring.api import score
    from videoemo.tables.read import read_table

__all__ = [
    "__version__",
    "load_classifier",
    "load_extractor",
    "load_fitted_classifier",
    "load_results",
    "read_table",
    "score",
]

_ROOMS = {
    "load_classifier": "classification.classifier",
    "load_extractor": "inference.extractor",
    "load_fitted_classifier": "classification.model_file",
    "load_results": "results.folder",
    "read_table": "tables.read",
    "score": "scoring.api",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import videoemo` and `videoemo --help` stay light.
    if name in _ROOMS:
        return getattr(import_module(f"videoemo.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'videoemo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
