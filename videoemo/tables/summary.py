"""A row of videos.csv in a video's summary.json, and back, to the bit; and a row of errors.csv."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.tables.columns import Columns
from videoemo.tables.videos import LOW_COVERAGE, Prediction, VideoRow
from videoemo.util.messages import shown

__all__ = ["Failure", "from_failure", "from_summary", "to_summary"]

# Characters of one text, such as an error, which names a path or two.
_LONGEST_TEXT = 64 * 1024
# Above what a video's seconds, frames or faces may count to; whole numbers below it are exact.
_MOST = 2**53
# By which a mean of probabilities in 32 bits may miss 1.
_ROUNDING = 1e-4


@dataclass(frozen=True)
class Failure:
    """One row of errors.csv: which video failed, at what stage of the work, by what kind of fault,
    and the reason in words.
    """

    video: str
    stage: str
    kind: str
    message: str

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


def from_summary(given: dict[str, Any], columns: Columns | None = None) -> VideoRow:
    """The row of a summary.json.

    Parameters
    ----------
    given : dict of str to object
        What the file holds, as `json_files.read_object` gives it.
    columns : Columns or None
        What the row has to hold beside counts; None where it is not known, or nothing.

    Raises
    ------
    ValueError
        They are not those of a row; the message names the field.
    """
    row = VideoRow(
        video=_text(given, "video"),
        error=_text(given, "error"),
        seconds=_number(given, "seconds"),
        frames=_count(given, "frames"),
        face_frames=_count(given, "face_frames"),
        faces=_count(given, "faces"),
        longest_gap=_number(given, "longest_gap") if "longest_gap" in given else None,
        dominant=_text(given, "dominant"),
        mean=_mean(_take(given, "mean", dict)) if "mean" in given else None,
        values=_numbers("values", _take(given, "values", dict)),
        prediction=_prediction(_take(given, "prediction", dict)) if "prediction" in given else None,
    )
    classes = list(given.get("mean", ()))
    frames, face_frames, faces = row.frames or 0, row.face_frames or 0, row.faces or 0
    _require(face_frames <= frames, "face_frames", f"at most {frames}", face_frames)
    _require(faces >= face_frames, "faces", f"at least {face_frames}", faces)
    found = row.mean is not None and not np.isnan(row.mean).any()
    known = ["", *((LOW_COVERAGE, *classes) if found else ())]
    _require(row.mean is None or row.dominant in known, "dominant", "a class of mean", row.dominant)
    if columns is not None:
        _check_names("mean", classes, columns.classes)
        _check_names("values", list(row.values), columns.values)
        _require(
            (row.prediction is None) == (columns.scores is None),
            "prediction",
            "one where there is a classifier",
            given.get("prediction"),
        )
        if row.prediction is not None and row.prediction.scores:
            _check_names("scores", list(row.prediction.scores), columns.scores or ())
    return row


def from_failure(given: Any) -> Failure:
    """The failure in a record of one.

    Raises
    ------
    ValueError
        It is none; the message names the field.
    """
    _require(isinstance(given, dict), "failure", "dict", given)
    return Failure(**{field.name: _text(given, field.name) for field in fields(Failure)})


def _without_nan(means: dict[str, float]) -> dict[str, float | None]:
    """With null for the NaN of a video without a face, which JSON has no word for."""
    return {name: None if math.isnan(value) else value for name, value in means.items()}


def _mean(named: dict[str, Any]) -> npt.NDArray[np.float32]:
    values = [*_numbers("mean", named, low=-_ROUNDING, high=1 + _ROUNDING).values()]
    missing = sum(map(math.isnan, values))
    _require(missing in (0, len(values)), "mean", "all numbers or all null", named)
    return np.array(values, np.float32)


def _numbers(
    field: str, named: dict[str, Any], *, low: float = -math.inf, high: float = math.inf
) -> dict[str, float]:
    for name, value in named.items():
        wanted = "a finite number or null"
        if not math.isinf(high):
            wanted = f"a number from {low:.3g} to {high:.3g} or null"
        right = value is None or (_is_number(value) and low <= value <= high)
        _require(right, f"{field}.{name}", wanted, value)
    return {name: math.nan if value is None else float(value) for name, value in named.items()}


def _prediction(given: dict[str, Any]) -> Prediction:
    scores = _take(given, "scores", dict)
    for name, value in scores.items():
        _require(_is_number(value), f"scores.{name}", "a finite number", value)
    return Prediction(_text(given, "label"), {name: float(value) for name, value in scores.items()})


def _check_names(field: str, given: list[str], wanted: Sequence[str]) -> None:
    _require(given == list(wanted), field, f"{', '.join(wanted) or 'none'}", ", ".join(given))


def _text(given: dict[str, Any], name: str) -> str:
    value: str = _take(given, name, str)
    allowed = f"at most {_LONGEST_TEXT:,} characters"
    _require(len(value) <= _LONGEST_TEXT, name, allowed, len(value))
    return value


def _count(given: dict[str, Any], name: str) -> int:
    value: int = _take(given, name, int)
    _require(0 <= value <= _MOST, name, f"a count from 0 to {_MOST}", value)
    return value


def _number(given: dict[str, Any], name: str) -> float:
    value = _take(given, name, float, int)
    _require(0 <= value <= _MOST, name, f"a number from 0 to {_MOST}", value)
    return float(value)


def _is_number(value: Any) -> bool:
    # True is no number here; and of whole numbers some are too large for a float.
    return type(value) in (float, int) and abs(value) <= sys.float_info.max


def _take(given: dict[str, Any], name: str, *kinds: type) -> Any:
    value = given.get(name)
    # True is no int here.
    _require(type(value) in kinds, name, " or ".join(kind.__name__ for kind in kinds), value)
    return value


def _require(holds: bool, field: str, wanted: str, given: object) -> None:
    if not holds:
        raise ValueError(f"{field}: expected {wanted}, got {shown(given)}")
