"""Network cards: everything a network needs to be used rightly, beside its weights. Nothing is read from a file's name."""

from __future__ import annotations

import difflib
import json
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from videoemo import store
from videoemo.checksums import SHA256_DIGITS, sha256, verified
from videoemo.errors import InputError
from videoemo.settings import read

__all__ = ["Card", "Source", "card_names", "find_card", "sha256", "shipped_names", "toml", "verified"]

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a file was published: a file of a git repository.

    Parameters
    ----------
    repository : owner and name.
    revision : a branch, a tag or a commit.
    path : the file's path inside.
    base : the address of a server of raw files, laid out as GitHub's.
    """

    repository: str
    revision: str
    path: str
    base: str = "https://raw.githubusercontent.com"

    def __post_init__(self) -> None:
        if not self.base.startswith(("https://", "http://")):
            raise ValueError(f"base: expected an address that begins with https:// or http://, got {self.base!r}")

    @property
    def url(self) -> str:
        """The address of the file."""
        return "/".join([self.base.rstrip("/"), self.repository, self.revision, self.path])


@dataclass(frozen=True, kw_only=True)
class Card:
    """A network and its preprocessing.

    Parameters
    ----------
    name : what `--extractor` accepts.
    file, format : its weights, a plain file name, and how they are written.
    sha256, git_blob : their checksum, one of the two; `checksum` is the one that is given.
    size : of the file, in bytes, where it is known.
    source : where the file can be fetched; None where it ships, or is one's own.
    architecture : a timm model name; for ONNX, which brings its own graph, the name of the published network.
    crop : the face it wants: `box`, the detector's box as it is, or `square`, side = the box's height.
    crop_scale : the side of a square crop, over the box's height.
    align : whether it wants, instead, faces turned upright and centred by the five landmarks.
    input_size : side of its input in px.
    detail : px; a larger crop is first reduced to this side, since the training faces showed no more. None: no such limit.
    colour, mean, std : `rgb` (three values) or `grey` (one), after scaling to 0 to 1.
    classes : in the order of its outputs.
    valence_arousal : whether two more outputs follow the classes, valence and arousal.
    embedding : length of the penultimate vector.
    temperature : what logits are divided by before the softmax.
    licence, origin, trained_on : where it comes from.
    figures : how good it is, by whose measure.
    """

    name: str
    file: str
    format: Literal["safetensors", "onnx", "timm-pickle"] = "safetensors"
    sha256: str | None = None
    git_blob: str | None = None
    size: int | None = None
    source: Source | None = None
    architecture: str
    crop: Literal["box", "square"]
    crop_scale: float = 1.0
    align: bool = False
    input_size: int
    detail: int | None = None
    colour: Literal["rgb", "grey"]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...]
    valence_arousal: bool = False
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
        for key, name in (("name", self.name), ("file", self.file)):
            if not name or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
                raise ValueError(f"{key}: expected a plain file name, got {name!r}")
        lengths = (self.input_size, self.embedding, self.detail, self.size)
        if any(n is not None and n < 1 for n in lengths) or min(self.temperature, self.crop_scale) <= 0:
            raise ValueError("input_size, detail, size, embedding, crop_scale and temperature must be above 0")
        if self.crop != "square" and self.crop_scale != 1:
            raise ValueError(f"crop_scale: only square crops have one, got {self.crop_scale} for {self.crop}")
        if len(set(self.classes)) != len(self.classes) or not self.classes:
            raise ValueError(f"classes: expected different names, got {', '.join(self.classes)}")
        if (self.sha256 is None) == (self.git_blob is None):
            raise ValueError("expected one checksum, sha256 or git_blob")
        digits = SHA256_DIGITS if self.sha256 is not None else 40
        if len(self.checksum) != digits or set(self.checksum) - set("0123456789abcdef"):
            raise ValueError(f"{'sha256' if self.sha256 is not None else 'git_blob'}: expected {digits} digits 0-9, a-f, got {self.checksum!r}")

    @property
    def checksum(self) -> str:
        """What `verified` compares with: the SHA-256 (64 digits) or git's blob id (40 digits)."""
        return self.sha256 or self.git_blob or ""


@cache
def shipped_names() -> tuple[str, ...]:
    """The networks whose weights ship with videoemo."""
    cards = (read(Card, path) for path in (_PACKAGE / "cards").glob("*.toml"))
    return tuple(sorted(card.name for card in cards if card.source is None))


def card_names() -> list[str]:
    """The networks known by name: those that ship, then the published ones and those that were imported."""
    others = {path.stem for path in [*(_PACKAGE / "cards").glob("*.toml"), *store.folder().glob("*.toml")]}
    return [*shipped_names(), *sorted(others - set(shipped_names()))]


def find_card(name: str) -> tuple[Card, Path]:
    """A card by its name, or by the path of a TOML file, and where its weights should lie.

    A card of videoemo's own comes before one of the same name in the folder of imported networks.

    Raises
    ------
    InputError : no such network.
    RecipeError : the card says something it may not.
    """
    if name in card_names():
        packaged = _PACKAGE / "cards" / f"{name}.toml"
        card = read(Card, packaged if packaged.is_file() else store.folder() / packaged.name)
        ships = packaged.is_file() and card.source is None
        return card, (_PACKAGE / "weights" if ships else store.folder()) / card.file
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        card = read(Card, path)
        return card, path.parent / card.file
    near = difflib.get_close_matches(name, card_names(), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(card_names())}, or the path of a card (.toml)"
    raise InputError(f"unknown extractor {name!r}; {hint}")


def toml(card: Card) -> str:
    """A card as `find_card` reads it. What is at its default is left out."""
    values = {f.name: getattr(card, f.name) for f in fields(card) if f.default is MISSING or getattr(card, f.name) != f.default}
    source = values.pop("source", None)
    text = _lines(values)
    return text if source is None else f"{text}\n[source]\n{_lines(asdict(source))}"


def _lines(values: dict[str, Any]) -> str:
    """A JSON string, number, truth value or list of them is the same in TOML."""
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
