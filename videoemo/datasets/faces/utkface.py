"""UTKFace (Zhang et al. 2017, arXiv 1702.08423): age, gender and ethnicity in the name of each
picture.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from videoemo.datasets.faces.attributes import OLDEST, AttributeFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import read_columns
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES
from videoemo.util.leftovers import is_leftover

__all__ = ["load_utkface"]

# <age>_<gender>_<ethnicity>_<when it was found>.jpg, and .jpg.chip.jpg where the face is cut out. A
# handful of names lack the ethnicity or have another number for it.
_NAME = re.compile(r"(\d+)_([01])_([0-4])_\d+\.jpg(\.chip\.jpg)?", re.IGNORECASE)


def load_utkface(path: Path, *, centre: float = 1.0) -> tuple[AttributeFaces, list[LeftOut]]:
    """Load UTKFace's faces.

    Parameters
    ----------
    path : Path
        The folder of pictures, or one with folders of them (`part1` to `part3`, `UTKFace`), or one
        with `images` and an `index.csv` with the column image, and group where it is known which
        faces look alike.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is.

    Raises
    ------
    TrainingError
        There is no picture of such a name, or a column of the index is missing.
    """
    names, groups = _listed(path)
    labels, kept, left_out = [], [], []
    for row, name in enumerate(names):
        found = _NAME.fullmatch(name.rsplit("/", 1)[-1])
        if found is None:
            reason = "without age, gender and ethnicity in the name"
            left_out.append(LeftOut(name, reason, broken=True))
        elif int(found[1]) > OLDEST:
            reason = f"of an age outside 0 to {OLDEST}"
            left_out.append(LeftOut(name, reason, found[1], broken=True))
        else:
            labels.append([int(found[1]), 1 - int(found[2]), int(found[3])])
            kept.append(row)
    if not kept:
        raise TrainingError(
            f"{path}: expected pictures named <age>_<gender>_<race>_<date>.jpg, found "
            f"{names[0] if names else 'none'}"
        )
    values = np.array(labels, np.int64)  # their 0 is male, ours female
    faces = AttributeFaces(
        FilePictures(path, [names[row] for row in kept], centre=centre),
        values[:, 0],
        values[:, 1],
        values[:, 2],
        ETHNICITIES,
        None if groups is None else tuple(groups[row] for row in kept),
    )
    return faces, left_out


def _listed(path: Path) -> tuple[list[str], list[str] | None]:
    """The pictures below a folder, and which look alike."""
    if (path / "index.csv").is_file():
        columns = read_columns(
            path / "index.csv", ("image",), maybe=("group",), what="UTKFace's index"
        )
        return [f"images/{name}" for name in columns["image"]], columns.get("group")
    files = sorted(path.rglob("*.jpg")) if path.is_dir() else []
    return [file.relative_to(path).as_posix() for file in files if not is_leftover(file.name)], None
