"""What runs the networks: functions from arrays to arrays, one module an engine and a kind
of network.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from videoemo.zoo.cards import Card

__all__ = ["Network", "n_outputs"]

# float32 (n, channels, side, side) -> embedding float32 (n, d), outputs float32 (n, w): those of
# the card's heads, in their order
Network = Callable[
    [npt.NDArray[np.float32]], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
]


def n_outputs(card: Card) -> int:
    """How many raw outputs a card's network has: those of all its heads."""
    return sum(head.width for head in card.outputs)
