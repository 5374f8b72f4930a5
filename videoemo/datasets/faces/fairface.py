"""FairFace (Karkkainen and Joo 2021, arXiv 1908.04913): ranges of ages, gender, seven
ethnicities.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import numbered, read_columns
from videoemo.errors import TrainingError
from videoemo.labels import FAIRFACE_ETHNICITIES, GENDERS

__all__ = ["load_fairface"]

# The middle year of each range of the label files.
_AGES = {
    "0-2": 1,
    "3-9": 6,
    "10-19": 15,
    "20-29": 25,
    "30-39": 35,
    "40-49": 45,
    "50-59": 55,
    "60-69": 65,
    "more than 70": 75,
}


def load_fairface(path: Path, annotations: Path | None, *, centre: float = 1.0) -> AttributeFaces:
    """Load FairFace's faces.

    Parameters
    ----------
    path : Path
        The folder of pictures, `train` or `val`.
    annotations : Path or None
        fairface_label_train.csv or fairface_label_val.csv, which names pictures such as
        `train/1.jpg`.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or a label is none of FairFace's.
    """
    if annotations is None:
        raise TrainingError(
            f"{path}: FairFace's labels are in a file of their own: give fairface_label_train.csv "
            "or fairface_label_val.csv as `annotations`"
        )
    what = "FairFace's labels"
    columns = read_columns(annotations, ("file", "age", "gender", "race"), what=what)
    if not path.is_dir():
        raise TrainingError(f"no folder {path} of FairFace's pictures: is the layout whole?")
    ages = list(_AGES)
    middles = np.array(list(_AGES.values()), np.int64)
    ethnicities = tuple(FAIRFACE_ETHNICITIES)
    inside = columns["file"][0].split("/")[0] == path.name
    return AttributeFaces(
        FilePictures(path.parent if inside else path, columns["file"], centre=centre),
        middles[numbered(columns["age"], ages, where=f"{annotations}: age")],
        numbered(
            [text.lower() for text in columns["gender"]], GENDERS, where=f"{annotations}: gender"
        ),
        numbered(columns["race"], ethnicities, where=f"{annotations}: race"),
        ethnicities,
    )
