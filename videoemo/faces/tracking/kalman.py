"""Kalman filters of the positions and sizes of faces, of many faces at once."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["KalmanState", "concatenate", "initiate", "negative_log_likelihood", "predict", "update"]

Floats = npt.NDArray[np.float64]

# Lengths are in heights of the face, so that all holds for any size of picture. A face box is about
# 0.2 m high: a nod or a sway is about 1 height a second, a walk straight through the picture 7.
SPEED = 2.0  # heights/s, standard deviation of an unknown velocity
MEMORY = 1.0  # seconds in which a velocity decays by a factor e
JITTER = 0.06  # heights, standard deviation of a detector's box about the face
# Of the logarithm of the height: the detector's jitter, and its spread in a second (a face that
# comes nearer at a walk doubles within several).
SIZE_JITTER, SIZE_SPREAD = 0.1, 0.3


class KalmanState(NamedTuple):
    """Kalman filter state of n faces.

    Parameters
    ----------
    mean : float64 (n, 2, 2)
        The position in px and the velocity in px/s, of each x and y.
    covariance : float64 (n, 2, 2)
        Of position and velocity, of x and of y alike.
    height : float64 (n,)
        In px.
    """

    mean: Floats
    covariance: Floats
    height: Floats

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> KalmanState:
        """Take the states of some rows."""
        return KalmanState(self.mean[rows], self.covariance[rows], self.height[rows])


def concatenate(first: KalmanState, second: KalmanState) -> KalmanState:
    """Concatenate the states of n and m faces."""
    return KalmanState(*map(np.concatenate, zip(first, second, strict=True)))


def initiate(centre: Floats, height: Floats) -> KalmanState:
    """Kalman filter: state after the first detection.

    Parameters
    ----------
    centre, height : float64 (n, 2) and (n,)
        Of the faces detected, in px.
    """
    covariance = np.array([[JITTER**2, 0], [0, SPEED**2]]) * height[:, None, None] ** 2
    return KalmanState(np.stack([centre, np.zeros_like(centre)], axis=1), covariance, height)


def predict(state: KalmanState, seconds: float) -> KalmanState:
    """Kalman filter: predict step, without a new detection.

    The velocity is an Ornstein-Uhlenbeck process and the position its integral (Uhlenbeck and
    Ornstein, 1930; the moments stand in Gillespie, 1996, Phys. Rev. E 54, eq. 2.9): one long step
    is the same as many short ones, so that tracks do not depend on how frames are sampled.

    Parameters
    ----------
    state : KalmanState
        Of n faces.
    seconds : float
        How far ahead.
    """
    transition, noise = _transition(seconds)
    own = noise * (state.height**2)[:, None, None]
    covariance = transition @ state.covariance @ transition.T + own
    return KalmanState(transition @ state.mean, covariance, state.height)


@lru_cache  # most frames come at equal steps
def _transition(seconds: float) -> tuple[Floats, Floats]:
    """Transition matrix and process noise, in heights of the face, float64 (2, 2) each."""
    keep = math.exp(-seconds / MEMORY)
    decay = 1 - keep
    position, cross, speed = (
        MEMORY**2 * (2 * seconds / MEMORY - decay * (2 + decay)),
        MEMORY * decay**2,
        1 - keep**2,
    )
    # MEMORY * decay: the seconds that the present velocity still carries.
    return np.array([[1, MEMORY * decay], [0, keep]]), SPEED**2 * np.array(
        [[position, cross], [cross, speed]]
    )


def negative_log_likelihood(
    state: KalmanState, seconds: Floats, centre: Floats, height: Floats
) -> Floats:
    """Negative log-likelihood of each of m detections under each of n predicted states.

    Parameters
    ----------
    state : KalmanState
        Of n faces, predicted for the time of the detections.
    seconds : float64 (n,)
        Since the last detection of each.
    centre, height : float64 (m, 2) and (m,)
        Of the detections, in px.

    Returns
    -------
    float64 (n, m)
        In nats; the unit of the position is a px, that of the size a factor e.
    """
    variance = state.covariance[:, 0, 0] + (JITTER * state.height) ** 2  # (n,), px^2
    size_variance = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds
    offset = state.mean[:, None, 0] - centre  # (n, m, 2)
    distance = np.einsum("nmk,nmk->nm", offset, offset)
    growth = np.log(height / state.height[:, None])
    norm = np.log((2 * np.pi) ** 1.5 * variance * np.sqrt(size_variance))
    cost: Floats = (distance / variance[:, None] + growth**2 / size_variance[:, None]) / 2 + norm[
        :, None
    ]
    return cost


def update(state: KalmanState, seconds: Floats, centre: Floats, height: Floats) -> KalmanState:
    """Kalman filter: update step, with a new detection of each face.

    Parameters
    ----------
    state : KalmanState
        Of n faces, predicted for the time of the detections.
    seconds : float64 (n,)
        Since the last detection of each.
    centre, height : float64 (n, 2) and (n,)
        Of the detections, in px.
    """
    position = state.covariance[:, :1]  # (n, 1, 2), with itself and with the velocity
    noise = ((JITTER * state.height) ** 2)[:, None, None]
    gain = (position / (position[..., :1] + noise)).swapaxes(1, 2)  # (n, 2, 1)
    # The height's own filter: the share of the detection grows with the time since the last one.
    variance = SIZE_JITTER**2 + SIZE_SPREAD**2 * seconds
    share = variance / (SIZE_JITTER**2 + variance)
    return KalmanState(
        mean=state.mean + gain * (centre - state.mean[:, 0])[:, None],
        covariance=state.covariance - gain * position,
        height=state.height * (height / state.height) ** share,
    )
