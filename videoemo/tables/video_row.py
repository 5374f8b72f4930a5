"""The row of a video in videos.csv, from its faces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.config.pipeline import Tracking
from videoemo.tables.faces import FaceTable
from videoemo.tables.videos import LOW_COVERAGE, VideoRow

__all__ = ["mean_weights", "video_row"]


def video_row(
    table: FaceTable, tracking: Tracking, *, video: str, seconds: float | None, error: str
) -> VideoRow:
    """Summarise the faces of a video.

    Parameters
    ----------
    table : FaceTable
        The faces.
    tracking : Tracking
        How means are taken, and from which coverage on an expression is called dominant.
    video : str
        The video's id.
    seconds : float or None
        Its duration.
    error : str
        What the reader should know of it.
    """
    weights = mean_weights(table, tracking)
    mean = table.mean(weights)
    row = VideoRow(
        video=video,
        error=error,
        seconds=seconds,
        frames=len(table.frame_starts()),
        face_frames=len(np.unique(table.frame[table.face >= 0])),
        faces=int((table.face >= 0).sum()),
        longest_gap=table.longest_gap(),
        mean=mean,
        values=table.mean_values(weights),
        dominant="" if np.isnan(mean).any() else table.classes[int(mean.argmax())],
    )
    least = tracking.min_coverage
    too_little = bool(row.dominant) and row.coverage is not None and row.coverage < least
    return replace(row, dominant=LOW_COVERAGE) if too_little else row


def mean_weights(table: FaceTable, tracking: Tracking) -> npt.NDArray[np.float64] | None:
    """The weights of the rows in means by time, (n,); None where every face weighs the same."""
    return table.weights(tracking.track_gap) if tracking.mean_by == "time" else None
