"""The features of faces that are not looked at: those of their last look, kept until they serve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.faces.last_looks import Looks
from videoemo.records import Features

__all__ = ["KeptFeatures"]


class KeptFeatures:
    """The features of the last look at each face that may be followed on."""

    def __init__(self) -> None:
        self._number = np.empty(0, np.int64)  # of the looks, ascending
        self._features: Features | None = None

    def fill(self, looks: Looks, seen: Features, *, followed: npt.NDArray[np.bool_]) -> Features:
        """Give each of the next faces of a video the features of its last look.

        Parameters
        ----------
        looks : Looks
            Of the m faces.
        seen : Features
            Of those that are looked at, in order.
        followed : bool (m,)
            Whether a face is in the last frame: what others were given is of no use any more.

        Returns
        -------
        Features
            Of all m, with `looked_at`.
        """
        number = np.concatenate([self._number, looks.number[looks.looked_at]])
        features = seen if self._features is None else _concatenate(self._features, seen)
        filled = features[np.searchsorted(number, looks.number)]
        self._number = np.unique(looks.number[followed])
        self._features = features[np.searchsorted(number, self._number)]
        return replace(filled, looked_at=looks.looked_at)


def _concatenate(a: Features, b: Features) -> Features:
    """The features of some faces and of others, by the same network."""
    return Features(
        np.concatenate([a.embedding, b.embedding]),
        np.concatenate([a.probabilities, b.probabilities]),
        {name: np.concatenate([value, b.values[name]]) for name, value in a.values.items()},
        {
            name: np.concatenate([rows, b.distributions[name]])
            for name, rows in a.distributions.items()
        },
    )
