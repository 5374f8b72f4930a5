"""IMDB-WIKI (Rothe et al. 2018, IJCV 126): faces of people whose day of birth is known, each with
the year of the picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.attributes import OLDEST, AttributeFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.errors import TrainingError
from videoemo.util.messages import one_line

__all__ = ["load_imdbwiki"]

_FIELDS = (
    *("dob", "photo_taken", "full_path", "gender", "name"),
    *("face_location", "face_score", "second_face_score"),
)
# MATLAB counts days from the year 0; 1 January 1970 has this number.
_EPOCH = 719_529
# Pictures were taken in the middle of their year, as the dataset's authors assume.
_MONTH = 7


def load_imdbwiki(
    path: Path, annotations: Path | None, *, centre: float = 1.0
) -> tuple[AttributeFaces, list[LeftOut]]:
    """Load faces with age and gender.

    Left out are pictures in which the authors' detector found no face, or a second one, and ages
    outside 0 to 120.

    Parameters
    ----------
    path : Path
        The folder `imdb_crop` or `wiki_crop`, whose faces have a margin of 40 % on each side; or
        `imdb` or `wiki`, of whole pictures.
    annotations : Path or None
        imdb.mat or wiki.mat; None for that in the folder.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is, of faces that are cut out.

    Raises
    ------
    TrainingError
        A file or a field is missing.
    """
    labels = _fields(_labels(path) if annotations is None else annotations)
    names = _texts(labels["full_path"])
    people = _texts(labels["name"])
    ages = _ages(labels["dob"], labels["photo_taken"])
    second = labels["second_face_score"].astype(np.float64)
    checks = (
        ("in which its authors found no face", ~np.isfinite(labels["face_score"].astype(float))),
        ("in which its authors found a second face", ~np.isnan(second)),
        (f"of an age outside 0 to {OLDEST}", (ages < 0) | (ages > OLDEST)),
    )
    left_out: list[LeftOut] = []
    good = np.ones(len(names), bool)
    for reason, failed in checks:
        left_out += [LeftOut(names[row], reason) for row in np.flatnonzero(good & failed)]
        good &= ~failed
    rows = np.flatnonzero(good)
    gender = labels["gender"].astype(np.float64)[rows]
    faces = AttributeFaces(
        FilePictures(
            path,
            [names[row] for row in rows],
            None if path.name.endswith("_crop") else _boxes(labels["face_location"][rows]),
            centre=centre,
        ),
        ages[rows],
        np.where(np.isin(gender, (0, 1)), np.nan_to_num(gender), -1).astype(np.int64),
        np.full(len(rows), -1, np.int64),
        (),
        tuple(people[row] or names[row] for row in rows),
    )
    return faces, left_out


def _texts(cells: npt.NDArray[Any]) -> list[str]:
    """The texts in MATLAB's cells."""
    return ["".join(np.ravel(cell).tolist()) for cell in cells]


def _labels(path: Path) -> Path:
    found = sorted(path.glob("*.mat"))
    if not found:
        raise TrainingError(
            f"no imdb.mat or wiki.mat in {path}: give its folder, or its path as `annotations`"
        )
    return found[0]


def _fields(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The columns of the label file by name, (n,)."""
    from scipy.io import loadmat  # which takes long to load, and only this needs

    what = "IMDB-WIKI's labels"
    try:
        content = loadmat(path)
    except FileNotFoundError as exc:
        raise TrainingError(f"no {what} at {path}: give their folder with --data") from exc
    except Exception as exc:  # what SciPy raises on torn bytes, or other versions, is of many types
        raise TrainingError(f"cannot read {what} from {path}: {one_line(exc, limit=150)}") from exc
    table = next((value for name, value in content.items() if not name.startswith("_")), None)
    there = getattr(getattr(table, "dtype", None), "names", None) or ()
    missing = [name for name in _FIELDS if name not in there]
    if table is None or missing:
        raise TrainingError(
            f"{path}: missing field {', '.join(missing)} of {what}: is it of another version?"
        )
    columns = {name: table[name].item().ravel() for name in _FIELDS}
    if len({len(column) for column in columns.values()}) > 1:
        raise TrainingError(f"{path}: the fields of {what} are of different lengths")
    return columns


def _ages(days: npt.NDArray[Any], years: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Ages in years; -1 where the day of birth is none."""
    known = (days > 0) & (days < 1_000_000)
    birth = (np.where(known, days, _EPOCH).astype(np.int64) - _EPOCH).astype("datetime64[D]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    month = birth.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.where(known, years.astype(np.int64) - year - (month >= _MONTH), -1)


def _boxes(places: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """x1, y1, x2, y2 in px, from MATLAB's, which count from 1."""
    corners = np.stack([np.asarray(place, np.float64).reshape(4) for place in places])
    return (np.rint(corners) - [1, 1, 0, 0]).astype(np.int64)
