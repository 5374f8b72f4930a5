"""Import of networks from files: one with a known card, one's own with its card, or a folder of
them made by `bundle`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from videoemo.config.toml import build_record, read_record, read_toml
from videoemo.errors import InputError, WeightsError
from videoemo.util.checksums import checksum, sha256
from videoemo.util.files import atomic_write
from videoemo.zoo.cache import cache_dir
from videoemo.zoo.cards import Card, card_names, card_to_toml, find_card, shipped_names

__all__ = ["import_folder", "import_known", "import_own"]

_SUFFIXES = {
    "safetensors": (".safetensors",),
    "onnx": (".onnx",),
    "timm-pickle": (".pt", ".pth"),
    "dlib": (".dat",),
}


def import_known(file: Path, name: str) -> Path:
    """Import the weights of a network with a known card, whose checksum they must have.

    Parameters
    ----------
    file : Path
        The weights.
    name : str
        The name of the network.

    Returns
    -------
    Path
        The file in the folder of networks.

    Raises
    ------
    InputError
        No network of this name, or one that ships.
    WeightsError
        The file cannot be read, or is another.
    OutputError
        The folder of networks cannot be written.
    """
    if name in shipped_names():
        raise InputError(
            f"{name} ships with videoemo; a network of your own comes in with --card, under "
            "another name"
        )
    if name not in card_names():
        raise InputError(
            f"no network is called {name!r}; see videoemo models list, or bring your own "
            "with --card"
        )
    card, weights = find_card(name)
    _copy(file, weights, card)
    return weights


def import_own(file: Path, card_file: Path) -> Card:
    """Import one's own network with its card, under the name on the card.

    Parameters
    ----------
    file : Path
        The weights.
    card_file : Path
        A card, which may leave out `file` and the checksum: both are written to the card that
        is kept.

    Returns
    -------
    Card
        The card that is kept.

    Raises
    ------
    InputError
        The name is taken, or the file is of another format than the card says.
    RecipeError
        The card has an unknown or missing key, or a value out of range.
    WeightsError
        The file cannot be read, or its checksum is not the one that the card gives.
    OutputError
        The folder of networks cannot be written.
    """
    # `_store` names the file after the card.
    values = read_toml(card_file) | {"file": f"weights{file.suffix}"}
    if not {"sha256", "git_blob"} & set(values):
        values["sha256"] = _checksum(file, like=None)
    return _store(file, build_record(Card, values, where=str(card_file)))


def import_folder(folder: Path) -> list[str]:
    """Import every network of a folder made by `bundle`.

    Parameters
    ----------
    folder : Path
        Cards and weights, side by side.

    Returns
    -------
    list of str
        The names of the networks.

    Raises
    ------
    InputError
        No card in the folder.
    RecipeError, WeightsError, OutputError
        Of one network; those before it are kept.
    """
    cards = [read_record(Card, path) for path in sorted(folder.glob("*.toml"))]
    if not cards:
        raise InputError(
            f"no card (.toml) in {folder}; expected a folder that videoemo models bundle made"
        )
    for card in cards:
        if card.name in card_names():
            import_known(folder / card.file, card.name)
        else:
            _store(folder / card.file, card)
    return [card.name for card in cards]


def _store(file: Path, card: Card) -> Card:
    if card.name in card_names():
        raise InputError(
            f"the name {card.name!r} is taken; give yours another, or delete "
            f"{cache_dir() / card.name}.toml if that is yours"
        )
    suffix = file.suffix.lower()
    if suffix not in _SUFFIXES[card.format]:
        wanted = " or ".join(_SUFFIXES[card.format])
        raise InputError(
            f"{file}: expected {wanted}, since its card says format = {card.format!r}; convert "
            "other formats to ONNX"
        )
    kept = replace(card, file=f"{card.name}{suffix}")
    _copy(file, cache_dir() / kept.file, kept)
    # Last, so that there is never a card without its weights.
    with atomic_write(cache_dir() / f"{kept.name}.toml") as temporary:
        temporary.write_text(card_to_toml(kept), encoding="utf-8")
    return kept


def _copy(file: Path, weights: Path, card: Card) -> None:
    found = _checksum(file, like=card.checksum)
    if found != card.checksum:
        raise WeightsError(
            f"{file} is not {card.name}: its checksum is {found}, expected {card.checksum}"
        )
    with atomic_write(weights) as temporary:
        shutil.copyfile(file, temporary)


def _checksum(file: Path, *, like: str | None) -> str:
    try:
        return sha256(file) if like is None else checksum(file, like)
    except OSError as exc:
        raise WeightsError(f"cannot read {file}: {exc.strerror or exc}") from exc
