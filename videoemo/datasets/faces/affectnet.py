"""AffectNet (Mollahosseini et al. 2017, arXiv 1708.03985), in its two layouts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import read_columns
from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8, AFFECTNET_FILE_IDS
from videoemo.util.messages import count_noun, shown

__all__ = ["load_affectnet"]

_BOX = ("face_x", "face_y", "face_width", "face_height")
_COLUMNS = ("subDirectory_filePath", *_BOX, "expression")
# Those of the label files, in their order; a validation.csv without a heading circulates.
_HEADING = (
    *("subDirectory_filePath", *_BOX, "facial_landmarks"),
    *("expression", "valence", "arousal"),
)
# 8, 9 and 10 are none, uncertain and no-face.
_LAST_ID = 10


def load_affectnet(
    path: Path, annotations: Path | None, *, contempt: bool
) -> tuple[LabelledFaces, list[LeftOut]]:
    """Load AffectNet's faces of the eight expressions, or of seven without contempt.

    The label of those marked none, uncertain or no-face is -1.

    Parameters
    ----------
    path : Path
        The folder of pictures to which the CSV's paths are relative, or a folder (`train_set`,
        `val_set`) with `images` and `annotations`.
    annotations : Path or None
        The CSV, with the columns subDirectory_filePath, face_x, face_y, face_width, face_height,
        expression, or without a heading; None for `.npy` annotations.
    contempt : bool
        Whether contempt is a class.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or an expression is none of AffectNet's.
    """
    names = [name for name in AFFECTNET_8 if contempt or name != "contempt"]
    pictures, found = _npy(path) if annotations is None else _csv(path, annotations)
    left_out = [] if annotations is not None else _without_annotation(path, pictures.names)
    of_id = [names.index(name) if name in names else -1 for name in AFFECTNET_FILE_IDS]
    of_id += [-1] * (_LAST_ID + 1 - len(of_id))
    labels = np.array(of_id, np.int64)[found]
    return LabelledFaces(pictures, None, labels, tuple(names)), left_out


def _csv(root: Path, path: Path) -> tuple[FilePictures, npt.NDArray[np.int64]]:
    if not root.is_dir():
        raise TrainingError(f"no folder {root} of AffectNet's pictures: is the layout whole?")
    columns = read_columns(path, _COLUMNS, headless=_HEADING, what="AffectNet's labels")
    try:
        corners = np.array([[int(float(text)) for text in columns[key]] for key in _BOX], np.int64)
    except ValueError as exc:
        raise TrainingError(f"cannot read AffectNet's boxes from {path}: {exc}") from exc
    corners[2:] += corners[:2]  # x, y, width, height -> x1, y1, x2, y2
    pictures = FilePictures(root, columns["subDirectory_filePath"], corners.T)
    return pictures, _ids(columns["expression"], path)


def _npy(folder: Path) -> tuple[FilePictures, npt.NDArray[np.int64]]:
    files = sorted((folder / "annotations").glob("*_exp.npy"), key=lambda p: (len(p.name), p.name))
    if not files:
        raise TrainingError(
            f"no annotations/*_exp.npy in {folder}: give the folder train_set or val_set, or a CSV "
            "as `annotations`"
        )
    if not (folder / "images").is_dir():
        raise TrainingError(f"no folder images in {folder}: is the layout whole?")
    expressions = []
    for file in files:
        try:
            expressions.append(str(np.load(file, allow_pickle=False)))
        except (OSError, ValueError, EOFError) as exc:
            raise TrainingError(f"cannot read the annotation {file}: {exc}") from exc
    names = [f"images/{file.name.removesuffix('_exp.npy')}.jpg" for file in files]
    return FilePictures(folder, names), _ids(expressions, folder / "annotations")


def _without_annotation(folder: Path, annotated: Sequence[str]) -> list[LeftOut]:
    """Pictures beside those that have an annotation."""
    there = {f"images/{file.name}" for file in (folder / "images").glob("*.jpg")}
    return [
        LeftOut(name, "without an annotation", broken=True)
        for name in sorted(there - set(annotated))
    ]


def _ids(texts: Sequence[str], where: Path) -> npt.NDArray[np.int64]:
    """The numbers of expressions, 0 to 10."""
    known = {str(number) for number in range(_LAST_ID + 1)}
    others = [text for text in texts if text not in known]
    if others:
        raise TrainingError(
            f"{where}: {count_noun(len(others), 'expression')} of another version: expected whole "
            f"numbers from 0 to {_LAST_ID}, got {shown(others[0])}"
        )
    return np.array([int(text) for text in texts], np.int64)
