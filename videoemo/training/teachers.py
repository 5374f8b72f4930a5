"""Knowledge distillation: trained networks whose probabilities a new one learns, of the very faces
that it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from videoemo.backends.timm_torch import Frozen, build_frozen
from videoemo.errors import TrainingError
from videoemo.inference.outputs import features_of
from videoemo.training.inputs import as_input, unchanged
from videoemo.zoo.cards import Card, find_card, verified

if TYPE_CHECKING:
    from videoemo.config.training import Distillation

__all__ = ["Teachers"]


class Teachers:
    """The networks that a recipe names as teachers.

    Parameters
    ----------
    distillation : Distillation
        Their names, and their share of the targets.
    classes : sequence of str
        The classes of the training faces, c of them.

    Raises
    ------
    InputError
        No such network.
    TrainingError
        One has other classes.
    WeightsError
        Weights that are missing or damaged.
    """

    def __init__(self, distillation: Distillation, classes: Sequence[str]) -> None:
        self._share = distillation.share
        self._teachers = [_load(name, classes) for name in distillation.teachers]

    def mixed(self, wanted: Tensor, faces: Tensor) -> Tensor:
        """Targets, partly those given and partly what the teachers say of the same changed faces
        ("consistent teaching", Beyer et al. 2022, arXiv 2106.05237).

        Parameters
        ----------
        wanted : float32 (n, c)
            Rows sum to 1.
        faces : float32 (n, 1 or 3, s, s)
            Grey or RGB, 0 to 1.
        """
        said = torch.stack([_said(card, network, faces) for card, network in self._teachers])
        return wanted.lerp(said.mean(0), self._share)


def _load(name: str, classes: Sequence[str]) -> tuple[Card, Frozen]:
    card, weights = find_card(name)
    verified(weights, card.checksum)
    if card.classes != tuple(classes):
        theirs, ours = ", ".join(card.classes) or "none", ", ".join(classes)
        raise TrainingError(
            f"the teacher {card.name} has the classes {theirs}, the faces {ours}: they must be "
            "the same, in the same order"
        )
    network = build_frozen(card, weights)
    return card, network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


@torch.no_grad()
def _said(card: Card, network: Frozen, faces: Tensor) -> Tensor:
    """The probabilities of a teacher, float32 (n, c)."""
    if card.colour == "rgb":
        faces = faces.expand(-1, 3, -1, -1)
    elif faces.shape[1] == 3:
        faces = faces.mean(1, keepdim=True)
    said = network(as_input(card, unchanged(card, faces)))
    embedding, outputs = (rows.float().numpy() for rows in said)
    return torch.from_numpy(features_of(card, embedding, outputs).probabilities)
