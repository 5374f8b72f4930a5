"""A row of videos.csv in a video's summary.json, and back, to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from videoemo.tables import VideoRow

__all__ = ["Failure", "read_row", "row_fields"]


@dataclass(frozen=True)
class Failure:
    """One row of errors.csv: which video failed, at what stage of the work, by what kind of fault, and the reason in words."""

    video: str
    stage: str
    kind: str
    message: str

    def row(self) -> VideoRow:
        """The row of videos.csv."""
        return VideoRow(video=self.video, error=self.message)


def row_fields(row: VideoRow, classes: Sequence[str]) -> dict[str, Any]:
    """The fields of a row for a JSON file: video, error, seconds, frames, face_frames, faces, dominant, mean, and affect and prediction if given."""
    raise NotImplementedError


def read_row(fields: Any) -> VideoRow:
    """The row of a summary.json.

    Raises
    ------
    ValueError : they are not those of a row.
    """
    raise NotImplementedError
