"""Displayed facial expressions in folders of videos: every face, every frame, true times, on an ordinary CPU.

`score` gives the faces of a video as a table, `load_extractor` the network that reads face crops. A displayed expression is not a felt
emotion; the README says what videoemo must not be used for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from videoemo._version import __version__

if TYPE_CHECKING:
    from videoemo.extractor import load_extractor
    from videoemo.runs import score

__all__ = ["__version__", "load_extractor", "score"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import videoemo` and `videoemo --help` stay light.
    if name == "score":
        from videoemo.runs import score

        return score
    if name == "load_extractor":
        from videoemo.extractor import load_extractor

        return load_extractor
    raise AttributeError(f"module 'videoemo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
