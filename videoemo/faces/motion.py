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
    covariance : float64 (n, 3), of x and of y alike: the variance of the place (px^2), its covariance with the velocity, the velocity's variance.
    height : float64 (n,), px.
    """

    centre: Floats
    velocity: Floats
    covariance: Floats
    height: Floats

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Motion:
        return Motion(self.centre[chosen], self.velocity[chosen], self.covariance[chosen], self.height[chosen])

    def __add__(self, other: Motion) -> Motion:
        return Motion(*(np.concatenate(both) for both in zip(vars(self).values(), vars(other).values(), strict=True)))


def born(centre: Floats, height: Floats) -> Motion:
    """Faces seen for the first time, at (n, 2) px and of (n,) px."""
    place, speed = (JITTER * height) ** 2, (SPEED * height) ** 2
    return Motion(centre, np.zeros_like(centre), np.column_stack([place, np.zeros_like(height), speed]), height)


def moved(motion: Motion, seconds: Floats) -> Motion:
    """Where the faces are `seconds` (n,) later if nothing is seen of them.

    The velocity is an Ornstein-Uhlenbeck process and the place its integral (Uhlenbeck and Ornstein, 1930; the moments stand in Gillespie, 1996,
    Phys. Rev. E 54, eq. 2.9): one long step is the same as many short ones, so that tracks do not depend on how frames are sampled.
    """
    keep = np.exp(-seconds / MEMORY)
    reach = MEMORY * (1 - keep)  # seconds that the velocity of now still carries
    a, b, c = motion.covariance.T
    power = (SPEED * motion.height) ** 2
    covariance = np.column_stack(
        [
            a + 2 * reach * b + reach**2 * c + power * MEMORY**2 * (2 * seconds / MEMORY - 3 + 4 * keep - keep**2),
            keep * (b + reach * c) + power * MEMORY * (1 - keep) ** 2,
            keep**2 * c + power * (1 - keep**2),
        ]
    )
    centre = motion.centre + reach[:, None] * motion.velocity
    return Motion(centre, keep[:, None] * motion.velocity, covariance, motion.height)


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
    spread = motion.covariance[:, :1] + (JITTER * motion.height[:, None]) ** 2  # (n, 1), px^2
    apart = ((motion.centre[:, None] - centre) ** 2).sum(axis=2)  # (n, m)
    grown = np.log(height / motion.height[:, None])
    width = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds[:, None]
    cost: Floats = apart / (2 * spread) + np.log(2 * np.pi * spread / height**2) + grown**2 / (2 * width) + np.log(2 * np.pi * width) / 2
    return cost


def updated(motion: Motion, seconds: Floats, centre: Floats, height: Floats) -> Motion:
    """What is known after each of n faces was seen at (n, 2) px with a height of (n,) px, `seconds` (n,) after it was seen last."""
    a, b, c = motion.covariance.T
    total = a + (JITTER * motion.height) ** 2
    gain, pull = a / total, b / total  # (n,)
    off = centre - motion.centre
    covariance = np.column_stack([a - gain * a, b - gain * b, c - pull * b])
    # The height's own filter: the share of what is seen grows with what may have changed since.
    share = (SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds) / (2 * SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds)
    grown = motion.height * (height / motion.height) ** share
    return Motion(motion.centre + gain[:, None] * off, motion.velocity + pull[:, None] * off, covariance, grown)
