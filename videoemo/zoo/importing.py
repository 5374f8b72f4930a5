"""Networks brought as files: one that has a card already, one's own with a card, or a folder of them that `bundle` made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from videoemo import store
from videoemo.cards import Card, card_names, find_card, shipped_names, toml
from videoemo.checksums import checksum, sha256
from videoemo.errors import InputError, WeightsError
from videoemo.files import whole
from videoemo.settings import build, read, table

__all__ = ["import_folder", "import_known", "import_own"]

_SUFFIXES = {"safetensors": (".safetensors",), "onnx": (".onnx",), "timm-pickle": (".pt", ".pth")}


def import_known(file: Path, name: str) -> Path:
    """Put the file of a network that has a card in its place, if its checksum is the card's. Returns the place.

    Raises
    ------
    InputError : no network of this name, or one that ships.
    WeightsError : the file cannot be read, or is another.
    OutputError : the folder of networks cannot be written.
    """
    if name in shipped_names():
        raise InputError(f"{name} ships with videoemo; a network of your own comes in with --card, under another name")
    if name not in card_names():
        raise InputError(f"no network is called {name!r}; see videoemo models list, or bring your own with --card")
    card, weights = find_card(name)
    _copy(file, weights, card)
    return weights


def import_own(file: Path, card_file: Path) -> Card:
    """Put one's own network and its card in the folder of networks, under the name that the card gives. Returns the card as it is kept.

    Parameters
    ----------
    card_file : a card, which may leave out `file` and the checksum: both are written to the card that is kept.

    Raises
    ------
    InputError : the name is taken, or the file is of another format than the card says.
    RecipeError : the card says something it may not.
    WeightsError : the file cannot be read, or its checksum is not the one that the card gives.
    OutputError : the folder of networks cannot be written.
    """
    values = table(card_file) | {"file": file.name}
    if not {"sha256", "git_blob"} & set(values):
        values["sha256"] = _read(file, like=None)
    return _keep(file, build(Card, values, where=str(card_file)))


def import_folder(folder: Path) -> list[str]:
    """Put every network of a folder that `bundle` made in its place. Returns their names.

    Raises
    ------
    InputError : no card in the folder.
    RecipeError, WeightsError, OutputError : of one network; those before it are kept.
    """
    cards = [read(Card, path) for path in sorted(folder.glob("*.toml"))]
    if not cards:
        raise InputError(f"no card (.toml) in {folder}; expected a folder that videoemo models bundle made")
    for card in cards:
        if card.name in card_names():
            import_known(folder / card.file, card.name)
        else:
            _keep(folder / card.file, card)
    return [card.name for card in cards]


def _keep(file: Path, card: Card) -> Card:
    if card.name in card_names():
        raise InputError(f"the name {card.name!r} is taken; give yours another, or delete {store.folder() / card.name}.toml if that is yours")
    suffix = file.suffix.lower()
    if suffix not in _SUFFIXES[card.format]:
        wanted = " or ".join(_SUFFIXES[card.format])
        raise InputError(f"{file}: expected {wanted}, since its card says format = {card.format!r}; convert other formats to ONNX")
    kept = replace(card, file=f"{card.name}{suffix}")
    _copy(file, store.folder() / kept.file, kept)
    # Last, so that a card never stands without its weights.
    with whole(store.folder() / f"{kept.name}.toml") as temporary:
        temporary.write_text(toml(kept), encoding="utf-8")
    return kept


def _copy(file: Path, weights: Path, card: Card) -> None:
    found = _read(file, like=card.checksum)
    if found != card.checksum:
        raise WeightsError(f"{file} is not {card.name}: its checksum is {found}, expected {card.checksum}")
    with whole(weights) as temporary:
        shutil.copyfile(file, temporary)


def _read(file: Path, *, like: str | None) -> str:
    try:
        return sha256(file) if like is None else checksum(file, like)
    except OSError as exc:
        raise WeightsError(f"cannot read {file}: {exc.strerror or exc}") from exc
