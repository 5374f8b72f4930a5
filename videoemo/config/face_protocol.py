"""Evaluation protocols of extractors, on pictures of faces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from videoemo.config.face_data import DataRecipe
from videoemo.config.toml import find_settings, read_kind, require, require_seed

__all__ = [
    "FACE_KINDS",
    "AttributesProtocol",
    "AuditProtocol",
    "FaceProtocol",
    "FacesProtocol",
    "HeldOut",
    "IdentificationProtocol",
    "RecognitionProtocol",
    "VerificationProtocol",
    "load_face_protocol",
]

# Of fewer people a figure of a group would be one of persons.
_FEWEST_PEOPLE = 5
# Of faces whose persons are not known.
_FEWEST_FACES = 20


@dataclass(frozen=True, kw_only=True)
class FacesProtocol:
    """Protocol for an extractor on labelled faces: those of `data.valid`, or where there is none
    those of `otherwise.valid`; a class that is left out for a second figure; and whether all is
    told once more without the doubles of the faces that train.
    """

    kind: Literal["faces"]
    data: DataRecipe
    otherwise: DataRecipe | None = None
    left_out: str | None = None
    without_doubles: bool = False

    @property
    def data_name(self) -> str:
        """The folder of its data below `$VIDEOEMO_DATA`."""
        return self.data.kind


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """People whom trainings hold out: `share` of all, drawn as `valid_share` and `seed` of a
    recipe's data draw them.
    """

    share: float
    seed: int

    def __post_init__(self) -> None:
        require(0 < self.share < 1, "share", "shares between 0 and 1", self.share)
        require_seed(self.seed)


@dataclass(frozen=True, kw_only=True)
class AuditProtocol:
    """Protocol for an extractor on faces of people whose groups are known: how well it recognises
    each expression by group; eval/protocols/audit.toml explains each key.
    """

    kind: Literal["audit"]
    index: str
    groups: tuple[str, ...]
    age_bands: tuple[int, ...]
    crop: Literal["detector", "whole"]
    least_people: int
    resamples: int
    seed: int
    held_out: HeldOut | None = None

    def __post_init__(self) -> None:
        bands = self.age_bands
        rising = all(a < b for a, b in pairwise((0, *bands)))
        require(rising, "age_bands", "ages above 0 that rise", list(bands))
        people = f"whole numbers from {_FEWEST_PEOPLE}"
        require(self.least_people >= _FEWEST_PEOPLE, "least_people", people, self.least_people)
        _require_resamples(self.resamples)
        require_seed(self.seed)

    @property
    def data_name(self) -> str:
        """The folder of its data below `$VIDEOEMO_DATA`."""
        return self.kind


Crop = Literal["centre", "detector", "card"]


@dataclass(frozen=True, kw_only=True)
class RecognitionProtocol:
    """What the protocols of face recognition share."""

    data: DataRecipe
    crops: tuple[Crop, ...]
    seed: int

    def __post_init__(self) -> None:
        once = 0 < len(set(self.crops)) == len(self.crops)
        require(once, "crops", "one or more, each once", list(self.crops))
        labels = self.data.labels
        require(labels == "identity", "data.of", "identity", labels)
        require_seed(self.seed)

    @property
    def data_name(self) -> str:
        """The folder of its data below `$VIDEOEMO_DATA`."""
        return self.data.kind


@dataclass(frozen=True, kw_only=True)
class IdentificationProtocol(RecognitionProtocol):
    """Protocol for embeddings: whose photographs are these, of people one random photograph of each
    of whom is known, in some random `splits`; eval/protocols/lfw.toml explains each key.
    """

    kind: Literal["identification"]
    splits: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require(2 <= self.splits <= 10_000, "splits", "whole numbers 2 to 10000", self.splits)


@dataclass(frozen=True, kw_only=True)
class VerificationProtocol(RecognitionProtocol):
    """Protocol for embeddings: do two photographs show one person, for pairs in folds;
    eval/protocols/lfw-pairs.toml explains each key.
    """

    kind: Literal["verification"]
    pairs: str
    folds: int
    each: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require(2 <= self.folds <= 1000, "folds", "whole numbers 2 to 1000", self.folds)
        require(1 <= self.each <= 100_000, "each", "whole numbers 1 to 100000", self.each)


@dataclass(frozen=True, kw_only=True)
class AttributesProtocol:
    """Protocol for the heads of age, gender and ethnicity; eval/protocols/utkface.toml explains
    each key.
    """

    kind: Literal["attributes"]
    data: DataRecipe
    age_groups: tuple[int, ...]
    least_faces: int
    resamples: int
    seed: int

    def __post_init__(self) -> None:
        groups = self.age_groups
        rising = all(a < b for a, b in pairwise((0, *groups)))
        require(rising, "age_groups", "ages above 0 that rise", list(groups))
        faces = f"whole numbers from {_FEWEST_FACES}"
        require(self.least_faces >= _FEWEST_FACES, "least_faces", faces, self.least_faces)
        labels = self.data.labels
        require(labels == "attributes", "data.of", "attributes", labels)
        _require_resamples(self.resamples)
        require_seed(self.seed)

    @property
    def data_name(self) -> str:
        """The folder of its data below `$VIDEOEMO_DATA`."""
        return self.data.kind


FaceProtocol = (
    FacesProtocol
    | AuditProtocol
    | AttributesProtocol
    | IdentificationProtocol
    | VerificationProtocol
)

FACE_KINDS: dict[str, type[FaceProtocol]] = {
    "faces": FacesProtocol,
    "audit": AuditProtocol,
    "attributes": AttributesProtocol,
    "identification": IdentificationProtocol,
    "verification": VerificationProtocol,
}


def _require_resamples(resamples: int) -> None:
    allowed = "whole numbers from 100 to 100000"
    require(100 <= resamples <= 100_000, "resamples", allowed, resamples)


def load_face_protocol(name: str) -> FaceProtocol:
    """Load a protocol for an extractor by its name in `eval/protocols/`, or by the path of a TOML
    file.

    Raises
    ------
    InputError
        No such protocol.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    return read_kind(FACE_KINDS, find_settings(name, "protocols"), of="faces")
