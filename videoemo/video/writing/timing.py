"""Times of the frames of a file that is written: those of its source, to the tick."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from videoemo.video._info import Video

__all__ = ["Timing", "timing_of"]

# Ticks a second: MP4 has them in 31 bits, and what it says of whole files is no finer than they
# are.
MOST, LEAST = 2**31 - 1, 10_000
# For times that are no whole number of their container's ticks.
MICROSECONDS = Fraction(1, 1_000_000)
# Seconds: times are floats.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Timing:
    """Presentation times of frames, as they are written.

    Parameters
    ----------
    ticks : int64 (n,)
        Of each frame of the source, ascending from 0 or later.
    end : int
        Where the last one ends.
    base : Fraction
        Seconds a tick, 1 / a whole number.
    shift : Fraction
        Seconds by which all of them are later than in the source: more than 0 where it begins
        before 0, which not every player follows; less than 0 where another time of the source was
        to be 0.
    """

    ticks: npt.NDArray[np.int64]
    end: int
    base: Fraction
    shift: Fraction

    @property
    def rate(self) -> Fraction:
        """Frames a second, on average."""
        return len(self.ticks) / ((self.end - int(self.ticks[0])) * self.base)


def timing_of(video: Video, *, origin: float = 0.0) -> Timing:
    """The times at which the frames of a video are to be written.

    They are its own: frames that an edit list hides are none of them, and a first frame that comes
    late comes late again. Where the first comes before 0, all are moved, so that it comes at 0.

    Parameters
    ----------
    video : Video
        The source.
    origin : float, default=0.0
        The time of the source, in seconds, that is 0 in the file.
    """
    ticks, base = _whole_ticks(video)
    last = video.duration - float(video.seconds[-1] - video.seconds[0])
    end = int(ticks[-1]) + max(1, round(last / base))
    shift = max(-round(origin / base), -int(ticks[0]))
    return Timing(ticks + shift, end + shift, base, shift * base)


def _whole_ticks(video: Video) -> tuple[npt.NDArray[np.int64], Fraction]:
    base = video.time_base
    if base.denominator <= MOST:
        ticks = video.ticks if video.timed else _rounded(video.seconds, base)
        if video.timed or np.all(np.abs(ticks * float(base) - video.seconds) < ROUNDING):
            finer = 1
            while base.denominator * finer < LEAST:
                finer *= 2
            scale = base.numerator * finer
            return ticks * scale, Fraction(1, base.denominator * finer)
    return _rounded(video.seconds, MICROSECONDS), MICROSECONDS


def _rounded(seconds: npt.NDArray[np.float64], base: Fraction) -> npt.NDArray[np.int64]:
    return np.rint(seconds * base.denominator / base.numerator).astype(np.int64)
