"""The layouts of labelled faces, each with its reader."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.face_data import FaceSource
from videoemo.datasets.faces.affectnet import load_affectnet
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.fairface import load_fairface
from videoemo.datasets.faces.ferplus import load_ferplus
from videoemo.datasets.faces.folders import load_folders
from videoemo.datasets.faces.imdbwiki import load_imdbwiki
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.lfw import load_lfw_expressions, load_lfw_people
from videoemo.datasets.faces.own_csv import load_csv_attributes, load_csv_classes
from videoemo.datasets.faces.utkface import load_utkface
from videoemo.datasets.faces.vggface2 import load_vggface2_genders, load_vggface2_people

__all__ = ["AnyFaces", "read_layout"]

AnyFaces = LabelledFaces | AttributeFaces


def read_layout(
    source: FaceSource, path: Path, annotations: Path | None, *, split: str
) -> tuple[AnyFaces, list[LeftOut]]:
    """Read what a layout and its label files say; no picture is read.

    Parameters
    ----------
    source : FaceSource
        The kind.
    path, annotations : Path, Path or None
        Where the pictures are, and the label files.
    split : str
        What they are for, `train` or `valid`, where one file is for both.

    Returns
    -------
    tuple of (LabelledFaces or AttributeFaces, list of LeftOut)
        All faces, and those that are listed and cannot be used.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or a label is not known.
    """
    contempt, centre = source.contempt, source.centre
    match source.kind, source.labels:
        case "affectnet", _:
            return load_affectnet(path, annotations, contempt=contempt)
        case "csv", "attributes":
            return load_csv_attributes(path, split=split)
        case "csv", labels:
            label = "person" if labels == "identity" else "label"
            return load_csv_classes(path, label=label, split=split), []
        case "fairface", _:
            return load_fairface(path, annotations, centre=centre), []
        case "ferplus", _:
            return load_ferplus(path, annotations), []
        case "folder", labels:
            return load_folders(path, people=labels == "identity"), []
        case "imdbwiki", _:
            return load_imdbwiki(path, annotations, centre=centre)
        case "lfw", "identity":
            return load_lfw_people(path, annotations, centre=centre), []
        case "lfw", _:
            return load_lfw_expressions(path, annotations, contempt=contempt, centre=centre), []
        case "utkface", _:
            return load_utkface(path, centre=centre)
        case "vggface2", "identity":
            return load_vggface2_people(path, annotations, centre=centre), []
        case _:
            return load_vggface2_genders(path, annotations, centre=centre), []
