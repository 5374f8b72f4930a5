"""One stage of a training: what trains, with which optimiser, schedule and average."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR
from torch.optim.swa_utils import AveragedModel

from videoemo.config.training import Stage
from videoemo.errors import TrainingError

__all__ = ["Trainer"]

# The share of a one-cycle stage in which the rate rises.
_RISE = 0.1


class Trainer:
    """A network in one stage.

    Parameters
    ----------
    network : torch.nn.Module
        Trains in place.
    steps : int
        How many `step` calls the stage has.
    """

    def __init__(self, network: nn.Module, stage: Stage, *, steps: int) -> None:
        self._network = network
        self._head: nn.Module = network.get_classifier()  # type: ignore[operator]
        self._stage = stage
        part = self._head if stage.train == "head" else network
        network.requires_grad_(False)
        part.requires_grad_(True)
        self.optimiser = _optimiser(list(part.parameters()), stage)
        base = getattr(self.optimiser, "base_optimizer", self.optimiser)
        self.schedule: LRScheduler = (
            OneCycleLR(base, max_lr=stage.learning_rate, total_steps=steps, pct_start=_RISE)
            if stage.schedule == "one-cycle"
            else ConstantLR(base, factor=1.0)
        )
        self.averaged = None
        if stage.averaging is not None:
            self.averaged = AveragedModel(
                network, multi_avg_fn=_moving_average(stage.averaging), use_buffers=True
            )

    @property
    def result(self) -> nn.Module:
        """The network to judge: the average of the weights where the stage has one."""
        return self._network if self.averaged is None else self.averaged.module

    def step(self, loss_of: Callable[[], Tensor]) -> float:
        """One step of the optimiser; `loss_of` runs the network on a batch. Returns the loss."""
        # Where only the head trains, the body is frozen: its batch norms too.
        self._network.train(self._stage.train == "all")
        self._head.train()
        self.optimiser.zero_grad()
        loss = loss_of()
        loss.backward()
        if self._stage.sam_rho is None:
            self.optimiser.step()
        else:
            self._second_look(loss_of)
        with warnings.catch_warnings():
            # SAM's wrapper hides the optimiser's step from the schedule, which then suspects a
            # wrong order.
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step", UserWarning)
            self.schedule.step()
        if self.averaged is not None:
            self.averaged.update_parameters(self._network)
        return float(loss.item())

    def _second_look(self, loss_of: Callable[[], Tensor]) -> None:
        from pytorch_optimizer.optimizer.utils import disable_running_stats, enable_running_stats

        def again() -> float:
            self.optimiser.zero_grad()
            loss = loss_of()
            loss.backward()
            return float(loss.item())

        # The weights moved aside are not those whose statistics count.
        disable_running_stats(self._network)
        self.optimiser.step(again)
        enable_running_stats(self._network)

    def state_dict(self) -> dict[str, Any]:
        """All that the stage needs to go on, as tensors and plain values."""
        parts: dict[str, Any] = {
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        if self.averaged is not None:
            parts["averaged"] = self.averaged.state_dict()
        return parts

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"])


def _moving_average(decay: float) -> Callable[[Any, Any, Any], None]:
    """An exponential average whose memory is short at first, so that it soon forgets the start (as
    in TensorFlow's ExponentialMovingAverage).
    """

    @torch.no_grad()
    def update(averages: list[Tensor], values: list[Tensor], n: Tensor | int) -> None:
        share = 1 - min(decay, (1 + int(n)) / (10 + int(n)))
        for average, value in zip(averages, values, strict=True):
            if average.is_floating_point():
                average.lerp_(value, share)
            else:
                average.copy_(value)

    return update


def _optimiser(parameters: list[nn.Parameter], stage: Stage) -> torch.optim.Optimizer:
    kind: type[torch.optim.Optimizer] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[
        stage.optimiser
    ]
    settings: dict[str, Any] = {"lr": stage.learning_rate, "weight_decay": stage.weight_decay}
    if stage.sam_rho is None:
        return kind(parameters, **settings)
    try:
        from pytorch_optimizer import SAM
    except ImportError as exc:
        raise TrainingError(
            f"sam_rho needs pytorch-optimizer ({exc}): pip install 'videoemo[train]'"
        ) from exc
    return cast(torch.optim.Optimizer, SAM(parameters, kind, rho=stage.sam_rho, **settings))
