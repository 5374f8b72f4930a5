"""Fetching of weights: where they are missing or damaged, and verified before they are used."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from videoemo.errors import FetchError, WeightsError
from videoemo.util.checksums import checksum, verified
from videoemo.util.locks import file_lock
from videoemo.util.terminal import say
from videoemo.zoo.cards import Card

__all__ = ["fetch", "offline"]


def offline() -> bool:
    """Whether `$VIDEOEMO_OFFLINE` forbids connections."""
    return os.environ.get("VIDEOEMO_OFFLINE", "0") not in ("", "0")


def fetch(card: Card, weights: Path) -> Path:
    """Fetch the weights of a card, if they are missing or damaged and the card has a source, and
    verify their checksum.

    A file is downloaded under another name and renamed when its checksum is right, by one process
    at a time. An interrupted download goes on where it stopped. What is fetched is printed on
    standard error.

    Parameters
    ----------
    card : Card
        The network's card.
    weights : Path
        The path of the weights, see `find_card`.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    WeightsError
        They cannot be read, or are missing or damaged and the card names no source.
    FetchError
        They cannot be downloaded.
    """
    if card.source is None:
        return verified(weights, card.checksum)
    if _is_intact(weights, card):
        return weights
    if offline():
        here = f"bring the file from elsewhere: videoemo models import FILE --as {card.name}"
        state = "damaged" if os.path.lexists(weights) else "not"
        raise FetchError(
            f"{card.name} is {state} in {weights.parent}, and VIDEOEMO_OFFLINE forbids to fetch "
            f"it; unset it, or {here}"
        )
    try:
        weights.parent.mkdir(parents=True, exist_ok=True)
        notice = f"waiting for another process that fetches {weights.name}"
        with file_lock(weights, notice=notice):
            if not _is_intact(weights, card):  # no other process has fetched it meanwhile
                if os.path.lexists(weights):
                    say(f"notice: {weights} is damaged: it is fetched again", error=True)
                say(f"fetching {card.name} from {card.source.url}", error=True)
                _download(card, card.source.url, weights)
    except OSError as exc:
        full = exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "make room" if full else "mend that"
        raise FetchError(
            f"cannot write {exc.filename2 or exc.filename or weights}: {exc.strerror or exc}; "
            f"{remedy}, or set VIDEOEMO_MODELS to another folder"
        ) from exc
    return weights


def _is_intact(path: Path, card: Card) -> bool:
    try:
        return path.is_file() and checksum(path, card.checksum) == card.checksum
    except OSError as exc:
        raise WeightsError(f"cannot read {path}: {exc.strerror or exc}") from exc


def _download(card: Card, url: str, weights: Path) -> None:
    # Imported here, so that weights that are there need no HTTP library.
    from videoemo.zoo.download import download

    partial = weights.with_name(f".{weights.name}.part")
    if partial.is_symlink() or not (partial.is_file() or partial.is_dir()):
        partial.unlink(missing_ok=True)  # a link would be written through, a pipe waited for
    resumed = partial.exists()
    try:
        if not _is_intact(partial, card):
            download(url, partial, size=card.size)
        if resumed and not _is_intact(partial, card):
            # The beginning may have been of another file.
            partial.unlink()
            download(url, partial, size=card.size)
    except OSError:
        with suppress(OSError):  # it is a folder
            partial.unlink(missing_ok=True)
        raise
    found = checksum(partial, card.checksum)
    if found != card.checksum:
        partial.unlink()
        raise FetchError(
            f"{url} is not {card.name} as it was published: its checksum is {found}, expected "
            f"{card.checksum}; it was thrown away"
        )
    partial.replace(weights)
