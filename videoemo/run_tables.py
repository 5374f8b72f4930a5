"""The tables of a whole run, as `score` and `merge` write them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from videoemo.files import whole
from videoemo.provenance import write_json
from videoemo.tables import VideoRow, write_videos
from videoemo.work.driving import tables
from videoemo.work.leases import Leases
from videoemo.work.rows import Failure

__all__ = ["Columns", "Run", "publish", "run_of"]


@dataclass(frozen=True)
class Run:
    """What became of a run.

    Parameters
    ----------
    rows : one a video, in path order.
    failures : of those that failed, in path order.
    seconds : it took so long.
    before : how many of the videos had been done, or had failed, before.
    """

    rows: list[VideoRow]
    failures: list[Failure]
    seconds: float
    before: int


@dataclass(frozen=True)
class Columns:
    """What videos.csv has beside the columns that it always has.

    Parameters
    ----------
    classes : of the network.
    affect : whether it gives valence and arousal.
    scores : the columns of a fitted classifier's scores; None where there is no classifier.
    """

    classes: tuple[str, ...]
    affect: bool
    scores: tuple[str, ...] | None


def run_of(results: Sequence[VideoRow | Failure], *, seconds: float, before: int) -> Run:
    """A run of these results, in path order."""
    failures = [result for result in results if isinstance(result, Failure)]
    return Run([result.row() if isinstance(result, Failure) else result for result in results], failures, seconds, before)


def publish(run: Run, out: Path, leases: Leases, *, columns: Columns, pictures: bool, ran: dict[str, Any]) -> None:
    """Write videos.csv, summary.json, errors.csv where there are any, and overview.png where wanted; they appear together.

    Raises
    ------
    OutputError : they cannot be written.
    """
    counts = {"videos": len(run.rows), "failed": len(run.failures), "frames": sum(row.frames or 0 for row in run.rows)}
    with tables(leases) as folder:
        write_videos(run.rows, columns.classes, folder / "videos.csv", affect=columns.affect, scores=columns.scores)
        if run.failures:
            _write_errors(run.failures, folder / "errors.csv")
        if pictures:
            from videoemo.plots import overview

            overview(folder / "overview.png", videos=run.rows, classes=columns.classes)
        write_json(folder / "summary.json", {**counts, "seconds_taken": round(run.seconds, 3), **ran})
    if not run.failures:
        (out / "errors.csv").unlink(missing_ok=True)


def _write_errors(failures: Sequence[Failure], path: Path) -> None:
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Failure)])
        writer.writerows(astuple(failure) for failure in failures)
