"""What runs in a training: taken down after an epoch, and taken up again, to the bit."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from videoemo.training.state_form import require_form
from videoemo.training.trainer import Trainer

__all__ = ["running_state", "take_up"]


def running_state(network: nn.Module, trainer: Trainer, draws: torch.Generator) -> dict[str, Any]:
    """All that a training needs to go on, beside its recipe and how far it is."""
    return {
        "network": network.state_dict(),
        "trainer": trainer.state_dict(),
        "draws": draws.get_state(),
        "torch": torch.get_rng_state(),
    }


def take_up(
    running: dict[str, Any],
    network: nn.Module,
    trainer: Trainer,
    draws: torch.Generator,
    *,
    steps: int,
) -> None:
    """Go on as if nothing had happened; with no step of the trainer done, the stage of then was
    finished.

    Raises
    ------
    RuntimeError, ValueError, KeyError, TypeError
        It is not the state of such a training after so many steps.
    """
    for name, like in (
        ("network", network.state_dict()),
        ("draws", draws.get_state()),
        ("torch", torch.get_rng_state()),
    ):
        require_form(running[name], like, where=name)
    if steps:
        trainer.load_state_dict(running["trainer"], steps=steps)
    network.load_state_dict(running["network"])
    draws.set_state(running["draws"])
    torch.set_rng_state(running["torch"])
