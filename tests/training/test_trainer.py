"""The schedule of a stage holds for any number of steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from torch import nn

from tests.support.training_recipe import RECIPE
from videoemo.config.training import Stage, load_training
from videoemo.training.trainer import Trainer


class Toy(nn.Sequential):
    """A network that is a classifier and nothing else."""

    def get_classifier(self) -> nn.Module:
        return self[-1]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    (tmp_path / "toy.toml").write_text(RECIPE)
    (stage, *_) = load_training(str(tmp_path / "toy.toml")).stages
    return replace(stage, schedule="one-cycle", learning_rate=0.5)


@pytest.mark.parametrize("steps", [*range(1, 13), 20, 100])
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")
def test_the_rate_rises_to_the_one_asked_for_and_falls(stage: Stage, steps: int) -> None:
    schedule = Trainer(Toy(nn.Linear(2, 2)), stage, steps=steps).schedule
    rates = [schedule.get_last_lr()[0]]
    for _ in range(steps - 1):
        schedule.step()
        rates.append(schedule.get_last_lr()[0])
    highest = rates.index(max(rates))
    assert highest <= steps // 10 + 1
    assert rates[highest:] == sorted(rates[highest:], reverse=True)
    if steps > 10:
        assert max(rates) == pytest.approx(0.5, rel=0.1)
