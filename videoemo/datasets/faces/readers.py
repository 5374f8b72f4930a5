"""The layouts of labelled faces, each with its reader."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.face_data import FaceSource
from videoemo.datasets.faces.affectnet import load_affectnet
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.ferplus import load_ferplus
from videoemo.datasets.faces.folders import load_folders
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.lfw import load_lfw_expressions, load_lfw_people
from videoemo.datasets.faces.utkface import load_utkface

__all__ = ["AnyFaces", "read_layout"]

AnyFaces = LabelledFaces | AttributeFaces


def read_layout(
    source: FaceSource, path: Path, annotations: Path | None
) -> tuple[AnyFaces, list[LeftOut]]:
    """Read what a layout and its label files say; no picture is read.

    Returns
    -------
    tuple of (LabelledFaces or AttributeFaces, list of LeftOut)
        All faces, and those that are listed and cannot be used.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or a label is not known.
    """
    match source.kind, source.labels:
        case "ferplus", _:
            return load_ferplus(path, annotations), []
        case "affectnet", _:
            return load_affectnet(path, annotations, contempt=source.contempt), []
        case "folder", labels:
            return load_folders(path, people=labels == "identity"), []
        case "lfw", "identity":
            return load_lfw_people(path, annotations, centre=source.centre), []
        case "lfw", _:
            return (
                load_lfw_expressions(
                    path, annotations, contempt=source.contempt, centre=source.centre
                ),
                [],
            )
        case "utkface", _:
            return load_utkface(path, centre=source.centre)
    raise AssertionError(source.kind)
