"""Labelled face pictures: what every kind of training data becomes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from videoemo.errors import TrainingError

__all__ = ["FilePictures", "LabelledFaces", "MemoryPictures", "Pictures", "one_vote"]

Rows = npt.NDArray[np.int64]

# Decoding a picture leaves Python's lock, so threads serve.
_THREADS = 4


class Pictures(Protocol):
    """Face pictures by row number."""

    def __len__(self) -> int:
        """How many there are."""

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        """Those of some rows, uint8 (n, 1 or 3, s, s); s is `side`, or the pictures' own side where all have one smaller."""


class MemoryPictures:
    """Grey pictures held in memory, uint8 (n, s, s)."""

    def __init__(self, images: npt.NDArray[np.uint8]) -> None:
        if images.ndim != 3 or images.dtype != np.uint8 or images.shape[1] != images.shape[2]:
            raise ValueError(f"expected pictures uint8 (n, s, s), got {images.dtype} {images.shape}")
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        chosen = self.images[rows, None]  # (n, 1, s, s)
        if chosen.shape[-1] > side:
            small = [np.asarray(Image.fromarray(face[0]).resize((side, side), Image.Resampling.BILINEAR))[None] for face in chosen]
            chosen = np.stack(small)
        return chosen if grey else np.repeat(chosen, 3, axis=1)


class FilePictures:
    """Pictures read when they are asked for.

    Parameters
    ----------
    paths : n files.
    boxes : int64 (n, 4), x1, y1, x2, y2 in px of the face in each; None: the whole picture.

    Raises
    ------
    TrainingError : a file is missing or no picture; all are looked at here, before training starts.
    """

    def __init__(self, paths: Sequence[Path], boxes: npt.NDArray[np.int64] | None = None) -> None:
        self.paths = list(paths)
        self.boxes = boxes
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(_look, self.paths))

    def __len__(self) -> int:
        return len(self.paths)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        with ThreadPoolExecutor(_THREADS) as pool:
            return np.stack(list(pool.map(lambda row: self._one(row, grey, side), rows.tolist())))

    def _one(self, row: int, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        box = None if self.boxes is None else tuple(self.boxes[row].tolist())
        try:
            with Image.open(self.paths[row]) as picture:
                face = picture.convert("L" if grey else "RGB").resize((side, side), Image.Resampling.BILINEAR, box=box)
        except (OSError, ValueError) as exc:
            raise TrainingError(f"cannot read the face {self.paths[row]} (box {box}): {exc}; mend or remove it") from exc
        return np.asarray(face).reshape(side, side, -1).transpose(2, 0, 1)


def _look(path: Path) -> None:
    try:
        Image.open(path).close()
    except UnidentifiedImageError as exc:
        raise TrainingError(f"{path} is not a picture: mend or remove it") from exc
    except OSError as exc:
        raise TrainingError(f"cannot read the picture {path}: {exc.strerror or exc}; mend or remove it") from exc


@dataclass(frozen=True)
class LabelledFaces:
    """Face pictures and what people said of them.

    Parameters
    ----------
    pictures : n of them.
    votes : float32 (n, c), the share of the voters for each class; rows sum to 1.
    labels : int64 (n,), the class that counts.
    classes : the c class names, in order.

    Raises
    ------
    TrainingError : a class has no example.
    """

    pictures: Pictures
    votes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        n, c = len(self.pictures), len(self.classes)
        if self.votes.shape != (n, c) or self.labels.shape != (n,):
            raise ValueError(f"LabelledFaces: expected votes ({n}, {c}) and labels ({n},), got {self.votes.shape} and {self.labels.shape}")
        missing = [name for name, count in zip(self.classes, self.counts(), strict=True) if not count]
        if missing:
            raise TrainingError(f"no example of {', '.join(missing)} among {n} faces: add some, or leave the class out")

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self) -> npt.NDArray[np.int64]:
        """Examples of each class, (c,)."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)


def one_vote(labels: npt.NDArray[np.int64], n_classes: int) -> npt.NDArray[np.float32]:
    """Labels as votes of a single voter, float32 (n, c)."""
    return np.eye(n_classes, dtype=np.float32)[labels]
