"""Observations of units, made up: no results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.support.rows import CLASSES
from videoemo.labels import VALENCE
from videoemo.study.design import DesignRow
from videoemo.study.series import Series
from videoemo.study.units import Observation
from videoemo.tables.expressions import Episode
from videoemo.tables.frame_weights import shown_until

Numbers = Sequence[float] | npt.NDArray[Any]

# Of tables: happiness and sadness, and the valence of both.
NAMES = (*CLASSES, "valence")
# Seconds for which a person who is not seen is waited for.
GAP = 2.0


def observation(
    unit: str,
    condition: str,
    seconds: Numbers,
    happiness: Numbers,
    *,
    episodes: Sequence[Episode] = (),
    baseline: float | None = None,
    codes: Sequence[tuple[str, Path]] = (),
) -> Observation:
    """Observation of a person who is happy or sad.

    Parameters
    ----------
    seconds : array-like (n,)
        From the onset.
    happiness : array-like (n,)
        Probabilities; NaN where the person is not seen.
    baseline : float or None
        Of happiness.
    """
    times = np.asarray(seconds, np.float64)
    values = _outputs(np.asarray(happiness, np.float32))
    series = Series(times, shown_until(times, longest=GAP), NAMES, values, values, None, GAP)
    row = DesignRow(
        line=2,
        video=f"{unit}-{condition}.mp4",
        track=0,
        unit=unit,
        condition=condition,
        within="",
        onset=0.0,
        codes=tuple(codes),
        others={},
    )
    return Observation(
        unit=unit,
        condition=condition,
        within="",
        video=row.video,
        track=0,
        onset=0.0,
        coverage=series.coverage,
        seconds=float(series.until[-1]),
        row=row,
        series=series,
        episodes=tuple(episodes),
        baseline=None if baseline is None else _outputs(np.array([baseline]))[0].astype(np.float64),
    )


def _outputs(happiness: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    valence = VALENCE["happiness"] * happiness + VALENCE["sadness"] * (1 - happiness)
    return np.column_stack([happiness, 1 - happiness, valence]).astype(np.float32)
