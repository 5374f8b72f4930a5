"""Faces labelled with a class: an expression, or who is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import TrainingError
from videoemo.util.messages import first_names

__all__ = ["LabelledFaces", "one_hot"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LabelledFaces:
    """Face pictures with the votes of annotators.

    Parameters
    ----------
    pictures : Pictures
        n of them.
    votes : float32 (n, c) or None
        The share of the votes for each class; rows sum to 1. None where each face has one
        annotator's label alone: of thousands of people they would fill the memory.
    labels : int64 (n,)
        The class of each; -1 in what a reader gives for a face of none of the classes, which
        loading leaves out.
    classes : tuple of str
        The c class names, in order.
    groups : tuple of str or None
        Who is seen in each, or which faces look alike: those of a group are of one split.
    """

    pictures: Pictures
    votes: npt.NDArray[np.float32] | None
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        n, c = len(self.pictures), len(self.classes)
        voted = None if self.votes is None else self.votes.shape
        if voted not in (None, (n, c)) or self.labels.shape != (n,):
            raise ValueError(
                f"LabelledFaces: expected votes ({n}, {c}) and labels ({n},), got "
                f"{voted} and {self.labels.shape}"
            )
        if self.groups is not None and len(self.groups) != n:
            raise ValueError(f"LabelledFaces: expected {n} groups, got {len(self.groups)}")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Whether each is of one of the classes, (n,)."""
        return self.labels >= 0

    def counts(self) -> npt.NDArray[np.int64]:
        """Number of examples of each class, (c,)."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)

    def shares(self, rows: Rows | None = None) -> npt.NDArray[np.float32]:
        """Shares of the votes of some faces, or of all, float32 (m, c): 1 for the label where one
        annotator gave it.
        """
        chosen = np.arange(len(self)) if rows is None else rows
        if self.votes is None:
            return one_hot(self.labels[chosen], len(self.classes))
        return self.votes[chosen]

    def take(self, rows: Rows) -> LabelledFaces:
        """Some of the faces."""
        return LabelledFaces(
            self.pictures.take(rows),
            None if self.votes is None else self.votes[rows],
            self.labels[rows],
            self.classes,
            None if self.groups is None else tuple(self.groups[row] for row in rows.tolist()),
        )

    def require_examples(self) -> None:
        """Require that each class has an example.

        Raises
        ------
        TrainingError
            One has none.
        """
        missing = [
            name for name, count in zip(self.classes, self.counts(), strict=True) if not count
        ]
        if missing:
            raise TrainingError(
                f"no example of {first_names(missing)} among {len(self)} faces: add some, or leave "
                "the class out"
            )


def one_hot(labels: npt.NDArray[np.int64], n_classes: int) -> npt.NDArray[np.float32]:
    """One-hot encoding of labels, as votes of a single annotator: float32 (n, c)."""
    votes = np.zeros((len(labels), n_classes), np.float32)
    votes[np.arange(len(labels)), labels] = 1
    return votes
