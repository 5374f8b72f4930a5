"""FER+: FER2013's pictures with ten voters' labels (Barsoum et al. 2016, arXiv 1608.01041), in
two layouts.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures, MemoryPictures
from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8, FERPLUS_COLUMNS

__all__ = ["load_ferplus"]

# The columns of fer2013new.csv, in our order of FERPLUS_COLUMNS.
_CSV_COLUMNS = (*FERPLUS_COLUMNS[:-1], "NF")
# The folders that the label set's authors write the pictures of each usage to.
_USAGES = {"FER2013Train": "Training", "FER2013Valid": "PublicTest", "FER2013Test": "PrivateTest"}


def load_ferplus(path: Path, annotations: Path | None) -> LabelledFaces:
    """Load FER+'s faces of the eight expressions.

    A row is used when the first maximum over all ten columns is one of the eight; its label is the
    first maximum of those eight, and its votes are the shares of those eight.

    Parameters
    ----------
    path : Path
        An npz file (`images` uint8 (n, 48, 48), `votes` (n, 10)), or a folder of PNGs named
        FER2013Train, FER2013Valid or FER2013Test.
    annotations : Path or None
        For a folder, the label set's fer2013new.csv.

    Raises
    ------
    TrainingError
        A file or a column is missing, a picture is unreadable, a class has no example.
    """
    if path.suffix == ".npz":
        images, votes = _npz(path)
        rows = votes.argmax(1) < len(AFFECTNET_8)
        return LabelledFaces(MemoryPictures(images[rows]), *_labels(votes[rows]), AFFECTNET_8)
    if annotations is None or path.name not in _USAGES:
        raise TrainingError(
            f"{path}: expected an .npz file, or one of the folders {', '.join(_USAGES)} with "
            "`annotations` naming fer2013new.csv"
        )
    names, votes = _csv(annotations, _USAGES[path.name])
    rows = votes.argmax(1) < len(AFFECTNET_8)
    pictures = FilePictures(
        [path / name for name, row in zip(names, rows.tolist(), strict=True) if row]
    )
    return LabelledFaces(pictures, *_labels(votes[rows]), AFFECTNET_8)


def _npz(path: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, votes = archive["images"], archive["votes"]
    except FileNotFoundError as exc:
        raise TrainingError(f"no FER+ faces at {path}: give their folder with --data") from exc
    except (OSError, KeyError, ValueError) as exc:
        raise TrainingError(f"cannot read FER+ faces from {path}: {exc}") from exc
    if (
        images.ndim != 3
        or images.dtype != np.uint8
        or votes.shape != (len(images), len(FERPLUS_COLUMNS))
    ):
        raise TrainingError(
            f"{path}: expected images uint8 (n, s, s) and votes (n, 10), got {images.dtype} "
            f"{images.shape} and {votes.shape}"
        )
    return images, votes.astype(np.float32)


def _csv(path: Path, usage: str) -> tuple[list[str], npt.NDArray[np.float32]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = {"Usage", "Image name", *_CSV_COLUMNS} - set(reader.fieldnames or ())
            if missing:
                raise TrainingError(f"{path}: missing column {', '.join(sorted(missing))}")
            # The authors removed the names of pictures that show nothing.
            rows = [row for row in reader if row["Usage"] == usage and row["Image name"]]
        votes = np.array(
            [[float(row[column]) for column in _CSV_COLUMNS] for row in rows], np.float32
        )
    except (OSError, ValueError, TypeError) as exc:
        raise TrainingError(f"cannot read FER+ labels from {path}: {exc}") from exc
    if not rows:
        raise TrainingError(f"{path}: no row of usage {usage}")
    return [row["Image name"] for row in rows], votes


def _labels(
    votes: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Shares of the eight expressions and majority labels, in our class order, from ten columns of
    votes.
    """
    eight = votes[:, : len(AFFECTNET_8)]
    # Our class index of each of FER+'s columns.
    index = np.array([AFFECTNET_8.index(name) for name in FERPLUS_COLUMNS[: len(AFFECTNET_8)]])
    shares = eight / eight.sum(1, keepdims=True)
    return shares[:, np.argsort(index)], index[eight.argmax(1)].astype(np.int64)
