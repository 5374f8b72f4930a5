"""The extra `study`: what only comparisons need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from videoemo.errors import VideoemoError

__all__ = ["study_extra"]


@contextmanager
def study_extra() -> Iterator[None]:
    """Import what the extra brings, or say how to install it.

    Raises
    ------
    VideoemoError
        It is not installed.
    """
    try:
        yield
    except ImportError as exc:
        raise VideoemoError(
            f"a comparison needs statsmodels ({exc}): pip install 'videoemo[study]'"
        ) from exc
