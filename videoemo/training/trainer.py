"""One stage of a training: what trains, with which optimiser, schedule and average."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR
from torch.optim.swa_utils import AveragedModel

from videoemo.config.training import Stage, Steps
from videoemo.errors import TrainingError
from videoemo.training.state_form import require_form
from videoemo.util.messages import shown

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
    longest_gradient : float or None
        What a step's gradient is shortened to, where its norm is larger.
    """

    def __init__(
        self,
        network: nn.Module,
        stage: Steps,
        *,
        steps: int,
        longest_gradient: float | None = None,
    ) -> None:
        self._network = network
        self._stage = stage
        of_head = isinstance(stage, Stage) and stage.train == "head"
        self._trained: nn.Module = network.get_classifier() if of_head else network  # type: ignore[operator]
        network.requires_grad_(False)
        self._trained.requires_grad_(True)
        self._parameters = list(self._trained.parameters())
        self._longest_gradient = longest_gradient
        self.optimiser = _optimiser(self._parameters, stage)
        base = getattr(self.optimiser, "base_optimizer", self.optimiser)
        self.schedule: LRScheduler = (
            OneCycleLR(base, max_lr=stage.learning_rate, total_steps=steps, pct_start=_rise(steps))
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
        self._network.eval()
        self._trained.train()
        self.optimiser.zero_grad()
        loss = loss_of()
        loss.backward()
        if self._longest_gradient is not None:
            nn.utils.clip_grad_norm_(self._parameters, self._longest_gradient)
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

    def load_state_dict(self, state: Any, *, steps: int) -> None:
        """Go on where `state_dict` was taken.

        Parameters
        ----------
        state : object
            The state, of whatever origin.
        steps : int
            The number of steps that were done until then.

        Raises
        ------
        ValueError, KeyError, TypeError
            It is no state of this stage after so many steps.
        """
        # What optimisers keep, they make in their first step.
        self.step(lambda: torch.stack([0 * p.sum() for p in self._parameters]).sum())
        fresh = self.state_dict()
        # Of weights that no face reaches they keep nothing.
        kept, kept_now = state["optimiser"]["state"], fresh["optimiser"]["state"]
        fresh["optimiser"]["state"] = {i: kept_now[i] for i in kept_now if i in kept}
        require_form(state, fresh, where="trainer")
        _require_stepped(state, fresh, steps)
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"])


# What steps change, of the schedule and of the optimiser's settings; all else is the recipe's.
_STEPPED = ("last_epoch", "_step_count", "_last_lr", "lr", "betas")


def _rise(steps: int) -> float:
    """The share of a stage's steps in which the rate rises; torch divides by those steps but the
    first one, so that the rise may not be a single step.
    """
    return _RISE if steps * _RISE != 1 else _RISE * (1 + 1e-9)


def _require_stepped(state: dict[str, Any], fresh: dict[str, Any], steps: int) -> None:
    """Counters that are right, and settings that are the recipe's: torch divides by the ones, and
    calculates with the others, without a look.
    """
    schedule, groups = state["schedule"], state["optimiser"]["param_groups"]
    for given, like in [
        (schedule, fresh["schedule"]),
        *zip(groups, fresh["optimiser"]["param_groups"], strict=True),
    ]:
        for name, value in like.items():
            if name not in _STEPPED and given[name] != value:
                raise ValueError(f"{name}: expected {shown(value)}, got {shown(given[name])}")
    if any(
        group["lr"] < 0 or not all(0 <= beta < 1 for beta in group["betas"]) for group in groups
    ):
        raise ValueError("param_groups: expected a rate from 0, and averages below 1")
    counted = [schedule["last_epoch"], schedule["_step_count"] - 1]
    counted += [int(one["step"]) for one in state["optimiser"]["state"].values()]
    counted += [int(state["averaged"]["n_averaged"])] if "averaged" in state else []
    if set(counted) != {steps}:
        raise ValueError(f"expected {steps} steps, got {shown(sorted(set(counted)))}")


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


def _optimiser(parameters: list[nn.Parameter], stage: Steps) -> torch.optim.Optimizer:
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
