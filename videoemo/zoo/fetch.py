"""The weights of a card in their place: fetched where they are missing, and never opened before their checksum is right."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from videoemo.cards import Card
from videoemo.checksums import checksum, verified
from videoemo.errors import FetchError, WeightsError

__all__ = ["fetch", "offline"]


def offline() -> bool:
    """Whether `$VIDEOEMO_OFFLINE` forbids to open a connection."""
    return os.environ.get("VIDEOEMO_OFFLINE", "0") not in ("", "0")


def fetch(card: Card, weights: Path) -> Path:
    """The weights of a card, their checksum verified; fetched if the card has a source and they are missing or damaged.

    A file is fetched under another name and renamed when it is right, by one process at a time. A fetch that was cut short goes on
    where it stopped. Says on standard error what it fetches.

    Parameters
    ----------
    weights : where they should lie, as `find_card` says.

    Raises
    ------
    WeightsError : they cannot be read, or are missing or damaged and the card names no source.
    FetchError : they cannot be had.
    """
    if card.source is None:
        return verified(weights, card.checksum)
    if _right(weights, card):
        return weights
    if offline():
        here = f"bring the file from elsewhere: videoemo models import FILE --as {card.name}"
        raise FetchError(f"{card.name} is not in {weights.parent}, and VIDEOEMO_OFFLINE forbids to fetch it; unset it, or {here}")
    try:
        weights.parent.mkdir(parents=True, exist_ok=True)
        with _alone(weights):
            if not _right(weights, card):  # nobody else has fetched it while we waited
                print(f"fetching {card.name} from {card.source.url}", file=sys.stderr)
                _bring(card, card.source.url, weights)
    except OSError as exc:
        raise FetchError(f"cannot write {weights}: {exc.strerror or exc}; make room, or set VIDEOEMO_MODELS to another folder") from exc
    return weights


def _right(path: Path, card: Card) -> bool:
    try:
        return path.is_file() and checksum(path, card.checksum) == card.checksum
    except OSError as exc:
        raise WeightsError(f"cannot read {path}: {exc.strerror or exc}") from exc


@contextmanager
def _alone(weights: Path) -> Iterator[None]:
    lock = FileLock(weights.with_name(f".{weights.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        print(f"waiting for another process that fetches {weights.name}", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _bring(card: Card, url: str, weights: Path) -> None:
    # Imported here, so that weights that are in their place need no network library.
    from videoemo.zoo.download import download

    partial = weights.with_name(f".{weights.name}.part")
    resumed = partial.exists()
    try:
        if not _right(partial, card):
            download(url, partial, size=card.size)
        if resumed and not _right(partial, card):
            # The beginning may have been of another file.
            partial.unlink()
            download(url, partial, size=card.size)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    found = checksum(partial, card.checksum)
    if found != card.checksum:
        partial.unlink()
        raise FetchError(f"{url} is not {card.name} as it was published: its checksum is {found}, expected {card.checksum}; it was thrown away")
    partial.replace(weights)
