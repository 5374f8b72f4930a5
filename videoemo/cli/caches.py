"""What earlier starts left in the folder of networks: whether it is still as it was made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from videoemo.backends.converted import converted_damage, converted_dir
from videoemo.cli.finding import Finding
from videoemo.errors import VideoemoError
from videoemo.util.checksum_files import find_damage
from videoemo.util.checksums import verified
from videoemo.zoo.cache import cache_dir
from videoemo.zoo.cards import card_names, find_card, shipped_names

__all__ = ["examine_caches"]

_MADE_AGAIN = "nothing: it is made again when it is next used"


def examine_caches() -> Iterator[Finding]:
    """Look at the folder of networks, and at all that is kept there."""
    folder = cache_dir()
    if not folder.is_dir():
        there = folder.exists() or folder.is_symlink()
        found = f"{folder}: {'no folder' if there else 'not there yet, made when it is needed'}"
        yield Finding("kept networks", found, ok=not there, needed=False, remedy=_elsewhere(there))
        return
    writable = os.access(folder, os.W_OK | os.X_OK)
    found = f"{folder}{'' if writable else ' cannot be written: nothing new is kept'}"
    yield Finding("kept networks", found, writable, needed=False, remedy=_elsewhere(not writable))
    yield from _locks(folder)
    yield from _networks()
    yield from _converted(folder)


def _elsewhere(needed: bool) -> str:
    return "set VIDEOEMO_MODELS to a folder that can be written" if needed else ""


def _locks(folder: Path) -> Iterator[Finding]:
    """Files that processes lock, or fetch into, and that are none."""
    for path in sorted(folder.glob(".*")):
        if path.suffix in (".lock", ".part") and (path.is_symlink() or not path.is_file()):
            found = f"{path} is a {'link' if path.is_symlink() else 'folder, pipe or device'}"
            yield Finding(
                "kept networks", found, ok=False, needed=False, remedy=f"remove {str(path)!r}"
            )


def _networks() -> Iterator[Finding]:
    """Networks that were fetched or imported."""
    right = 0
    for name in card_names():
        if name in shipped_names():
            continue
        remedy = f"see videoemo models show {name}"
        try:
            card, weights = find_card(name)
            remedy = f"videoemo models fetch {name}" if card.source else "import it again"
            if weights.exists() or weights.is_symlink():
                verified(weights, card.checksum)
                right += 1
        except VideoemoError as exc:
            yield Finding(f"network {name}", str(exc), ok=False, needed=False, remedy=remedy)
    if right:
        yield Finding("fetched networks", f"{right}, checksums right")


def _converted(folder: Path) -> Iterator[Finding]:
    """Networks that were converted at an earlier start."""
    right = 0
    for name, damage in [*_converted_for_openvino(), *_converted_pickles(folder)]:
        what = f"converted network {name}"
        if damage is None:
            right += 1
        else:
            yield Finding(what, damage, ok=False, needed=False, remedy=_MADE_AGAIN)
    if right:
        yield Finding("converted networks", f"{right}, checksums right")


def _converted_for_openvino() -> Iterator[tuple[str, str | None]]:
    for path in sorted(converted_dir().glob("[!.]*")):
        with suppress(FileNotFoundError, NotADirectoryError):  # none, or of an earlier version
            yield path.name, converted_damage(path)


def _converted_pickles(folder: Path) -> Iterator[tuple[str, str | None]]:
    for path in sorted(folder.glob("*.sha256")):
        name = path.name.removesuffix(path.suffix)
        yield name, find_damage(path, [name])
