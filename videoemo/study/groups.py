"""Measures of groups: what the persons of a video display together, with the group as unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from videoemo.group import ALPHA
from videoemo.results import Results, VideoResults
from videoemo.study.measures import Measures, by_unit
from videoemo.study.series import GROUP
from videoemo.study.units import Observation
from videoemo.util.arrays import Float64Array

__all__ = ["group_measures"]

_SYNCHRONY = "synchrony"


def group_measures(results: Results, observations: Sequence[Observation]) -> Measures:
    """Measures of what groups display from the onset on, for each unit in each condition.

    The means of the columns of group.parquet over the frames in which two persons or more are seen,
    weighted as in the tables of the run, less a baseline where there is one: `valence`,
    `dispersion`, `agreement`, and the shares of the faces that are `positive`, `neutral` and
    `negative`. And `synchrony`, from 0: the share of the pairs of synchrony.csv that move together
    more than chance has it, over the whole video; NaN without a pair that could be compared. Of
    several videos of a unit in a condition the mean is taken.

    Parameters
    ----------
    results : Results
        The folder of results.
    observations : sequence of Observation
        Of groups, one or more, see `observe`.

    Raises
    ------
    InputError
        A synchrony.csv is damaged.
    """
    values = [[*_means(one), _synchrony(results.video(one.video))] for one in observations]
    return by_unit(observations, (*GROUP, _SYNCHRONY), np.array(values, np.float64))


def _means(one: Observation) -> Float64Array:
    return one.series.mean(0.0) - (0.0 if one.baseline is None else one.baseline)


def _synchrony(video: VideoResults) -> float:
    pairs = replace(video).pairs  # of a copy, which is not kept
    if not pairs:
        return math.nan
    return float(np.mean([pair.p_corrected <= ALPHA for pair in pairs]))
