"""Network cards: everything a network needs to be used rightly, beside its weights. Nothing is read from a file's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from videoemo.errors import InputError, WeightsError
from videoemo.settings import read

__all__ = ["Card", "card_names", "find_card", "sha256", "verified"]

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Card:
    """A network and its preprocessing.

    Parameters
    ----------
    name : what `--extractor` accepts.
    file, sha256 : its weights, a plain file name, and their checksum.
    architecture : a timm model name.
    crop : the face it wants: `box`, the detector's box as it is, or `square`, side = the box's height.
    align : whether it wants, instead, faces turned upright and centred by the five landmarks.
    input_size : side of its input in px.
    detail : px; a larger crop is first reduced to this side, since the training faces showed no more. None: no such limit.
    colour, mean, std : `rgb` (three values) or `grey` (one), after scaling to 0 to 1.
    classes : in the order of its outputs.
    embedding : length of the penultimate vector.
    temperature : what logits are divided by before the softmax.
    licence, origin, trained_on : where it comes from.
    figures : how good it is, by whose measure.
    """

    name: str
    file: str
    sha256: str
    architecture: str
    crop: Literal["box", "square"]
    align: bool = False
    input_size: int
    detail: int | None = None
    colour: Literal["rgb", "grey"]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...]
    embedding: int
    temperature: float
    licence: str
    origin: str
    trained_on: str
    figures: str

    def __post_init__(self) -> None:
        channels = 1 if self.colour == "grey" else 3
        if not len(self.mean) == len(self.std) == channels:
            raise ValueError(f"mean and std of a {self.colour} network have {channels} values, got {len(self.mean)} and {len(self.std)}")
        if Path(self.file).name != self.file:
            raise ValueError(f"file: expected a plain file name beside the card, got {self.file!r}")
        if min(self.input_size, self.embedding) < 1 or self.temperature <= 0 or (self.detail is not None and self.detail < 1):
            raise ValueError("input_size, detail, embedding and temperature must be above 0")
        if len(set(self.classes)) != len(self.classes) or not self.classes:
            raise ValueError(f"classes: expected different names, got {', '.join(self.classes)}")


def card_names() -> list[str]:
    """The networks known by name."""
    return sorted(path.stem for path in (_PACKAGE / "cards").glob("*.toml"))


def find_card(name: str) -> tuple[Card, Path]:
    """A card by its name, or by the path of a TOML file, and where its weights should lie.

    Raises
    ------
    InputError : no such network.
    RecipeError : the card says something it may not.
    """
    if name in card_names():
        return _with_weights(_PACKAGE / "cards" / f"{name}.toml", _PACKAGE / "weights")
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return _with_weights(path, path.parent)
    raise InputError(f"unknown extractor {name!r}; allowed: {', '.join(card_names())}, or the path of a card (.toml)")


def _with_weights(path: Path, folder: Path) -> tuple[Card, Path]:
    card = read(Card, path)
    return card, folder / card.file


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified(path: Path, expected: str) -> Path:
    """The path itself, once its SHA-256 is what it should be.

    Raises
    ------
    WeightsError : missing, unreadable or damaged; the message names the file and both checksums.
    """
    try:
        found = sha256(path)
    except OSError as exc:
        raise WeightsError(f"cannot read the weights {path}: {exc.strerror or exc}; reinstall videoemo") from exc
    if found != expected:
        raise WeightsError(f"the weights {path} are damaged: SHA-256 is {found}, expected {expected}; reinstall or fetch them again")
    return path
