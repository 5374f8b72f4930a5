"""What was found of recognition, crop by crop: for a file, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.evaluation.photographs import CROP_NAMES
from videoemo.metrics.bootstrap import Estimate

__all__ = ["draw_accuracies", "plain_accuracies"]


def plain_accuracies(accuracies: dict[str, npt.NDArray[np.float64]]) -> dict[str, list[float]]:
    """The accuracies of each crop for a file."""
    return {crop: [round(float(one), 6) for one in found] for crop, found in accuracies.items()}


def draw_accuracies(
    path: Path,
    *,
    name: str,
    asked: str,
    accuracies: dict[str, npt.NDArray[np.float64]],
    spreads: Sequence[float],
    spread: str,
    guessing: float,
) -> None:
    """Draw the accuracy of each crop as a PNG.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    name, asked : str
        Of the network, and what it was asked.
    accuracies : dict of str to float64 (k,)
        Of each crop, by its name in `CROPS`; their mean is drawn.
    spreads, spread : sequence of float, str
        How far the line goes to either side of each mean, and what that is.
    guessing : float
        The accuracy of guessing.

    Raises
    ------
    OutputError
        The picture cannot be written.
    """
    from videoemo.plots import GREY, IntervalColumn, IntervalRow, intervals

    rows = []
    for (crop, found), off in zip(accuracies.items(), spreads, strict=True):
        mean = float(found.mean())
        ends = (mean, max(mean - off, 0.0), min(mean + off, 1.0))
        rows.append(IntervalRow(CROP_NAMES[crop], "", (Estimate(*map(np.asarray, ends)),)))
    intervals(
        path,
        name=name,
        facts=[(asked, GREY)],
        rows=rows,
        columns=[IntervalColumn("right", "%", 0.0, 1.0, reference=guessing)],
        notes=[f"lines: {spread}", "dashed: guessing"],
        caution="",
    )
