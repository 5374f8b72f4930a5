"""The tables of a whole run, as `score` and `merge` write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from videoemo.runs.execute import publishing_tables
from videoemo.runs.state.leases import Leases
from videoemo.tables.columns import Columns
from videoemo.tables.failures import write_failures
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow, write_videos
from videoemo.util.files import write_json

__all__ = ["Run", "write_run_tables"]


@dataclass(frozen=True)
class Run:
    """What became of a run.

    Parameters
    ----------
    rows : list of VideoRow
        One a video, in path order.
    failures : list of Failure
        Of those that failed, in path order.
    seconds : float
        It took so long.
    before : int
        How many of the videos had been done, or had failed, before.
    """

    rows: list[VideoRow]
    failures: list[Failure]
    seconds: float
    before: int

    @classmethod
    def from_results(
        cls, results: Sequence[VideoRow | Failure], *, seconds: float, before: int
    ) -> Self:
        """A run of these results, in path order."""
        failures = [result for result in results if isinstance(result, Failure)]
        rows = [result.row() if isinstance(result, Failure) else result for result in results]
        return cls(rows, failures, seconds, before)


def write_run_tables(
    run: Run, out: Path, leases: Leases, *, columns: Columns, pictures: bool, ran: dict[str, Any]
) -> None:
    """Write videos.csv, summary.json, errors.csv where there are any, and overview.png where
    wanted; they appear together.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    counts = {
        "videos": len(run.rows),
        "failed": len(run.failures),
        "frames": sum(row.frames or 0 for row in run.rows),
    }
    with publishing_tables(leases) as folder:
        write_videos(
            run.rows,
            columns.classes,
            folder / "videos.csv",
            values=columns.values,
            scores=columns.scores,
        )
        if run.failures:
            write_failures(run.failures, folder / "errors.csv")
        if pictures:
            from videoemo.plots import overview

            overview(folder / "overview.png", videos=run.rows, classes=columns.classes)
        write_json(
            folder / "summary.json", {**counts, "seconds_taken": round(run.seconds, 3), **ran}
        )
    if not run.failures:
        (out / "errors.csv").unlink(missing_ok=True)
