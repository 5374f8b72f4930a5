"""Labelled faces: the common form of all training data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import TrainingError

__all__ = ["LabelledFaces", "one_hot"]


@dataclass(frozen=True)
class LabelledFaces:
    """Face pictures with the votes of annotators.

    Parameters
    ----------
    pictures : Pictures
        n of them.
    votes : float32 (n, c)
        The share of the votes for each class; rows sum to 1.
    labels : int64 (n,)
        The class of each.
    classes : tuple of str
        The c class names, in order.

    Raises
    ------
    TrainingError
        A class has no example.
    """

    pictures: Pictures
    votes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        n, c = len(self.pictures), len(self.classes)
        if self.votes.shape != (n, c) or self.labels.shape != (n,):
            raise ValueError(
                f"LabelledFaces: expected votes ({n}, {c}) and labels ({n},), got "
                f"{self.votes.shape} and {self.labels.shape}"
            )
        missing = [
            name for name, count in zip(self.classes, self.counts(), strict=True) if not count
        ]
        if missing:
            raise TrainingError(
                f"no example of {', '.join(missing)} among {n} faces: add some, or leave the "
                "class out"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self) -> npt.NDArray[np.int64]:
        """Number of examples of each class, (c,)."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)


def one_hot(labels: npt.NDArray[np.int64], n_classes: int) -> npt.NDArray[np.float32]:
    """One-hot encoding of labels, as votes of a single annotator: float32 (n, c)."""
    return np.eye(n_classes, dtype=np.float32)[labels]
