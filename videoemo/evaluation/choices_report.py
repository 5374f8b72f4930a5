"""What was found of first choices among classes: recalls and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.metrics.classification import Calibration

__all__ = ["draw_choices", "recall_line", "recalls"]


def recalls(classes: Sequence[str], counts: npt.NDArray[np.int64]) -> dict[str, float | None]:
    """The recall of each class by its name; None for a class without an example.

    Parameters
    ----------
    classes : sequence of str
        c names.
    counts : int64 (c, c) or (c, c + 1)
        A row a label, a column a choice; a further one for none.
    """
    return {
        name: round(float(right / total), 6) if total else None
        for name, right, total in zip(classes, counts.diagonal(), counts.sum(1), strict=True)
    }


def recall_line(found: dict[str, float | None]) -> str:
    """Recalls for a terminal: `recall: anger 57%, contempt none`."""
    told = (f"{name} {'none' if one is None else f'{one:.0%}'}" for name, one in found.items())
    return f"recall: {', '.join(told)}"


def draw_choices(
    folder: Path,
    *,
    counts: npt.NDArray[np.int64],
    classes: Sequence[str],
    calibration: Calibration | None,
    name: str,
) -> None:
    """Draw confusion.png, and reliability.png where there are probabilities.

    Parameters
    ----------
    folder : Path
        Where they are written.
    counts, classes : int64 (c, c) or (c, c + 1), sequence of str
        As for `recalls`.
    calibration : Calibration or None
        Of the highest probability.
    name : str
        Who chose.

    Raises
    ------
    OutputError
        A picture cannot be written.
    """
    from videoemo.plots import confusion, reliability

    confusion(folder / "confusion.png", counts=counts, classes=classes, name=name)
    if calibration is not None:
        reliability(folder / "reliability.png", calibration=calibration, name=name)
