"""Where players begin to count a video, on the clock of its tables."""

from __future__ import annotations

import math

from videoemo.results.video import VideoResults

__all__ = ["clock_origin", "clock_start"]

_DAY = 86400.0


def clock_start(video: VideoResults) -> float:
    """Second of a video's clock at which its file begins, by sound or picture: 0 of most."""
    start = video.summary.get("clock_start", 0.0)
    return float(start) if type(start) in (int, float) and math.isfinite(start) else 0.0


def clock_origin(video: VideoResults) -> float:
    """Second of a video's clock from which players count: 0, but for a clock that has no beginning
    of its own, or begins a day or more from 0, such as seconds since 1970.
    """
    start = clock_start(video)
    return start if video.summary.get("clock_is_free") is True or abs(start) >= _DAY else 0.0
