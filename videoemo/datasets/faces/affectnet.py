"""AffectNet (Mollahosseini et al. 2017, arXiv 1708.03985), in its two layouts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from videoemo.datasets.faces.labelled import LabelledFaces, one_hot
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8, AFFECTNET_FILE_IDS

__all__ = ["load_affectnet"]

_COLUMNS = ("subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "expression")


def load_affectnet(path: Path, annotations: Path | None, *, contempt: bool) -> LabelledFaces:
    """Load AffectNet's faces of the eight expressions, or of seven without contempt.

    Those marked none, uncertain or no-face are left out.

    Parameters
    ----------
    path : Path
        The folder of pictures to which the CSV's paths are relative, or a folder (`train_set`,
        `val_set`) with `images` and `annotations`.
    annotations : Path or None
        The CSV, with the columns subDirectory_filePath, face_x, face_y, face_width, face_height,
        expression; None for `.npy` annotations.
    contempt : bool
        Whether contempt is a class.

    Raises
    ------
    TrainingError
        A file or a column is missing, a picture is unreadable, a class has no example.
    """
    names = [name for name in AFFECTNET_8 if contempt or name != "contempt"]
    paths, boxes, found = _npy(path) if annotations is None else _csv(path, annotations)
    wanted = np.array(
        [
            expression < len(AFFECTNET_FILE_IDS) and AFFECTNET_FILE_IDS[expression] in names
            for expression in found
        ],
        bool,
    )
    labels = np.array(
        [names.index(AFFECTNET_FILE_IDS[found[i]]) for i in np.flatnonzero(wanted)], np.int64
    )
    pictures = FilePictures(
        [paths[i] for i in np.flatnonzero(wanted)], None if boxes is None else boxes[wanted]
    )
    return LabelledFaces(pictures, one_hot(labels, len(names)), labels, tuple(names))


def _csv(
    root: Path, path: Path
) -> tuple[list[Path], np.ndarray[tuple[int, int], np.dtype[np.int64]], list[int]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = set(_COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise TrainingError(f"{path}: missing column {', '.join(sorted(missing))}")
            rows = list(reader)
        corners = np.array(
            [[int(float(row[key])) for key in _COLUMNS[1:5]] for row in rows], np.int64
        ).reshape(-1, 4)
        expressions = [int(row["expression"]) for row in rows]
    except (OSError, ValueError, TypeError) as exc:
        raise TrainingError(f"cannot read AffectNet's labels from {path}: {exc}") from exc
    corners[:, 2:] += corners[:, :2]  # x, y, width, height -> x1, y1, x2, y2
    return [root / row["subDirectory_filePath"] for row in rows], corners, expressions


def _npy(folder: Path) -> tuple[list[Path], None, list[int]]:
    annotations = sorted(
        (folder / "annotations").glob("*_exp.npy"), key=lambda p: (len(p.name), p.name)
    )
    if not annotations:
        raise TrainingError(
            f"no annotations/*_exp.npy in {folder}: give the folder train_set or val_set, or a CSV "
            "as `annotations`"
        )
    expressions = []
    for file in annotations:
        try:
            expressions.append(int(np.load(file, allow_pickle=False)))
        except (OSError, ValueError) as exc:
            raise TrainingError(f"cannot read the annotation {file}: {exc}") from exc
    return (
        [folder / "images" / f"{file.name.removesuffix('_exp.npy')}.jpg" for file in annotations],
        None,
        expressions,
    )
