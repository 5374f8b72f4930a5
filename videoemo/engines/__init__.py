"""What runs the networks: functions from arrays to arrays, one module an engine and a kind of network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from videoemo.cards import Card

__all__ = ["Network", "n_outputs"]

# float32 (n, channels, side, side) -> embedding float32 (n, d), outputs float32 (n, c): a logit a class, then valence and arousal if the card says so
Network = Callable[[npt.NDArray[np.float32]], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]


def n_outputs(card: Card) -> int:
    """How many outputs a card's network has: one a class, and two for valence and arousal where it gives them."""
    return len(card.classes) + (2 if card.valence_arousal else 0)
