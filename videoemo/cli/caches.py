"""What earlier starts left in the folder of networks: whether it is still as it was made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from videoemo.backends.compiled import compiled_damage
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
    there = folder.is_dir()
    obstacle = _obstacle(folder)
    found = f"{folder}{'' if there else ', not there yet'}"
    if obstacle is not None:
        found = f"{folder} cannot be written ({obstacle}): nothing new is kept"
    remedy = "set VIDEOEMO_MODELS to a folder that can be written" if obstacle else ""
    yield Finding("kept networks", found, ok=obstacle is None, needed=False, remedy=remedy)
    if not there:
        return
    yield from _locks(folder)
    yield from _networks()
    yield from _converted(folder)


def _obstacle(folder: Path) -> str | None:
    """Why a folder, or where it is not there yet the one it would be made in, cannot be written."""
    place = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    try:
        with TemporaryFile(dir=place):
            return None
    except OSError as exc:
        return exc.strerror or str(exc)


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
            yield path.name, converted_damage(path) or compiled_damage(path)


def _converted_pickles(folder: Path) -> Iterator[tuple[str, str | None]]:
    for path in sorted(folder.glob("*.sha256")):
        name = path.name.removesuffix(path.suffix)
        yield name, find_damage(path, [name])
