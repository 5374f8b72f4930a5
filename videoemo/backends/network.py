"""What runs the networks: functions from arrays to arrays, one module an engine and a kind
of network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.zoo.cards import Card

__all__ = [
    "Network",
    "Outputs",
    "QueuedNetwork",
    "n_hidden_outputs",
    "n_outputs",
    "no_outputs",
]

Outputs = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
# float32 (n, channels, side, side) -> embedding float32 (n, d), outputs float32 (n, w): those of
# the card's heads, in their order
Network = Callable[[npt.NDArray[np.float32]], Outputs]


@dataclass(frozen=True)
class QueuedNetwork:
    """A network on a device that works through a queue while this processor goes on: a `Network`.

    Parameters
    ----------
    begin : callable
        Queues the work on an input, as a `Network` has it; what comes back waits for it, and gives
        its outputs.
    batch_size : int, default=64
        Crops at once: enough to keep the device busy, few enough that they are soon there.
    """

    begin: Callable[[npt.NDArray[np.float32]], Callable[[], Outputs]]
    batch_size: int = 64

    def __call__(self, x: npt.NDArray[np.float32]) -> Outputs:
        """The outputs of an input, waited for."""
        return self.begin(x)()

    def map(self, batches: Iterable[npt.NDArray[np.float32]]) -> Iterator[Outputs]:
        """The outputs of inputs, in order; each input is made while the device works on the one
        before.
        """
        before: Callable[[], Outputs] | None = None
        for batch in batches:
            begun = self.begin(batch)
            if before is not None:
                yield before()
            before = begun
        if before is not None:
            yield before()


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
