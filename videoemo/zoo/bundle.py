"""Bundles of networks for a machine without internet: cards and weights side by side, as in the
folder of networks.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.checksums import verified
from videoemo.util.files import atomic_write
from videoemo.zoo.cards import card_names, card_to_toml, find_card, shipped_names

__all__ = ["bundle"]


def bundle(folder: Path) -> list[str]:
    """Copy every network on this machine, with its card, to a folder; those that ship are left out.

    The other machine imports them with `videoemo models import FOLDER`, or uses the folder as it
    is: `VIDEOEMO_MODELS=FOLDER`.

    Parameters
    ----------
    folder : Path
        The target, made if need be.

    Returns
    -------
    list of str
        The names of the networks.

    Raises
    ------
    InputError
        There is none here.
    WeightsError
        One is damaged.
    OutputError
        The folder cannot be written.
    """
    others = [name for name in card_names() if name not in shipped_names()]
    here = [(card, weights) for card, weights in map(find_card, others) if weights.is_file()]
    if not here:
        raise InputError(
            "no network is here to bundle; fetch or import one first: videoemo models fetch NAME"
        )
    for card, weights in here:
        verified(weights, card.checksum)
        with atomic_write(folder / card.file) as temporary:
            shutil.copyfile(weights, temporary)
        with atomic_write(folder / f"{card.name}.toml") as temporary:
            temporary.write_text(card_to_toml(card), encoding="utf-8")
    return [card.name for card, _ in here]
