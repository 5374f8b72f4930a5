"""The video of a run's results, opened again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from videoemo.errors import InputError
from videoemo.results.video import VideoResults
from videoemo.video import Video, probe

__all__ = ["probe_scored"]

# Seconds: times of frames come back from a table as they were.
_SAME_TIME = 1e-6


def probe_scored(path: Path, one: VideoResults) -> Video:
    """Open the video of results, whose frames must be those that were scored.

    Parameters
    ----------
    path : Path
        Where it is.
    one : VideoResults
        Its results.

    Raises
    ------
    InputError
        Its frames are others, or they cannot be compared: results are damaged.
    VideoError
        It cannot be read.
    """
    sampling, table = one.pipeline.sampling, one.table
    video = probe(
        path,
        fps=sampling.fps if path.is_dir() else None,
        stream=sampling.stream,
        max_pixels=sampling.max_pixels,
    )
    size = (video.width, video.height) == (one.width, one.height)
    there = bool((table.frame < video.n_frames).all())
    if not (
        size and there and np.allclose(video.seconds[table.frame], table.seconds, atol=_SAME_TIME)
    ):
        raise InputError(f"{path}: its frames are not those that were scored: score it again")
    return video
