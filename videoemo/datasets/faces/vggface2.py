"""VGGFace2 (Cao et al. 2018, arXiv 1710.08092): 8,631 people to train on, 500 others, a folder
each.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import numbered, read_columns, whole_numbers
from videoemo.errors import TrainingError
from videoemo.util.messages import first_names

__all__ = ["load_vggface2_genders", "load_vggface2_people"]

_BOX = ("X", "Y", "W", "H")


def load_vggface2_people(path: Path, boxes: Path | None, *, centre: float = 1.0) -> LabelledFaces:
    """Load faces labelled with who is seen.

    Parameters
    ----------
    path : Path
        The folder `train` or `test`, with a folder a person such as `n000002`.
    boxes : Path or None
        loose_bb_train.csv or loose_bb_test.csv, for those faces and their boxes; None for all
        pictures that are there, which show some margin about each face.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is, where there are no boxes.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing.
    """
    names, corners = (_pictures(path), None) if boxes is None else _boxed(path, boxes)
    people = [name.split("/")[0] for name in names]
    classes, labels = np.unique(people, return_inverse=True)
    return LabelledFaces(
        FilePictures(path, names, corners, centre=centre),
        None,
        labels.astype(np.int64),
        tuple(classes.tolist()),
        tuple(people),
    )


def load_vggface2_genders(
    path: Path, people: Path | None, *, centre: float = 1.0
) -> AttributeFaces:
    """Load faces labelled with a gender, that of the person.

    Parameters
    ----------
    path : Path
        As for people.
    people : Path or None
        identity_meta.csv, with the columns Class_ID and Gender (f, m).
    centre : float, default=1.0
        As for people.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or there is somebody whom the file does not know.
    """
    if people is None:
        raise TrainingError(f"{path}: give VGGFace2's identity_meta.csv as `annotations`")
    columns = read_columns(people, ("Class_ID", "Gender"), what="VGGFace2's people")
    genders = numbered(columns["Gender"], ("f", "m"), where=f"{people}: Gender", unknown="")
    of_person = dict(zip(columns["Class_ID"], genders.tolist(), strict=True))
    names = _pictures(path)
    shown = [name.split("/")[0] for name in names]
    strangers = sorted(set(shown) - set(of_person))
    if strangers:
        raise TrainingError(
            f"{people}: {len(strangers):,} people of {path} are not in it, the first "
            f"{strangers[0]}: is it whole?"
        )
    unknown = np.full(len(names), -1, np.int64)
    return AttributeFaces(
        FilePictures(path, names, centre=centre),
        unknown,
        np.array([of_person[person] for person in shown], np.int64),
        unknown,
        (),
        tuple(shown),
    )


def _pictures(path: Path) -> list[str]:
    """All pictures, person by person: millions, which `Path` would be slow for."""
    of_person = {
        person: [name for name in _entries(path / person) if name.lower().endswith(".jpg")]
        for person in _folders(path)
    }
    empty = [person for person, names in of_person.items() if not names]
    if empty and len(empty) < len(of_person):
        raise TrainingError(
            f"{path}: no picture of {len(empty):,} people ({first_names(empty)}): is "
            "the layout whole?"
        )
    names = [f"{person}/{name}" for person, names in of_person.items() for name in names]
    if not names:
        raise TrainingError(
            f"{path}: expected VGGFace2's pictures as n000002/0001_01.jpg: give the folder train "
            "or test"
        )
    return names


def _folders(path: Path) -> list[str]:
    if not path.is_dir():
        raise TrainingError(f"no folder {path} of VGGFace2's pictures: is the layout whole?")
    return [
        name
        for name in _entries(path)
        if name[:1] == "n" and name[1:].isdecimal() and (path / name).is_dir()
    ]


def _entries(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


def _boxed(path: Path, file: Path) -> tuple[list[str], npt.NDArray[np.int64]]:
    columns = read_columns(file, ("NAME_ID", *_BOX), what="VGGFace2's boxes")
    if not _folders(path):
        raise TrainingError(f"{path}: expected a folder for each person, such as n000002")
    corners = np.stack(
        [whole_numbers(columns[key], where=f"{file}: {key}") for key in _BOX], axis=1
    )
    corners[:, 2:] += corners[:, :2]  # x, y, width, height -> x1, y1, x2, y2
    return [f"{name}.jpg" for name in columns["NAME_ID"]], corners
