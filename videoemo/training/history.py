"""history.csv: how a training went, a row an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from math import isnan
from pathlib import Path

from videoemo.training.checkpoint import AttributesEpoch, Epoch
from videoemo.util.files import write_csv

__all__ = ["write_history"]


def write_history(folder: Path, history: Sequence[Epoch] | Sequence[AttributesEpoch]) -> None:
    """Write the epochs done; what is not known is an empty cell.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    rows = [["" if isnan(value) else value for value in astuple(epoch)] for epoch in history]
    write_csv(folder / "history.csv", [field.name for field in fields(history[0])], rows)
