"""FER+ faces: FER2013's pictures with ten voters' labels (Barsoum et al. 2016, arXiv 1608.01041)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8, FERPLUS_COLUMNS

__all__ = ["LabelledFaces", "load_ferplus"]


@dataclass(frozen=True)
class LabelledFaces:
    """Face pictures with the voters' answers.

    Parameters
    ----------
    images : uint8 (n, h, w), grey.
    votes : float32 (n, c), the share of the voters for each class; rows sum to 1.
    labels : int64 (n,), the majority class.
    classes : the c class names, in order.
    """

    images: npt.NDArray[np.uint8]
    votes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        n, c = len(self.images), len(self.classes)
        if self.images.ndim != 3 or self.votes.shape != (n, c) or self.labels.shape != (n,):
            given = f"{self.images.shape}, {self.votes.shape}, {self.labels.shape}"
            raise ValueError(f"LabelledFaces: expected images (n, h, w), votes (n, {c}) and labels (n,), got {given}")

    def __len__(self) -> int:
        return len(self.images)


def load_ferplus(path: Path) -> LabelledFaces:
    """The rows of an npz file (`images` uint8 (n, 48, 48), `votes` (n, 10)) that show one of the eight expressions.

    A row counts when the first maximum over all ten columns is one of the eight; its label is the first maximum of those eight.

    Raises
    ------
    TrainingError : the file is missing or does not hold what it should, or a class has no example.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, votes = archive["images"], archive["votes"]
    except (OSError, KeyError, ValueError) as exc:
        raise TrainingError(f"cannot read FER+ faces from {path}: {exc}") from exc
    if images.ndim != 3 or images.dtype != np.uint8 or votes.shape != (len(images), len(FERPLUS_COLUMNS)):
        raise TrainingError(f"{path}: expected images uint8 (n, h, w) and votes (n, 10), got {images.dtype} {images.shape} and {votes.shape}")
    eight = len(AFFECTNET_8)
    rows = votes.argmax(1) < eight
    images, votes = images[rows], votes[rows, :eight].astype(np.float32)  # (n, h, w), (n, 8)
    majority = votes.argmax(1)  # in FER+'s order, where ties go to the first column
    to_ours = np.array([AFFECTNET_8.index(name) for name in FERPLUS_COLUMNS[:eight]])
    from_theirs = np.argsort(to_ours)
    labels = to_ours[majority]
    missing = sorted(set(range(eight)) - set(labels.tolist()))
    if missing:
        raise TrainingError(f"{path}: no example of {', '.join(AFFECTNET_8[i] for i in missing)}")
    return LabelledFaces(images, (votes / votes.sum(1, keepdims=True))[:, from_theirs], labels, AFFECTNET_8)
