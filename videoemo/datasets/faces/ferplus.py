"""FER+: FER2013's pictures with ten voters' labels (Barsoum et al. 2016, arXiv 1608.01041), in
two layouts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures, MemoryPictures
from videoemo.datasets.faces.rows import read_columns
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
    first maximum of those eight, and its votes are the shares of those eight. The label of one that
    is not used is -1.

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
        A file or a column is missing.
    """
    if path.suffix == ".npz":
        images, votes = _npz(path)
        return LabelledFaces(MemoryPictures(images), *_labels(votes), AFFECTNET_8)
    if annotations is None or path.name not in _USAGES:
        raise TrainingError(
            f"{path}: expected an .npz file, or one of the folders {', '.join(_USAGES)} with "
            "`annotations` naming fer2013new.csv"
        )
    names, votes = _csv(annotations, _USAGES[path.name])
    if not path.is_dir():
        raise TrainingError(f"no folder {path} of FER+'s pictures: is the layout whole?")
    return LabelledFaces(FilePictures(path, names), *_labels(votes), AFFECTNET_8)


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
    columns = read_columns(path, ("Usage", "Image name", *_CSV_COLUMNS), what="FER+'s labels")
    # The authors removed the names of pictures that show nothing.
    rows = [
        row
        for row, (found, name) in enumerate(
            zip(columns["Usage"], columns["Image name"], strict=True)
        )
        if found == usage and name
    ]
    if not rows:
        raise TrainingError(f"{path}: no row of usage {usage}")
    try:
        votes = np.array(
            [[float(columns[name][row]) for name in _CSV_COLUMNS] for row in rows], np.float32
        )
    except ValueError as exc:
        raise TrainingError(f"cannot read FER+'s labels from {path}: {exc}") from exc
    return [columns["Image name"][row] for row in rows], votes


def _labels(
    votes: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Shares of the eight expressions and majority labels, in our class order, from ten columns of
    votes; -1 where most voters saw none of them.
    """
    n = len(AFFECTNET_8)
    eight = votes[:, :n]
    # Our class index of each of FER+'s columns.
    index = np.array([AFFECTNET_8.index(name) for name in FERPLUS_COLUMNS[:n]], np.int64)
    shares = eight / np.maximum(eight.sum(1, keepdims=True), 1)
    labels = np.where(votes.argmax(1) < n, index[eight.argmax(1)], -1)
    return shares[:, np.argsort(index)], labels
