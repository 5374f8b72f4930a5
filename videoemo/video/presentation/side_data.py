"""Side data of decoded frames."""

from __future__ import annotations

from typing import Any

__all__ = ["read_side_data"]


def read_side_data(frame: Any, name: str) -> Any:
    """Side data of a PyAV frame by PyAV's name of its type; None where there is none.

    A frame that has any of a type that PyAV does not know, though libav does (EXIF, views of a
    stereoscopic video), gives none.
    """
    try:
        return frame.side_data.get(name)
    except ValueError:
        return None
