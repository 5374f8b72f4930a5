"""What the persons of a video display together, over its whole length."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from videoemo.group._deviations import Deviation, deviations
from videoemo.group._faces import FaceAffect, face_affect
from videoemo.group._peaks import peaks
from videoemo.group._series import GroupSeries, group_series
from videoemo.group._synchrony import ALPHA, Pair, synchrony
from videoemo.group._valence_grid import valence_series
from videoemo.tables.faces import FaceTable
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["GroupAffect", "group_affect"]

# Digits of the numbers in a summary.
DIGITS = 6


@dataclass(frozen=True)
class GroupAffect:
    """The group of a video.

    Parameters
    ----------
    faces : FaceAffect
        What each face displays.
    series : GroupSeries
        Frame by frame, together.
    deviations : list of Deviation
        How each person stands to the others.
    pairs : list of Pair
        How every two persons who are seen together long enough move together.
    most_positive, most_negative : list of int
        Places in the series where the smoothed valence is highest and lowest, the most
        extreme first.
    """

    faces: FaceAffect
    series: GroupSeries
    deviations: list[Deviation]
    pairs: list[Pair]
    most_positive: list[int]
    most_negative: list[int]

    def has_picture(self) -> bool:
        """Whether there is a series to be drawn: two persons or more, at two times or more."""
        return len(self.deviations) > 1 and len(np.unique(self.series.seconds)) > 1

    def summary(self) -> dict[str, Any]:
        """What summary.json says under `group`: means over the frames with a face, moments,
        persons, and how many pairs are synchronous.
        """
        series = self.series
        measures = ("positive", "neutral", "negative", "valence", "dispersion", "agreement")
        return {
            "persons": len(self.deviations),
            "mean_faces": _number(_mean(series.faces[series.faces > 0])),
            "mean": {name: _number(_mean(getattr(series, name))) for name in measures},
            "most_positive": [self._moment(i) for i in self.most_positive],
            "most_negative": [self._moment(i) for i in self.most_negative],
            "deviations": [
                {
                    key: _number(value) if isinstance(value, float) else value
                    for key, value in asdict(one).items()
                }
                for one in self.deviations
            ],
            "pairs": len(self.pairs),
            "synchronous_pairs": sum(pair.p_corrected <= ALPHA for pair in self.pairs),
        }

    def _moment(self, i: int) -> dict[str, float | None]:
        return {
            "seconds": _number(self.series.seconds[i]),
            "valence": _number(self.series.valence_smoothed[i]),
        }


def group_affect(
    table: FaceTable, *, window: float, synchrony_window: float, synchrony_lag: float
) -> GroupAffect:
    """What the persons of a video display together.

    Parameters
    ----------
    window : float
        Seconds over which the group's valence is smoothed, and moments are apart.
    synchrony_window, synchrony_lag : float
        In seconds, see `synchrony`.
    """
    faces = face_affect(table)
    series = group_series(faces, window=window)
    return GroupAffect(
        faces,
        series,
        deviations(faces),
        synchrony(valence_series(faces), window=synchrony_window, most_lag=synchrony_lag),
        peaks(series.seconds, series.valence_smoothed, apart=window),
        peaks(series.seconds, -series.valence_smoothed, apart=window),
    )


def _mean(values: Float64Array | Int64Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _number(value: float) -> float | None:
    """As JSON can have it."""
    return None if np.isnan(value) else round(float(value), DIGITS)
