"""Faces of one's own in a CSV: a row a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.attributes import OLDEST, AttributeFaces
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import numbered, read_columns, whole_numbers
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES, GENDERS

__all__ = ["load_csv_attributes", "load_csv_classes"]

_BOX = ("x1", "y1", "x2", "y2")
_ATTRIBUTES = ("age", "gender", "ethnicity")
_SPLITS = ("train", "valid")

Columns = Mapping[str, Sequence[str]]


def load_csv_classes(path: Path, *, label: str, split: str) -> LabelledFaces:
    """Load faces with a class.

    Parameters
    ----------
    path : Path
        The CSV: columns image (a path beside it) and the label's; where they are there, also
        person, x1, y1, x2, y2 (the face's box in px), and split (train, valid, or empty for
        neither).
    label : str
        The label's column. The class of a row without a label is -1.
    split : str
        The rows that are wanted where there is a column split.

    Raises
    ------
    TrainingError
        The file or a column is missing, or a value is none that is allowed.
    """
    columns = _read(path, (label,))
    classes = tuple(sorted({*columns[label]} - {""}))
    if len(classes) < 2:
        raise TrainingError(
            f"{path}: expected two or more classes in the column {label}, found {len(classes)}"
        )
    people = columns.get("person")
    faces = LabelledFaces(
        _pictures(path, columns),
        None,
        numbered(columns[label], classes, where=f"{path}: {label}", unknown=""),
        classes,
        None if people is None else tuple(people),
    )
    return faces.take(_rows(path, columns, split))


def load_csv_attributes(path: Path, *, split: str) -> tuple[AttributeFaces, list[LeftOut]]:
    """Load faces with age, gender and ethnicity, of which a column or a cell may be missing.

    Parameters
    ----------
    path : Path
        As for classes, with one or more of the columns age, gender (female, male) and ethnicity.
    split : str
        As for classes.

    Raises
    ------
    TrainingError
        As for classes.
    """
    columns = _read(path, ())
    if not set(_ATTRIBUTES) & set(columns):
        raise TrainingError(f"{path}: missing column {', '.join(_ATTRIBUTES)}: give one or more")
    n = len(columns["image"])
    age, gender, ethnicity = (columns.get(name, [""] * n) for name in _ATTRIBUTES)
    there = {*ethnicity} - {""}
    ethnicities = ETHNICITIES if there <= {*ETHNICITIES} else tuple(sorted(there))
    years = whole_numbers([text or "-1" for text in age], where=f"{path}: age")
    # -1 stands for none; what is written as a negative age is wrong.
    wrong = (years > OLDEST) | ((years < 0) & np.array([text != "" for text in age], bool))
    people = columns.get("person")
    faces = AttributeFaces(
        _pictures(path, columns),
        np.where(wrong, -1, years),
        numbered([text.lower() for text in gender], GENDERS, where=f"{path}: gender", unknown=""),
        numbered(ethnicity, ethnicities, where=f"{path}: ethnicity", unknown=""),
        ethnicities,
        None if people is None else tuple(people),
    )
    wanted = np.zeros(n, bool)
    wanted[_rows(path, columns, split)] = True
    left_out = [
        LeftOut(columns["image"][row], f"of an age outside 0 to {OLDEST}", age[row], broken=True)
        for row in np.flatnonzero(wanted & wrong).tolist()
    ]
    return faces.take(np.flatnonzero(wanted & ~wrong)), left_out


def _read(path: Path, wanted: Sequence[str]) -> Columns:
    maybe = ("person", "split", *_BOX, *_ATTRIBUTES)
    if path.is_dir():
        raise TrainingError(f"{path} is a folder: give the CSV itself")
    return read_columns(path, ("image", *wanted), maybe=maybe, what="labelled faces")


def _pictures(path: Path, columns: Columns) -> FilePictures:
    missing = [name for name in _BOX if name not in columns]
    if len(missing) == len(_BOX):
        return FilePictures(path.parent, columns["image"])
    if missing:
        raise TrainingError(f"{path}: missing column {', '.join(missing)} of a box")
    corners = [whole_numbers(columns[name], where=f"{path}: {name}") for name in _BOX]
    return FilePictures(path.parent, columns["image"], np.stack(corners, axis=1))


def _rows(path: Path, columns: Columns, split: str) -> npt.NDArray[np.int64]:
    if "split" not in columns:
        return np.arange(len(columns["image"]))
    splits = numbered(columns["split"], _SPLITS, where=f"{path}: split", unknown="")
    rows = np.flatnonzero(splits == _SPLITS.index(split))
    if not len(rows):
        raise TrainingError(f"{path}: no row of the split {split}")
    return rows
