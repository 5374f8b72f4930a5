"""A row of videos.csv in a video's summary.json, and back, to the bit; and a row of errors.csv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.tables.videos import Prediction, VideoRow

__all__ = ["Failure", "from_summary", "to_summary"]


@dataclass(frozen=True)
class Failure:
    """One row of errors.csv: which video failed, at what stage of the work, by what kind of fault,
    and the reason in words.
    """

    video: str
    stage: str
    kind: str
    message: str

    def __post_init__(self) -> None:
        _require(
            all(isinstance(value, str) for value in asdict(self).values()),
            "a failure",
            asdict(self),
        )

    def row(self) -> VideoRow:
        """The row of videos.csv."""
        return VideoRow(video=self.video, status="failed", error=self.message)


def to_summary(row: VideoRow, classes: Sequence[str]) -> dict[str, Any]:
    """The fields of a row for a JSON file: video, error, seconds, frames, face_frames, faces,
    dominant, values, and coverage, longest_gap, mean and prediction if given.

    Parameters
    ----------
    row : VideoRow
        Of a video that did not fail.
    classes : sequence of str
        c names, in the order of the row's `mean`.
    """
    return {
        "video": row.video,
        "error": row.error,
        "seconds": row.seconds,
        "frames": row.frames,
        "face_frames": row.face_frames,
        "faces": row.faces,
        **(
            {}
            if row.longest_gap is None
            else {"coverage": row.coverage, "longest_gap": row.longest_gap}
        ),
        "dominant": row.dominant,
        **(
            {}
            if row.mean is None
            else {"mean": _without_nan(dict(zip(classes, row.mean.tolist(), strict=True)))}
        ),
        "values": _without_nan(row.values),
        **({} if row.prediction is None else {"prediction": asdict(row.prediction)}),
    }


def from_summary(fields: Any) -> VideoRow:
    """The row of a summary.json.

    Raises
    ------
    ValueError
        They are not those of a row.
    """
    _require(isinstance(fields, dict), "an object", fields)
    return VideoRow(
        video=_take(fields, "video", str),
        error=_take(fields, "error", str),
        seconds=float(_take(fields, "seconds", float, int)),
        frames=_take(fields, "frames", int),
        face_frames=_take(fields, "face_frames", int),
        faces=_take(fields, "faces", int),
        longest_gap=_take(fields, "longest_gap", float) if "longest_gap" in fields else None,
        dominant=_take(fields, "dominant", str),
        mean=_mean(_take(fields, "mean", dict)) if "mean" in fields else None,
        values=_numbers(_take(fields, "values", dict)),
        prediction=_prediction(_take(fields, "prediction", dict))
        if "prediction" in fields
        else None,
    )


def _without_nan(means: dict[str, float]) -> dict[str, float | None]:
    """With null for the NaN of a video without a face, which JSON has no word for."""
    return {name: None if math.isnan(value) else value for name, value in means.items()}


def _mean(named: dict[str, Any]) -> npt.NDArray[np.float32]:
    return np.array([*_numbers(named).values()], np.float32)


def _numbers(named: dict[str, Any]) -> dict[str, float]:
    _require(
        all(value is None or type(value) in (float, int) for value in named.values()),
        "numbers or null",
        named,
    )
    return {name: math.nan if value is None else float(value) for name, value in named.items()}


def _prediction(fields: dict[str, Any]) -> Prediction:
    scores = _take(fields, "scores", dict)
    _require(all(type(value) is float for value in scores.values()), "numbers", scores)
    return Prediction(_take(fields, "label", str), scores)


def _take(fields: dict[str, Any], name: str, *kinds: type) -> Any:
    value = fields.get(name)
    # True is no int here.
    _require(
        type(value) in kinds, f"{name} as {' or '.join(kind.__name__ for kind in kinds)}", value
    )
    return value


def _require(holds: bool, wanted: str, given: object) -> None:
    if not holds:
        raise ValueError(f"expected {wanted}, got {given!r}")
