"""An extractor judged by a protocol's name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from videoemo.config.face_data import DataRecipe
from videoemo.config.face_protocol import (
    AttributesProtocol,
    AuditProtocol,
    FacesProtocol,
    IdentificationProtocol,
    RecognitionProtocol,
    VerificationProtocol,
    load_face_protocol,
)
from videoemo.config.toml import data_root
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.check import FacesCheck, check_pictures, check_validation
from videoemo.datasets.faces.crops import Cropper
from videoemo.datasets.faces.index import read_index
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_attributes_split, load_split
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.errors import InputError
from videoemo.evaluation.attributes import judge_attributes
from videoemo.evaluation.audit import audit
from videoemo.evaluation.doubles import doubles_of_training
from videoemo.evaluation.faces import evaluate_faces
from videoemo.evaluation.identification import identify
from videoemo.evaluation.pictures import make_cropper
from videoemo.evaluation.verification import verify
from videoemo.inference.extractor import Extractor, load_extractor

__all__ = [
    "ExtractorReport",
    "check_protocol",
    "evaluate_extractor",
    "load_attributes_for_labeller",
    "load_for_labeller",
]


class ExtractorReport(Protocol):
    """What a protocol found of an extractor."""

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""

    def write(self, folder: Path) -> None:
        """Write report.json, and pictures."""


def evaluate_extractor(
    name: str, *, data: Path | None = None, extractor: str | None = None
) -> ExtractorReport:
    """Judge an extractor by a protocol for faces.

    Parameters
    ----------
    name : str
        The protocol's, in `eval/protocols/`, or the path of a TOML file.
    data : Path or None
        The data's folder; None for `$VIDEOEMO_DATA/<kind>`, or `data/<kind>`.
    extractor : str or None
        The network's name or the path of its card; None for the one that `score` uses.

    Raises
    ------
    InputError
        No such protocol, folder or network, or the protocol cannot be used with it.
    TrainingError
        The data cannot be read.
    """
    protocol = load_face_protocol(name)
    root = data_root(protocol.data_name, data, option="--data")
    network = load_extractor(extractor, precision="float32")
    if isinstance(protocol, AuditProtocol):
        return audit(protocol, root, network)
    recipe, cropper = _faces_of(protocol, root, network)
    if isinstance(protocol, AttributesProtocol):
        labelled = load_attributes_split(recipe, "valid", root, cropper=cropper)
        return judge_attributes(protocol, labelled, network)
    faces = load_split(recipe, "valid", root, cropper=cropper)
    if isinstance(protocol, IdentificationProtocol):
        return identify(protocol, faces, network)
    if isinstance(protocol, VerificationProtocol):
        return verify(protocol, faces, network, root=root)
    doubles = (
        doubles_of_training(recipe, faces, root, cropper) if protocol.without_doubles else None
    )
    return evaluate_faces(protocol, faces, network, doubles=doubles)


def load_for_labeller(
    name: str, network: Extractor, *, data: Path | None = None
) -> tuple[FacesProtocol, LabelledFaces]:
    """Load the faces on which a labeller is judged beside a network.

    Parameters
    ----------
    name : str
        As for `evaluate_extractor`.
    network : Extractor
        Whose crops they are, where faces have to be found in their pictures.
    data : Path or None
        As for `evaluate_extractor`.

    Raises
    ------
    InputError
        No such protocol or folder, or a protocol of another kind.
    TrainingError
        The data cannot be read.
    """
    protocol = load_face_protocol(name)
    if not isinstance(protocol, FacesProtocol):
        raise InputError(
            f"the protocol {name} is of kind {protocol.kind}: a vision-language model is judged by "
            "one of kind faces, such as ferplus"
        )
    root = data_root(protocol.data_name, data, option="--data")
    recipe, cropper = _faces_of(protocol, root, network)
    return protocol, load_split(recipe, "valid", root, cropper=cropper)


def load_attributes_for_labeller(
    protocol: AttributesProtocol, network: Extractor, *, data: Path | None = None
) -> AttributeFaces:
    """Load the faces with attributes on which a labeller is judged; see `load_for_labeller`.

    Raises
    ------
    InputError
        No such folder.
    TrainingError
        The data cannot be read.
    """
    root = data_root(protocol.data_name, data, option="--data")
    recipe, cropper = _faces_of(protocol, root, network)
    return load_attributes_split(recipe, "valid", root, cropper=cropper)


def check_protocol(name: str, *, data: Path | None = None) -> FacesCheck:
    """Check the data of a protocol for faces: every label and picture is read, and no extractor is
    asked.

    Parameters
    ----------
    name : str
        As for `evaluate_extractor`.
    data : Path or None
        As for `evaluate_extractor`.

    Raises
    ------
    InputError
        No such protocol or folder, or an index that cannot be used.
    TrainingError
        The data cannot be read.
    """
    protocol = load_face_protocol(name)
    root = data_root(protocol.data_name, data, option="--data")
    if isinstance(protocol, AuditProtocol):
        index = read_index(root / protocol.index, wanted=("expression",))
        names = [path.relative_to(root).as_posix() for path in index.paths]
        return check_pictures(FilePictures(root, names))
    return check_validation(_layout(protocol, root), root)


def _faces_of(
    protocol: FacesProtocol | AttributesProtocol | RecognitionProtocol,
    root: Path,
    network: Extractor,
) -> tuple[DataRecipe, Cropper | None]:
    """The data of a protocol, and what cuts faces out of its pictures, where they are not yet."""
    recipe = _layout(protocol, root)
    return recipe, make_cropper("detector", network.card) if recipe.needs_cropper else None


def _layout(
    protocol: FacesProtocol | AttributesProtocol | RecognitionProtocol, root: Path
) -> DataRecipe:
    """The data of a protocol, in the other layout where that is the one that is there."""
    data = protocol.data
    other = protocol.otherwise if isinstance(protocol, FacesProtocol) else None
    if other is not None and not _is_there(data, root) and _is_there(other, root):
        return other
    return data


def _is_there(data: DataRecipe, root: Path) -> bool:
    return data.valid is None or (root / data.valid).exists()
