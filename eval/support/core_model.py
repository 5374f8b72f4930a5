"""A model of what more cores would give, from what one and two gave."""

from __future__ import annotations

from collections.abc import Sequence

from eval.support.results import Cores

__all__ = ["frames_a_second"]

# One video is decoded by one process, and at most four more run its networks.
MOST_OF_ONE_VIDEO = 5


def frames_a_second(measured: Sequence[Cores], n_cores: int) -> float:
    """Frames a second on some cores: measured, or by Amdahl's law.

    Of the seconds a frame on one core a part s is serial, and the rest is shared evenly by n cores:
    t(n) = s + (t(1) - s) / n, with s from t(2) = (t(1) + s) / 2 (Amdahl, AFIPS 1967).

    Parameters
    ----------
    measured : sequence of Cores
        The same videos on one core and on two.
    n_cores : int
        How many; of one video no more count than it keeps busy.
    """
    seconds = {one.cores: one.seconds / one.frames for one in measured}
    if n_cores in seconds:
        return 1 / seconds[n_cores]
    if all(one.n_videos == 1 for one in measured):
        n_cores = min(n_cores, MOST_OF_ONE_VIDEO)
    one = seconds[1]
    serial = max(2 * seconds[2] - one, 0.0)
    return 1 / (serial + (one - serial) / n_cores)
