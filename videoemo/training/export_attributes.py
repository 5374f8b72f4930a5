"""Heads of attributes, with the network they read, as files that `--extractor` accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.backends.timm_torch import Attributes, Frozen, load_network, with_attributes
from videoemo.config.attributes import AttributesRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.inference.extractor import Extractor
from videoemo.training.attribute_loss import Attribute
from videoemo.training.card_files import origin, write_card, write_weights
from videoemo.zoo.cards import Card

__all__ = ["export_attributes"]

_CHUNK = 256


def export_attributes(
    recipe: AttributesRecipe,
    start: tuple[Card, Frozen],
    attributes: tuple[Attribute, ...],
    heads: Attributes,
    valid: AttributeFaces,
    folder: Path,
    *,
    command: str,
) -> Path:
    """Write `<name>.safetensors` (float16) and `<name>.toml`: one network with the heads it had
    before, and those of attributes.

    The figures on the card are those of the files as written, read back as an extractor.

    Returns
    -------
    Path
        The card's path.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    before, network = start
    weights = folder / f"{recipe.name}.safetensors"
    others = tuple(head for head in before.outputs if not head.is_attribute)
    card = replace(
        before,
        name=recipe.name,
        file=weights.name,
        format="safetensors",
        sha256=write_weights(with_attributes(network, heads), weights),
        git_blob=None,
        size=None,
        source=None,
        outputs=(*others, *(one.head for one in attributes)),
        hidden=recipe.hidden,
        licence=_both(before.licence, recipe.licence),
        origin=_both(before.origin, origin(command)),
        trained_on=_both(before.trained_on, recipe.trained_on),
    )
    extractor = Extractor(card, load_network(card, weights))
    features = extractor(_crops(valid, card.detail or card.input_size))
    said = []
    for one in attributes:
        labels = getattr(valid, one.head.name)
        known = labels >= 0
        if not known.any():
            continue
        match one.head.kind:
            case "expected":
                error = np.abs(features.values["age"] - labels)[known].mean()
                said.append(f"age within {error:.2f} years")
            case "binary":
                second = features.values[one.head.name] >= (one.head.threshold or 0.0)
                said.append(f"{one.head.name} {(second == labels)[known].mean():.4f}")
            case _:
                first = features.distributions[one.head.name].argmax(1)
                said.append(f"{one.head.name} {(first == labels)[known].mean():.4f}")
    figures = f"{len(valid):,} validation faces: {', '.join(said)}"
    return write_card(replace(card, figures=_both(before.figures, figures)), folder)


def _both(before: str, now: str) -> str:
    """What is said of the network, and what is said of the heads of attributes."""
    return f"{before}; heads of attributes: {now}" if before else now


def _crops(faces: AttributeFaces, side: int) -> Iterator[npt.NDArray[np.uint8]]:
    for rows in np.array_split(np.arange(len(faces)), max(1, len(faces) // _CHUNK)):
        yield from faces.pictures(rows, grey=False, side=side).transpose(0, 2, 3, 1)
