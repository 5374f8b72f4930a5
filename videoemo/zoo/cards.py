"""Network cards: everything a network needs to be used rightly, beside its weights. Nothing is read
from a file's name.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from videoemo.config.preprocessing import LARGEST_SIDE, require_levels
from videoemo.config.toml import read_record, require
from videoemo.errors import InputError
from videoemo.util.checksums import SHA256_DIGITS, sha256, verified
from videoemo.util.file_names import FILE_NAMES, is_file_name
from videoemo.util.messages import did_you_mean, shown
from videoemo.util.regular_files import is_regular
from videoemo.zoo.audit import AuditRow, audit_to_toml
from videoemo.zoo.cache import cache_dir
from videoemo.zoo.heads import EMBEDDING, EXPRESSION, Head

__all__ = [
    "Card",
    "Source",
    "card_names",
    "card_to_toml",
    "extractor_provenance",
    "find_card",
    "is_published",
    "require_expression",
    "sha256",
    "shipped_names",
    "verified",
]

_PACKAGE = Path(__file__).parent
# Temperature that no network needs less of: its probabilities would all be 0 or 1.
_LOWEST = 0.001
# Length of a hidden layer that no network has more of.
_LONGEST = 65_536


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a file was published: a file of a git repository.

    Parameters
    ----------
    repository : str
        Owner and name.
    revision : str
        A branch, a tag or a commit.
    path : str
        The file's path inside.
    base : str, default="https://raw.githubusercontent.com"
        The address of a server of raw files, laid out as GitHub's.
    """

    repository: str
    revision: str
    path: str
    base: str = "https://raw.githubusercontent.com"

    def __post_init__(self) -> None:
        if not self.base.startswith(("https://", "http://")):
            raise ValueError(
                "base: expected an address that begins with https:// or http://, got "
                f"{shown(self.base)}"
            )

    @property
    def url(self) -> str:
        """The address of the file."""
        return "/".join([self.base.rstrip("/"), self.repository, self.revision, self.path])


@dataclass(frozen=True, kw_only=True)
class Card:
    """A network and its preprocessing.

    Parameters
    ----------
    name : str
        What `--extractor` accepts.
    file, format : str, {"safetensors", "onnx", "timm-pickle", "dlib"}
        Its weights, a plain file name, and how they are written.
    sha256, git_blob : str or None
        Their checksum, one of the two; `checksum` is the one that is given.
    size : int or None
        Of the file, in bytes, where it is known.
    source : Source or None
        Where the file can be fetched; None where it ships, or is one's own.
    architecture : str
        A timm model name; for ONNX, which brings its own graph, the name of the published network.
    crop : {"box", "square"}
        The face it wants: `box`, the detector's box as it is, or `square`, side = the box's height.
    crop_scale : float, default=1.0
        The side of a square crop, over the box's height.
    align : bool, default=False
        Whether it wants, instead, faces turned upright and centred by the five landmarks.
    input_size : int
        Side of its input in px.
    detail : int or None
        In px; a larger crop is first reduced to this side, since the training faces showed no more.
        None: no such limit.
    colour, mean, std : {"rgb", "grey"}, tuple of float, tuple of float
        `rgb` (three values) or `grey` (one), after scaling to 0 to 1.
    outputs : tuple of Head
        In the order of its raw outputs: the vector `embedding`, and any number of others, such as
        the classes `expression`.
    hidden : int or None
        Length of the layer between the embedding and the heads of attributes, which come last then;
        None: those read the embedding too.
    temperature : float
        What the logits of expressions are divided by before the softmax.
    licence, origin, trained_on : str
        Where it comes from.
    figures : str
        How good it is, by whose measure.
    audit : tuple of AuditRow, default=()
        How well it recognises expressions in groups of people, see `evaluate --protocol audit`.
    """

    name: str
    file: str
    format: Literal["safetensors", "onnx", "timm-pickle", "dlib"] = "safetensors"
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
    outputs: tuple[Head, ...]
    hidden: int | None = None
    temperature: float
    licence: str
    origin: str
    trained_on: str
    figures: str
    audit: tuple[AuditRow, ...] = ()

    def __post_init__(self) -> None:
        require_levels(self.mean, self.std, colour=self.colour)
        for key, name, ending in (("name", self.name, ".safetensors"), ("file", self.file, "")):
            require(is_file_name(name, ending=ending), key, FILE_NAMES, shown(name))
        for key, side in (("input_size", self.input_size), ("detail", self.detail)):
            fits = side is None or 1 <= side <= LARGEST_SIDE
            require(fits, key, f"whole numbers from 1 to {LARGEST_SIDE}", side)
        require(self.size is None or self.size >= 1, "size", "whole numbers from 1", self.size)
        warm = _LOWEST <= self.temperature <= 1 / _LOWEST
        require(warm, "temperature", f"numbers {_LOWEST} to {1 / _LOWEST:g}", self.temperature)
        require(0.1 <= self.crop_scale <= 10, "crop_scale", "numbers 0.1 to 10", self.crop_scale)
        if self.crop != "square" and self.crop_scale != 1:
            raise ValueError(
                f"crop_scale: only square crops have one, got {self.crop_scale} for {self.crop}"
            )
        self._check_outputs()
        if (self.sha256 is None) == (self.git_blob is None):
            raise ValueError("expected one checksum, sha256 or git_blob")
        digits = SHA256_DIGITS if self.sha256 is not None else 40
        if len(self.checksum) != digits or set(self.checksum) - set("0123456789abcdef"):
            raise ValueError(
                f"{'sha256' if self.sha256 is not None else 'git_blob'}: expected {digits} digits "
                f"0-9, a-f, got {shown(self.checksum)}"
            )

    def _check_outputs(self) -> None:
        vectors = [head.name for head in self.outputs if head.kind == "embedding"]
        if vectors != [EMBEDDING]:
            raise ValueError(
                f"outputs: expected one head of kind embedding, {EMBEDDING!r}, got "
                f"{shown(', '.join(vectors)) if vectors else 'none'}"
            )
        # Names of columns, too, which the labels of expressions are.
        names = [name for head in self.outputs for name in {head.name, *head.columns}]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"outputs: expected different names, got {shown(twice[0])} twice")
        for head in self.outputs:
            if head.name == EXPRESSION and head.kind != "classes":
                raise ValueError(f"outputs: {EXPRESSION} is of kind classes, got {head.kind}")
        if self.hidden is not None:
            self._check_hidden(self.hidden)

    def _check_hidden(self, hidden: int) -> None:
        require(1 <= hidden <= _LONGEST, "hidden", f"whole numbers from 1 to {_LONGEST}", hidden)
        require(self.format == "safetensors", "hidden", "networks in safetensors", self.format)
        of_attributes = [head.is_attribute for head in self.outputs if head.width]
        if not any(of_attributes) or of_attributes != sorted(of_attributes):
            raise ValueError(
                "outputs: heads of attributes, for which a hidden layer is, come last; got "
                f"{shown(', '.join(head.name for head in self.outputs))}"
            )

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels of the expressions, in the order of the logits; none of a network that was
        trained for other things.
        """
        return next((head.labels for head in self.outputs if head.name == EXPRESSION), ())

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names of the heads of kind `value`, in the order of the raw outputs."""
        return tuple(head.name for head in self.outputs if head.kind == "value")

    @property
    def number_names(self) -> tuple[str, ...]:
        """The names of the heads that give one number a face, in the order of the raw outputs."""
        return tuple(head.name for head in self.outputs if head.is_number)

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """The names of the heads of attributes, in the order of the raw outputs."""
        return tuple(head.name for head in self.outputs if head.is_attribute)

    @property
    def embedding(self) -> int:
        """Length of the penultimate vector."""
        return next(head.size or 0 for head in self.outputs if head.name == EMBEDDING)

    @property
    def checksum(self) -> str:
        """What `verified` compares with: the SHA-256 (64 digits) or git's blob id (40 digits)."""
        return self.sha256 or self.git_blob or ""


