"""A folder of networks for a machine without the network: cards and weights side by side, as the folder of networks itself has them."""

from __future__ import annotations

import shutil
from pathlib import Path

from videoemo.cards import card_names, find_card, shipped_names, toml
from videoemo.checksums import verified
from videoemo.errors import InputError
from videoemo.files import whole

__all__ = ["bundle"]


def bundle(folder: Path) -> list[str]:
    """Copy every network that is here, and its card, to a folder; those that ship are left out. Returns their names.

    The other machine takes them over with `videoemo models import FOLDER`, or uses the folder as it is: `VIDEOEMO_MODELS=FOLDER`.

    Raises
    ------
    InputError : there is none here.
    WeightsError : one is damaged.
    OutputError : the folder cannot be written.
    """
    others = [name for name in card_names() if name not in shipped_names()]
    here = [(card, weights) for card, weights in map(find_card, others) if weights.is_file()]
    if not here:
        raise InputError("no network is here to bundle; fetch or import one first: videoemo models fetch NAME")
    for card, weights in here:
        verified(weights, card.checksum)
        with whole(folder / card.file) as temporary:
            shutil.copyfile(weights, temporary)
        with whole(folder / f"{card.name}.toml") as temporary:
            temporary.write_text(toml(card), encoding="utf-8")
    return [card.name for card, _ in here]
