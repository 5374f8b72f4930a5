"""What counts in a study, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass

from videoemo.records import check_shapes
from videoemo.study.design import DesignRow
from videoemo.study.series import Series
from videoemo.tables.expressions import Episode
from videoemo.util.arrays import Float64Array

__all__ = ["LeftOut", "Observation"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Observation:
    """Observation of one person, or one group, in one video.

    Parameters
    ----------
    unit, condition, within : str
        As in the design.
    video : str
        Its name in videos.csv.
    track : int or None
        The person; None for a group.
    onset : float
        The second from which times count, as a player shows it.
    coverage : float
        The share of the sampled frames from the onset on in which the person is seen, or of a group
        two persons or more; above 0, up to 1.
    seconds : float
        From the onset to the end of the last frame; 0 of a picture.
    row : DesignRow
        Its row of the design.
    series : Series
        What is displayed, frame by frame.
    episodes : tuple of Episode
        Those of the person by time, in seconds from the onset, cut off before it; none of a group.
    baseline : float64 (c,) or None
        The means of the series over the baseline; None where there is none.
    """

    unit: str
    condition: str
    within: str
    video: str
    track: int | None
    onset: float
    coverage: float
    seconds: float
    row: DesignRow
    series: Series
    episodes: tuple[Episode, ...]
    baseline: Float64Array | None

    def __post_init__(self) -> None:
        if self.baseline is not None:
            check_shapes(self, {"baseline": (len(self.series.names),)})


@dataclass(frozen=True)
class LeftOut:
    """What does not count, and why.

    Parameters
    ----------
    video : str
        Its name in videos.csv, or in the design.
    track : int or None
        The person; None for the whole video.
    unit : str
        Empty where the design does not name the video.
    reason : str
        Words that may follow the name and a colon.
    """

    video: str
    track: int | None
    unit: str
    reason: str
