"""Where faces that were seen before are now: a Kalman filter for each, all at once."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Motion", "born", "joined", "moved", "surprise", "updated"]

Floats = npt.NDArray[np.float64]

# Lengths are in heights of the face, so that all holds for any size of picture. A face box is about 0.2 m high: a nod or a sway is about 1 height a
# second, a walk straight through the picture 7.
SPEED = 2.0  # heights/s, standard deviation of a velocity nothing else is known of
MEMORY = 1.0  # seconds after which a velocity is forgotten by a factor e
JITTER = 0.06  # heights, standard deviation of a detector's box about the face
# Of the logarithm of the height: the detector's jitter, and how it spreads in a second (coming nearer at a walk doubles it within several).
SIZE_JITTER, SIZE_SPREAD = 0.1, 0.3


class Motion(NamedTuple):
    """What is known of the places of n faces.

    Parameters
    ----------
    state : float64 (n, 2, 2), the place in px and the velocity in px/s, of each x and y.
    covariance : float64 (n, 2, 2), of place and velocity, of x and of y alike.
    height : float64 (n,), px.
    """

    state: Floats
    covariance: Floats
    height: Floats

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Motion:
        """Some of them."""
        return Motion(self.state[chosen], self.covariance[chosen], self.height[chosen])


def joined(one: Motion, other: Motion) -> Motion:
    """Both, one after the other."""
    return Motion(*map(np.concatenate, zip(one, other, strict=True)))


def born(centre: Floats, height: Floats) -> Motion:
    """Faces seen for the first time, at (n, 2) px and of (n,) px."""
    covariance = np.array([[JITTER**2, 0], [0, SPEED**2]]) * height[:, None, None] ** 2
    return Motion(np.stack([centre, np.zeros_like(centre)], axis=1), covariance, height)


def moved(motion: Motion, seconds: float) -> Motion:
    """Where the faces are so many seconds later if nothing is seen of them.

    The velocity is an Ornstein-Uhlenbeck process and the place its integral (Uhlenbeck and Ornstein, 1930; the moments stand in Gillespie, 1996,
    Phys. Rev. E 54, eq. 2.9): one long step is the same as many short ones, so that tracks do not depend on how frames are sampled.
    """
    step, spread = _step(seconds)
    covariance = step @ motion.covariance @ step.T + spread * (motion.height**2)[:, None, None]
    return Motion(step @ motion.state, covariance, motion.height)


@lru_cache  # most frames come at equal steps
def _step(seconds: float) -> tuple[Floats, Floats]:
    """What becomes of place and velocity, and the covariance that they gain, in heights of the face, float64 (2, 2) each."""
    keep = math.exp(-seconds / MEMORY)
    left = 1 - keep
    place, both, speed = MEMORY**2 * (2 * seconds / MEMORY - left * (2 + left)), MEMORY * left**2, 1 - keep**2
    # MEMORY * left: the seconds that the velocity of now still carries.
    return np.array([[1, MEMORY * left], [0, keep]]), SPEED**2 * np.array([[place, both], [both, speed]])


def surprise(motion: Motion, seconds: Floats, centre: Floats, height: Floats) -> Floats:
    """How little each of m faces is expected of each of n: the negative logarithm of the density of its place and size.

    Parameters
    ----------
    motion : of n faces, moved to now.
    seconds : float64 (n,), since each was seen.
    centre, height : float64 (m, 2) and (m,), px.

    Returns
    -------
    float64 (n, m), in nats; the unit of the place is a px, that of the size a factor e.
    """
    spread = motion.covariance[:, 0, 0] + (JITTER * motion.height) ** 2  # (n,), px^2
    width = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds
    off = motion.state[:, None, 0] - centre  # (n, m, 2)
    apart = np.einsum("nmk,nmk->nm", off, off)
    grown = np.log(height / motion.height[:, None])
    likely = np.log((2 * np.pi) ** 1.5 * spread * np.sqrt(width))
    cost: Floats = (apart / spread[:, None] + grown**2 / width[:, None]) / 2 + likely[:, None]
    return cost


def updated(motion: Motion, seconds: Floats, centre: Floats, height: Floats) -> Motion:
    """What is known after each of n faces was seen at (n, 2) px with a height of (n,) px, `seconds` (n,) after it was seen last."""
    place = motion.covariance[:, :1]  # (n, 1, 2), with itself and with the velocity
    gain = (place / (place[..., :1] + ((JITTER * motion.height) ** 2)[:, None, None])).swapaxes(1, 2)  # (n, 2, 1)
    # The height's own filter: the share of what is seen grows with what may have changed since.
    spread = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds
    share = spread / (SIZE_JITTER**2 + spread)
    return Motion(
        state=motion.state + gain * (centre - motion.state[:, 0])[:, None],
        covariance=motion.covariance - gain * place,
        height=motion.height * (height / motion.height) ** share,
    )
