"""What several persons display together: the group's time series, its moments, who differs,
who moves with whom.
"""

from __future__ import annotations

from videoemo.group._affect import GroupAffect, group_affect
from videoemo.group._deviations import Deviation, deviations
from videoemo.group._faces import FaceAffect, face_affect, valence_of
from videoemo.group._files import (
    check_synchrony,
    group_columns,
    group_table,
    read_group_series,
    read_synchrony,
    write_group_series,
    write_synchrony,
)
from videoemo.group._peaks import peaks
from videoemo.group._series import GroupSeries, group_series, smoothed
from videoemo.group._synchrony import ALPHA, Pair, corrected, synchrony
from videoemo.group._valence_grid import ValenceSeries, valence_series
from videoemo.group._windowed import WindowedCrossCorrelation

__all__ = [
    "ALPHA",
    "Deviation",
    "FaceAffect",
    "GroupAffect",
    "GroupSeries",
    "Pair",
    "ValenceSeries",
    "WindowedCrossCorrelation",
    "check_synchrony",
    "corrected",
    "deviations",
    "face_affect",
    "group_affect",
    "group_columns",
    "group_series",
    "group_table",
    "peaks",
    "read_group_series",
    "read_synchrony",
    "smoothed",
    "synchrony",
    "valence_of",
    "valence_series",
    "write_group_series",
    "write_synchrony",
]
