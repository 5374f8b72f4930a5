"""A folder of results with a design: made-up participants who display what they are told to."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.support.results import MadeUp, write_results
from tests.support.rows import rows


def write_study(
    folder: Path,
    happiness: Mapping[str, float],
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    n: int = 40,
) -> tuple[Path, Path]:
    """Write the results of videos of one person each, of 4 s and `n` frames, and their design.

    Parameters
    ----------
    folder : Path
        Where.
    happiness : mapping of str to float
        Of each video, as the mean of its probabilities.
    columns : mapping or None
        Of the design, by name, of each video; None for `condition`: the first letter of its name.

    Returns
    -------
    tuple of (Path, Path)
        The results and the design.
    """
    videos = {}
    for at, (name, mean) in enumerate(happiness.items()):
        shown = mean + 0.05 * np.random.default_rng(at).normal(size=n)
        faces = [(i, i * 4 / n, 0, float(p)) for i, p in enumerate(np.clip(shown, 0, 1))]
        videos[name] = MadeUp(rows(faces))
    results = write_results(folder / "results", videos)
    columns = columns or {"condition": {name: name[0] for name in happiness}}
    heading = ["video", *columns]
    lines = [[name, *(column[name] for column in columns.values())] for name in happiness]
    return results, write_design(folder / "design.csv", [heading, *lines])


def write_design(path: Path, lines: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path
