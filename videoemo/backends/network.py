"""What runs the networks: functions from arrays to arrays, one module an engine and a kind
of network.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from videoemo.zoo.cards import Card

__all__ = ["Network", "n_hidden_outputs", "n_outputs", "no_outputs"]

# float32 (n, channels, side, side) -> embedding float32 (n, d), outputs float32 (n, w): those of
# the card's heads, in their order
Network = Callable[
    [npt.NDArray[np.float32]], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
]


def n_outputs(card: Card) -> int:
    """How many raw outputs a card's network has: those of all its heads."""
    return sum(head.width for head in card.outputs)


def no_outputs(n: int) -> npt.NDArray[np.float32]:
    """The raw outputs of a network that gives embeddings alone, (n, 0)."""
    return np.empty((n, 0), np.float32)


def n_hidden_outputs(card: Card) -> int:
    """How many of them, the last ones, come from the hidden layer: those of attributes where the
    card has one.
    """
    return sum(head.width for head in card.outputs if head.is_attribute and card.hidden is not None)
