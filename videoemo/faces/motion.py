"""Where faces that were seen before are now: a Kalman filter for each, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Motion", "born", "moved", "surprise", "updated"]

Floats = npt.NDArray[np.float64]

# Lengths are in heights of the face, so that all holds for any size of picture. A face box is about 0.2 m high: a nod or a sway is about 1 height a
# second, a walk straight through the picture 7.
SPEED = 2.0  # heights/s, standard deviation of a velocity nothing else is known of
MEMORY = 1.0  # seconds after which a velocity is forgotten by a factor e
JITTER = 0.06  # heights, standard deviation of a detector's box about the face
# Of the logarithm of the height: the detector's jitter, and how it spreads in a second (coming nearer at a walk doubles it within several).
SIZE_JITTER, SIZE_SPREAD = 0.1, 0.3


@dataclass(frozen=True)
class Motion:
    """What is known of the places of n faces.

    Parameters
    ----------
    centre : float64 (n, 2), x and y in px.
    velocity : float64 (n, 2), px/s.
    place, both, speed : float64 (n,), of x and of y alike: the variance of the place (px^2), its covariance with the velocity, the variance of that.
    height : float64 (n,), px.
    """

    centre: Floats
    velocity: Floats
    place: Floats
    both: Floats
    speed: Floats
    height: Floats

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Motion:
        return Motion(*(part[chosen] for part in vars(self).values()))

    def __add__(self, other: Motion) -> Motion:
        return Motion(*(np.concatenate(both) for both in zip(vars(self).values(), vars(other).values(), strict=True)))


def born(centre: Floats, height: Floats) -> Motion:
    """Faces seen for the first time, at (n, 2) px and of (n,) px."""
    return Motion(centre, np.zeros_like(centre), (JITTER * height) ** 2, np.zeros_like(height), (SPEED * height) ** 2, height)


def moved(motion: Motion, seconds: Floats) -> Motion:
    """Where the faces are `seconds` (n,) later if nothing is seen of them.

    The velocity is an Ornstein-Uhlenbeck process and the place its integral (Uhlenbeck and Ornstein, 1930; the moments stand in Gillespie, 1996,
    Phys. Rev. E 54, eq. 2.9): one long step is the same as many short ones, so that tracks do not depend on how frames are sampled.
    """
    keep = np.exp(-seconds / MEMORY)
    left = 1 - keep
    reach = MEMORY * left  # seconds that the velocity of now still carries
    power = (SPEED * motion.height) ** 2
    carried = motion.both + reach * motion.speed
    return Motion(
        centre=motion.centre + reach[:, None] * motion.velocity,
        velocity=keep[:, None] * motion.velocity,
        place=motion.place + reach * (motion.both + carried) + power * MEMORY**2 * (2 * seconds / MEMORY - left * (2 + left)),
        both=keep * carried + power * MEMORY * left**2,
        speed=keep**2 * motion.speed + power * (1 - keep**2),
        height=motion.height,
    )


def surprise(motion: Motion, seconds: Floats, centre: Floats, height: Floats) -> Floats:
    """How little each of m faces is expected of each of n: the negative logarithm of the density of its place and size.

    Parameters
    ----------
    motion : of n faces, moved to now.
    seconds : float64 (n,), since each was seen.
    centre, height : float64 (m, 2) and (m,), px.

    Returns
    -------
    float64 (n, m), in nats; the unit of the place is the m faces' height, that of the size a factor e.
    """
    spread = (motion.place + (JITTER * motion.height) ** 2)[:, None]  # (n, 1), px^2
    width = (SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds)[:, None]
    off = motion.centre[:, None] - centre  # (n, m, 2)
    apart = np.einsum("nmk,nmk->nm", off, off)
    grown = np.log(height / motion.height[:, None])
    cost: Floats = (apart / spread + grown**2 / width) / 2 + np.log((2 * np.pi) ** 1.5 * spread * np.sqrt(width) / height**2)
    return cost


def updated(motion: Motion, seconds: Floats, centre: Floats, height: Floats) -> Motion:
    """What is known after each of n faces was seen at (n, 2) px with a height of (n,) px, `seconds` (n,) after it was seen last."""
    total = motion.place + (JITTER * motion.height) ** 2
    gain, pull = motion.place / total, motion.both / total  # (n,)
    off = centre - motion.centre
    # The height's own filter: the share of what is seen grows with what may have changed since.
    spread = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds
    share = spread / (SIZE_JITTER**2 + spread)
    return Motion(
        centre=motion.centre + gain[:, None] * off,
        velocity=motion.velocity + pull[:, None] * off,
        place=motion.place - gain * motion.place,
        both=motion.both - gain * motion.both,
        speed=motion.speed - pull * motion.both,
        height=motion.height * (height / motion.height) ** share,
    )
