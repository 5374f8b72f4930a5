"""Evaluation protocols of extractors, on pictures of faces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from videoemo.config.face_data import DataRecipe
from videoemo.config.toml import build_record, find_settings, read_toml, require, require_seed
from videoemo.errors import RecipeError
from videoemo.util.messages import shown

__all__ = [
    "FACE_KINDS",
    "AuditProtocol",
    "FaceProtocol",
    "FacesProtocol",
    "HeldOut",
    "load_face_protocol",
]

# Of fewer people a figure of a group would be one of persons.
_FEWEST_PEOPLE = 5


@dataclass(frozen=True, kw_only=True)
class FacesProtocol:
    """Protocol for an extractor on labelled faces: those of `data.valid`, and a class that is left
    out for a second figure.
    """

    kind: Literal["faces"]
    data: DataRecipe
    left_out: str | None = None

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
        allowed = "whole numbers from 100 to 100000"
        require(100 <= self.resamples <= 100_000, "resamples", allowed, self.resamples)
        require_seed(self.seed)

    @property
    def data_name(self) -> str:
        """The folder of its data below `$VIDEOEMO_DATA`."""
        return self.kind


FaceProtocol = FacesProtocol | AuditProtocol

FACE_KINDS: dict[str, type[FacesProtocol] | type[AuditProtocol]] = {
    "faces": FacesProtocol,
    "audit": AuditProtocol,
}


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
    path = find_settings(name, "protocols")
    data = read_toml(path)
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in FACE_KINDS:
        raise RecipeError(
            f"{path}: kind: allowed for faces are {', '.join(map(repr, FACE_KINDS))}, got "
            f"{shown(kind)}"
        )
    return build_record(FACE_KINDS[kind], data, where=str(path))