@cache
def shipped_names() -> tuple[str, ...]:
    """The networks whose weights ship with videoemo."""
    cards = (read_record(Card, path) for path in (_PACKAGE / "cards").glob("*.toml"))
    return tuple(sorted(card.name for card in cards if card.source is None))


def card_names() -> list[str]:
    """The networks known by name: those that ship, then the published ones and those that
    were imported.
    """
    others = {
        path.stem for path in [*(_PACKAGE / "cards").glob("*.toml"), *cache_dir().glob("*.toml")]
    }
    return [*shipped_names(), *sorted(others - set(shipped_names()))]


def is_published(card: Card) -> bool:
    """Whether a card is one of videoemo's own, of a network that ships or is published."""
    own = _PACKAGE / "cards" / f"{card.name}.toml"
    return own.is_file() and read_record(Card, own) == card


def find_card(name: str) -> tuple[Card, Path]:
    """A card by its name, or by the path of a TOML file, and where its weights should lie.

    A card of videoemo's own comes before one of the same name in the folder of imported networks.

    Raises
    ------
    InputError
        No such network.
    RecipeError
        The card says something it may not.
    """
    if name in card_names():
        packaged = _PACKAGE / "cards" / f"{name}.toml"
        card = read_record(Card, packaged if packaged.is_file() else cache_dir() / packaged.name)
        ships = packaged.is_file() and card.source is None
        return card, (_PACKAGE / "weights" if ships else cache_dir()) / card.file
    path = Path(name)
    if path.suffix == ".toml" and is_regular(path):
        card = read_record(Card, path)
        return card, path.parent / card.file
    if path.suffix == ".toml":
        raise InputError(f"there is no card {shown(name)}; give the path of one that is there")
    hint = did_you_mean(name, card_names(), others=", or the path of a card (.toml)")
    raise InputError(f"unknown extractor {shown(name)}; {hint}")


def require_expression(card: Card) -> None:
    """Require that a network tells expressions.

    Raises
    ------
    InputError
        It has no such head.
    """
    if not card.classes:
        names = ", ".join(head.name for head in card.outputs)
        raise InputError(
            f"{card.name} tells no expressions: its heads are {shown(names)}; give a network that "
            "does as extractor"
        )


def card_to_toml(card: Card) -> str:
    """A card as `find_card` reads it. What is at its default is left out."""
    values = _given(card)
    outputs, source = values.pop("outputs"), values.pop("source", None)
    audit = audit_to_toml(values.pop("audit")) if card.audit else ""
    tables = [_lines(values) + audit, *(f"[[outputs]]\n{_lines(_given(head))}" for head in outputs)]
    if source is not None:
        tables.append(f"[source]\n{_lines(_given(source))}")
    return "\n".join(tables)


def _given(record: Card | Head | Source) -> dict[str, Any]:
    return {
        f.name: getattr(record, f.name)
        for f in fields(record)
        if f.default is MISSING or getattr(record, f.name) != f.default
    }


def _lines(values: dict[str, Any]) -> str:
    """A JSON string, number, truth value or list of them is the same in TOML."""
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()
    )


def extractor_provenance(card: Card) -> dict[str, str]:
    """What a file of features, or a model fitted on them, says of the network they are of."""
    return {
        "name": card.name,
        "checksum": card.checksum,
        "licence": card.licence,
        "origin": card.origin,
        "trained_on": card.trained_on,
    }
