"""Cards of local vision-language models: where the files are, and what they have to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from videoemo.config.toml import read_record, require
from videoemo.errors import InputError
from videoemo.util.checksums import SHA256_DIGITS
from videoemo.util.messages import shown
from videoemo.util.regular_files import is_regular

__all__ = ["AdapterFile", "LocalCard", "card_text", "find_local_card"]

_MOST_RANK = 4096


def _require_checksum(key: str, text: str) -> None:
    digits = len(text) == SHA256_DIGITS and not set(text) - set("0123456789abcdef")
    require(digits, key, f"{SHA256_DIGITS} digits 0-9, a-f", shown(text))


@dataclass(frozen=True, kw_only=True)
class AdapterFile:
    """A low-rank adapter: its weights in safetensors, below the card's folder."""

    file: str
    sha256: str
    where: Literal["everywhere", "text"]
    rank: int

    def __post_init__(self) -> None:
        _require_checksum("adapter.sha256", self.sha256)
        ranks = f"whole numbers from 1 to {_MOST_RANK}"
        require(1 <= self.rank <= _MOST_RANK, "adapter.rank", ranks, self.rank)


@dataclass(frozen=True, kw_only=True)
class LocalCard:
    """Card of a local vision-language model.

    Parameters
    ----------
    name : str
        Of the model, for reports.
    model : str
        Its folder; of an adapter, that of its base. Seen from the card's folder.
    sha256 : str or None
        Checksum of the weights in it (`model_folder.weights_checksum`); an adapter's base has to
        have one.
    processor : str or None
        The folder of the processor where the model's has none.
    question : str or None
        What it was trained to be asked; None: what the task asks.
    classes, answers : tuple of str
        The classes, and what the answer of each is; empty: as the task has them.
    adapter : AdapterFile or None
        What is put into the model.
    licence, origin, trained_on, figures : str
        As of other networks.
    """

    name: str
    model: str
    sha256: str | None = None
    processor: str | None = None
    question: str | None = None
    classes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    licence: str = ""
    origin: str = ""
    trained_on: str = ""
    figures: str = ""
    adapter: AdapterFile | None = None

    def __post_init__(self) -> None:
        if self.sha256 is not None:
            _require_checksum("sha256", self.sha256)
        if self.adapter is not None and self.sha256 is None:
            raise ValueError("sha256: an adapter's card names the checksum of its base's weights")
        if len(self.classes) != len(self.answers):
            raise ValueError(
                f"answers: expected one a class, {len(self.classes)}, got {len(self.answers)}"
            )


def find_local_card(given: Path) -> tuple[LocalCard, Path]:
    """The card of a local model, by its path or that of the model's folder, and the folder from
    which its paths are seen.

    Raises
    ------
    InputError
        There is neither.
    RecipeError
        The card says something it may not.
    """
    if given.is_dir():
        return LocalCard(name=given.resolve().name, model="."), given
    if given.suffix == ".toml" and is_regular(given):
        return read_record(LocalCard, given), given.parent
    raise InputError(
        f"no local model at {given}: give the folder of one, or the path of its card (.toml)"
    )


def card_text(card: LocalCard) -> str:
    """A card as `find_local_card` reads it; what is at its default is left out."""

    def lines(record: LocalCard | AdapterFile) -> str:
        values = {name: value for name, value in vars(record).items() if name != "adapter"}
        return "".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
            for name, value in values.items()
            if value not in (None, "", ())
        )

    adapter = "" if card.adapter is None else f"\n[adapter]\n{lines(card.adapter)}"
    return lines(card) + adapter
