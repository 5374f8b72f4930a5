"""An even grid of what each person displays, as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.names import beside_tables
from videoemo.exports.track_grid import TrackGrid, track_grids
from videoemo.results import VideoResults
from videoemo.util.files import write_csv

__all__ = ["GRID", "cells_of", "export_grid", "grids_of"]

# Cells a second, where nobody says otherwise.
GRID = 10.0


def export_grid(video: VideoResults, grid: float | None) -> Exported:
    """One video's evenly spaced means, a row a cell of each person: `interview.grid.csv`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Cells a second; None for `GRID`.
    """
    grids = grids_of(video, grid)
    header = ["track", "seconds", *video.columns.classes, *video.columns.values]

    def write(path: Path) -> None:
        write_csv(path, header, _rows(grids))

    remarks = () if grids else ("no face, and so no cells",)
    return Exported((ExportFile(beside_tables(video, ".grid.csv"), write),), remarks)


def grids_of(video: VideoResults, grid: float | None) -> list[TrackGrid]:
    """The grid of each person of a video, with pauses as in means by time."""
    longest = video.pipeline.tracking.track_gap
    return list(track_grids(video.table, GRID if grid is None else grid, longest=longest))


def cells_of(grid: TrackGrid, *, missing: str) -> Iterator[list[str]]:
    """Values of the cells of a grid as text, where nobody is seen `missing`."""
    nobody = [missing] * grid.values.shape[1]
    for values in grid.values.tolist():
        yield nobody if math.isnan(values[0]) else [f"{value:.6f}" for value in values]


def _rows(grids: list[TrackGrid]) -> Iterator[list[str]]:
    for grid in grids:
        track = str(grid.track)
        for seconds, cells in zip(grid.seconds.tolist(), cells_of(grid, missing=""), strict=True):
            yield [track, f"{seconds:.6f}", *cells]
