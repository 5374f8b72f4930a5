"""Series of what one person, or one group, displays, in seconds from the onset."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.group import valence_of
from videoemo.labels import VALENCE
from videoemo.records import check_shapes
from videoemo.results import VideoResults
from videoemo.tables.faces import FaceTable
from videoemo.tables.frame_weights import frame_weights, shown_until, weighted_mean
from videoemo.util.arrays import Float32Array, Float64Array, Int64Array
from videoemo.util.messages import brief

__all__ = ["GROUP", "Series", "group_series", "person_series"]

# What is known of a group in a frame, by the columns of group.parquet.
GROUP = ("valence", "dispersion", "agreement", "positive", "neutral", "negative")
# Seconds by which a frame may miss the onset that it is meant to meet: times are whole ticks turned
# into floats.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Series:
    """Series of what is displayed, a row a sampled frame of the video.

    Parameters
    ----------
    seconds : float64 (n,)
        From the onset, ascending; those before it are negative.
    until : float64 (n,)
        Until when each frame is shown, see `shown_until`.
    names : tuple of str
        c names: of a person the classes, then `valence` where it is known; of a group `GROUP`.
    values : float32 (n, c)
        As the tables have them; NaN where the person is not seen, or of a group fewer than two
        persons are. A column is NaN throughout where the classes have no valence.
    smoothed : float32 (n, c)
        The same, smoothed along the person's track as pictures show it; of a group as they are.
    weights : float64 (n,) or None
        Of the frames in means, as the run takes them; None where all weigh the same.
    longest : float
        Seconds: no frame counts for longer, and no gap that is longer is filled.
    """

    seconds: Float64Array
    until: Float64Array
    names: tuple[str, ...]
    values: Float32Array
    smoothed: Float32Array
    weights: Float64Array | None
    longest: float

    def __post_init__(self) -> None:
        n, c = len(self.seconds), len(self.names)
        check_shapes(self, {"until": (n,), "values": (n, c), "smoothed": (n, c)})
        if self.weights is not None:
            check_shapes(self, {"weights": (n,)})

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether something is known in each frame, bool (n,)."""
        return np.asarray(~np.isnan(self.values).all(axis=1))

    @property
    def coverage(self) -> float:
        """The share of the frames from the onset on in which something is known; NaN without
        one.
        """
        known = self.known[self.seconds >= 0]
        return float(known.mean()) if len(known) else math.nan

    def mean(self, start: float, stop: float = math.inf) -> Float64Array:
        """The means over the frames from one time to before another, (c,), with the run's weights;
        NaN where nothing is known.
        """
        rows = self.known & (self.seconds >= start) & (self.seconds < stop)
        if not rows.any():
            return np.full(len(self.names), np.nan)
        return weighted_mean(
            self.values[rows], None if self.weights is None else self.weights[rows]
        )

    def peak(self) -> Float64Array:
        """The highest smoothed values from the onset on, (c,); NaN where nothing is known."""
        rows = self.known & (self.seconds >= 0)
        if not rows.any():
            return np.full(len(self.names), np.nan)
        return np.asarray(self.smoothed[rows].max(axis=0), np.float64)


def person_series(video: VideoResults, track: int, *, zero: float) -> Series:
    """What one person displays.

    Parameters
    ----------
    video : VideoResults
        The video.
    track : int
        The person.
    zero : float
        The onset on the clock of the tables.
    """
    table = video.table
    starts = table.frame_starts()
    rows = np.flatnonzero(table.track == track)
    frame = np.searchsorted(starts, rows, side="right") - 1
    names, values = _outputs(table, rows)
    _, smoothed = _outputs(video.smoothed, rows)
    return _series(
        video,
        table.seconds[starts],
        zero,
        names,
        _in_frames(values, frame, len(starts)),
        _in_frames(smoothed, frame, len(starts)),
    )


def group_series(video: VideoResults, *, zero: float) -> Series:
    """What the persons of a video display together, where two or more are seen.

    Parameters
    ----------
    video : VideoResults
        The video.
    zero : float
        The onset on the clock of the tables.

    Raises
    ------
    InputError
        The run wrote no tables of groups.
    """
    table = video.group_series
    if table is None:
        raise InputError(
            f"no group.parquet of {brief(video.name)}: score it again with `group = true` in its "
            "settings to compare groups"
        )
    columns = [table[name].to_numpy().astype(np.float32) for name in GROUP]
    values = np.column_stack(columns)
    # How far persons are apart is not known of classes without a valence; whether they agree is.
    values[np.isnan(values[:, GROUP.index("agreement")])] = np.nan
    return _series(video, table["seconds"].to_numpy(), zero, GROUP, values, values)


def _series(
    video: VideoResults,
    clock: Float64Array,
    zero: float,
    names: tuple[str, ...],
    values: Float32Array,
    smoothed: Float32Array,
) -> Series:
    tracking = video.pipeline.tracking
    longest = tracking.track_gap
    by_time = tracking.mean_by == "time"
    seconds, until = (
        np.where(np.abs(times - zero) < _ROUNDING, 0.0, times - zero)
        for times in (clock, shown_until(clock, longest=longest))
    )
    return Series(
        seconds=seconds,
        until=until,
        names=names,
        values=values,
        smoothed=smoothed,
        weights=frame_weights(clock, longest=longest) if by_time else None,
        longest=longest,
    )


def _outputs(table: FaceTable, rows: Int64Array) -> tuple[tuple[str, ...], Float32Array]:
    """Probabilities of some rows, and valence where the network gives it or its classes have one:
    names and values, (m, c).
    """
    probabilities = table.probabilities[rows]
    own = table.values.get("valence")
    if own is None and not VALENCE.keys() >= set(table.classes):
        return table.classes, probabilities
    valence = valence_of(probabilities, table.classes) if own is None else own[rows]
    columns = np.column_stack([probabilities, valence]).astype(np.float32)
    return (*table.classes, "valence"), columns


def _in_frames(values: Float32Array, frame: Int64Array, n_frames: int) -> Float32Array:
    """Values of some frames as those of all, NaN in the others."""
    everywhere = np.full((n_frames, values.shape[1]), np.nan, np.float32)
    everywhere[frame] = values
    return everywhere
