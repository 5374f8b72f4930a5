"""The loss of heads of attributes, and how good they are, where an attribute may not be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nn_f

from videoemo.config.attributes import AttributesRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.errors import TrainingError
from videoemo.inference.outputs import expected_level
from videoemo.labels import GENDERS
from videoemo.training.checkpoint import AttributesEpoch
from videoemo.zoo.heads import Head

__all__ = ["Attribute", "attributes_of", "error_of", "in_words", "loss_of"]


@dataclass(frozen=True)
class Attribute:
    """A head in training.

    Parameters
    ----------
    head : Head
        What it is on a card.
    weight : float
        Of its loss among those of all heads.
    class_weights : float32 (k,) or None
        Of its classes.
    """

    head: Head
    weight: float
    class_weights: Tensor | None = None

    def wanted(self, faces: AttributeFaces) -> Tensor:
        """What it is to say of faces, int64 (n,); -1 where that is not known."""
        known = torch.from_numpy(getattr(faces, self.head.name))
        # Older than the last level is of the last level.
        return known.clamp(max=max(1, self.head.width - 1))

    def loss(self, raw: Tensor, wanted: Tensor) -> Tensor:
        """The mean loss, unweighted by the other heads', of raw outputs (n, w); 0 where nothing is
        known.
        """
        known = wanted >= 0
        if not known.any():
            return 0 * raw.sum()
        if self.head.kind == "binary":
            return nn_f.binary_cross_entropy_with_logits(raw[known, 0], wanted[known].float())
        return nn_f.cross_entropy(raw[known], wanted[known], self.class_weights)

    def error(self, raw: Tensor, wanted: Tensor) -> float:
        """Mean absolute error of the age, in years; of the others the share that is wrong; NaN
        where nothing is known.
        """
        known = wanted >= 0
        if not known.any():
            return float("nan")
        raw, wanted = raw[known], wanted[known]
        match self.head.kind:
            case "expected":
                shares = torch.softmax(raw, 1).numpy()
                level = expected_level(shares, self.head.most_probable or 1)
                return float(np.abs(level - wanted.numpy()).mean())
            case "binary":
                said = raw[:, 0].sigmoid() >= (self.head.threshold or 0.0)
            case _:
                said = raw.argmax(1)
        return float((said != wanted).float().mean())


def attributes_of(recipe: AttributesRecipe, faces: AttributeFaces) -> tuple[Attribute, ...]:
    """The heads of a recipe, in the order of their raw outputs.

    Raises
    ------
    TrainingError
        One has no face to learn from.
    """
    found = []
    if recipe.age is not None:
        age = recipe.age
        head = Head(name="age", kind="expected", size=age.levels, most_probable=age.most_probable)
        found.append(Attribute(head, age.weight))
    if recipe.gender is not None:
        gender = recipe.gender
        head = Head(name="gender", kind="binary", labels=GENDERS, threshold=gender.threshold)
        found.append(Attribute(head, gender.weight))
    if recipe.ethnicity is not None:
        ethnicity = recipe.ethnicity
        head = Head(name="ethnicity", kind="classes", labels=faces.ethnicities)
        counts = np.bincount(
            faces.ethnicity[faces.ethnicity >= 0], minlength=len(faces.ethnicities)
        )
        # Max count / class count (the seed paper's equation 2), to the power the recipe says.
        weights = (counts.max() / np.maximum(counts, 1)) ** ethnicity.class_weights
        found.append(
            Attribute(head, ethnicity.weight, torch.from_numpy(weights.astype(np.float32)))
        )
    for one in found:
        if not (one.wanted(faces) >= 0).any():
            name = one.head.name
            raise TrainingError(
                f"{name}: it is known of none of the {len(faces):,} training faces: leave out "
                f"[{name}], or give data that has it"
            )
    return tuple(found)


def in_words(epoch: AttributesEpoch, attributes: tuple[Attribute, ...]) -> str:
    """What an epoch's heads got right: `age within 6.1 years, gender 91.0%`."""
    errors = [(one.head.name, getattr(epoch, one.head.name)) for one in attributes]
    return ", ".join(
        f"{name} within {error:.1f} years" if name == "age" else f"{name} {1 - error:.1%}"
        for name, error in errors
    )


def _split(attributes: tuple[Attribute, ...], raw: Tensor) -> tuple[Tensor, ...]:
    return torch.split(raw, [one.head.width for one in attributes], 1)


def loss_of(attributes: tuple[Attribute, ...], raw: Tensor, wanted: list[Tensor]) -> Tensor:
    """The weighted sum of the losses of all heads, of raw outputs (n, w)."""
    parts = zip(attributes, _split(attributes, raw), wanted, strict=True)
    return torch.stack([one.weight * one.loss(part, aim) for one, part, aim in parts]).sum()


def error_of(
    attributes: tuple[Attribute, ...], raw: Tensor, wanted: list[Tensor]
) -> dict[str, float]:
    """The error of each head by its name."""
    parts = zip(attributes, _split(attributes, raw), wanted, strict=True)
    return {one.head.name: one.error(part, aim) for one, part, aim in parts}
