"""Loads and looks for hands."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError, WeightsError

# The environment variable with the folder of files that say which processes have loaded.
LOADED = "VIDEOEMO_TEST_LOADED"


def load() -> str:
    """What looks."""
    return "looker"


def load_marked() -> str:
    """What looks, and a file with the process's id for name."""
    (Path(os.environ[LOADED]) / str(os.getpid())).touch()
    return "looker"


def load_first_only() -> str:
    """What looks, in the first process alone: others die."""
    if list(Path(os.environ[LOADED]).iterdir()):
        os.kill(os.getpid(), signal.SIGKILL)
    return load_marked()


def load_damaged() -> str:
    raise WeightsError("the weights are damaged")


def die_loading() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def say(looker: str, what: str) -> str:
    return f"{looker} saw {what}"


def pid(looker: str, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def total(looker: str, arrays: list[npt.NDArray[np.uint8]]) -> list[int]:
    return [int(array.sum()) for array in arrays]


def die(looker: str, what: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(looker: str, what: Any) -> None:
    raise InputError(f"not {what}")


def fail(looker: str, what: Any) -> None:
    np.zeros(3).reshape(2, 2)


class UnportableError(Exception):
    """Cannot be made from its message alone, as a pickle would."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_unportably(looker: str, what: Any) -> None:
    raise UnportableError(1, 2)
