"""Presentation times repaired: filled in where missing, joined where the clock begins anew."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Clock", "repair_clock"]

# Beyond so many seconds (3,000 years) lies no time of a video.
MAX_SECONDS = 1e11
# A rate is about another that differs by less than this part.
ABOUT = 0.1
# A step is usual that differs from the median by less than this part: beyond it lie gaps.
GAP = 0.6
# Frames fit between two times that leave them this part of the time they take at the rate.
ROOM = 0.6
# So many frames with times below the last one are mistakes; more are a clock that began anew,
# unless their times jump back to where they were.
FEW = 3
# A jump is longer than so many frames take.
JUMP = 3
# A gap up to so much longer than its frames take is divided evenly between them.
EVEN = 1.5


@dataclass(frozen=True)
class Clock:
    """Presentation times of frames, repaired.

    Parameters
    ----------
    seconds : float64 (n,)
        Strictly ascending.
    misplaced : bool (n,)
        Whose times were given and not used: the same as another's, or out of place.
    n_restarts : int
        How often the clock begins anew.
    step : float
        Seconds from frame to frame, by which times are filled in.
    """

    seconds: npt.NDArray[np.float64]
    misplaced: npt.NDArray[np.bool_]
    n_restarts: int
    step: float


def repair_clock(
    given: npt.NDArray[np.float64], *, step: float, durations: npt.NDArray[np.float64]
) -> Clock:
    """Repair the presentation times of frames so that they are strictly ascending.

    A clock that begins anew goes on where the frame before ended. Times that are missing, the same
    as the one before, or out of place are filled in at the rate: between two others, not beyond the
    later one; forwards after the last, backwards before the first.

    Parameters
    ----------
    given : float64 (n,)
        Seconds, in the order in which the frames are presented; NaN where missing.
    step : float
        Seconds from frame to frame, as stated; what the given times tell counts more, where that is
        something else.
    durations : float64 (n,)
        Seconds that each frame lasts, as its container says; 0 where it does not.
    """
    seconds = np.where(np.abs(given) < MAX_SECONDS, given, np.nan)  # (n,)
    step = _step(seconds, step)
    kept, n_restarts = _join(seconds, step, durations)
    misplaced = ~np.isnan(given)
    misplaced[kept] = False
    return Clock(_fill(seconds, kept, step), misplaced, n_restarts, step)


def _step(seconds: npt.NDArray[np.float64], stated: float) -> float:
    """The mean time from frame to frame, without gaps; where it is about the stated one, that."""
    frame = np.flatnonzero(~np.isnan(seconds))
    frame = frame[np.diff(seconds[frame], prepend=np.nan) != 0]  # of those with the same time one
    n_frames, took = np.diff(frame), np.diff(seconds[frame])
    steps = took / n_frames
    if not np.any(steps > 0):
        return stated
    middle = float(np.median(steps[steps > 0]))
    usual = np.abs(steps / middle - 1) < GAP
    step = float(took[usual].sum() / n_frames[usual].sum()) if np.any(usual) else middle
    return stated if abs(step / stated - 1) < ABOUT else step


def _join(
    seconds: npt.NDArray[np.float64], step: float, durations: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], int]:
    """Frames whose times are kept, and the number of restarts, after which times are moved, in
    place.
    """
    known = np.flatnonzero(~np.isnan(seconds)).tolist()
    given = seconds[known].tolist()
    kept, times = list[int](), list[float]()
    offset, n_restarts = 0.0, 0
    for place, frame in enumerate(known):
        time = given[place] + offset
        standing = _n_standing(kept, times, frame, time, step)
        del kept[standing:], times[standing:]
        if times and time <= times[-1]:
            if times[-1] - time < step or _return(
                known[place:], given[place:], kept[-1], times[-1] - offset, step
            ):
                continue
            if not n_restarts and _is_set(times, time, len(known) - place):
                kept, times = [], []  # the clock was set after the first frames
            else:
                last = kept[-1]
                neighbour = frame - last == 1 and durations[last] > 0
                took = float(durations[last]) if neighbour else (frame - last) * step
                offset += times[-1] + took - time
                time = times[-1] + took
                n_restarts += 1
        kept.append(frame)
        times.append(time)
    seconds[kept] = times
    return np.array(kept, np.intp), n_restarts


def _n_standing(kept: list[int], times: list[float], frame: int, time: float, step: float) -> int:
    """How many of the times before stand; the later ones ran ahead of a frame's time."""
    if not times or time >= times[-1]:
        return len(times)
    earlier = bisect_left(times, time) - 1
    if earlier >= 0 and _fit(frame - kept[earlier], time - times[earlier], step):
        return earlier + 1
    for before in range(len(times) - 2, max(-1, len(times) - 2 - FEW), -1):
        near = abs(time - times[before]) <= FEW * step
        if near and times[before + 1] - times[before] > 2 * FEW * step * (frame - kept[before]):
            return before + 1  # a few jumped, and back
    return len(times)


def _fit(n_frames: int, seconds: float, step: float) -> bool:
    """Whether so many frames fit into a stretch of time."""
    return seconds >= ROOM * step * n_frames


def _is_set(times: list[float], time: float, n_left: int) -> bool:
    """Whether a clock was wrong in the first few frames, by more than they last."""
    return len(times) <= FEW < n_left and time < times[0] and times[-1] - time > 1


def _return(frames: list[int], given: list[float], last: int, time: float, step: float) -> bool:
    """Whether times that fell below the last one return to it, where the frames between fit."""
    for place in range(1, len(frames)):
        rise = given[place] - given[place - 1]
        jumps = not 0 < rise <= JUMP * step * (frames[place] - frames[place - 1])
        if place > FEW and not jumps:
            continue
        room, n_frames = given[place] - time, frames[place] - last
        if room > 0 and _fit(n_frames, room, step) and room * ROOM <= step * n_frames:
            return True
        if jumps and place > FEW:
            return False
    return False


def _fill(
    seconds: npt.NDArray[np.float64], kept: npt.NDArray[np.intp], step: float
) -> npt.NDArray[np.float64]:
    n = len(seconds)
    if not len(kept):
        return step * np.arange(n, dtype=np.float64)
    first, last, times = int(kept[0]), int(kept[-1]), seconds[kept]
    filled: npt.NDArray[np.float64] = np.interp(np.arange(n), kept, times)  # evenly
    filled[:first] = times[0] - step * np.arange(first, 0, -1)
    filled[last + 1 :] = times[-1] + step * np.arange(1, n - last)
    n_steps, room = np.diff(kept), np.diff(times)
    for place in np.flatnonzero((n_steps > 1) & (room > EVEN * step * n_steps)).tolist():
        inside = np.arange(1, n_steps[place])
        filled[kept[place] + inside] = times[place] + step * inside
    filled = np.round(filled, 9)  # 0 is 0
    filled[kept] = times
    if np.any(np.diff(filled) <= 0):  # finer than numbers of this size can tell
        filled = filled[0] + np.arange(n) * max(step, 4 * float(np.spacing(np.abs(filled).max())))
    return filled
