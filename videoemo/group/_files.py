"""The tables of a video's group."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from videoemo.files import whole
from videoemo.group._course import GroupCourse
from videoemo.group._synchrony import Pair

__all__ = ["write_course", "write_pairs"]


def write_course(course: GroupCourse, classes: Sequence[str], path: Path) -> None:
    """Write `group.parquet`: one row a sampled frame; what is NaN or -1 in the course is null there.

    Raises
    ------
    OutputError : it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet

    measured = ("positive", "neutral", "negative", "valence", "valence_smoothed", "dispersion", "agreement")
    values = {name: getattr(course, name).astype(np.float32) for name in measured}
    dominant = [classes[i] if i >= 0 else None for i in course.dominant.tolist()]
    table = pa.table(
        {
            "frame": pa.array(course.frame),
            "seconds": pa.array(course.seconds),
            "faces": pa.array(course.faces),
            **{name: pa.array(column, mask=np.isnan(column)) for name, column in values.items()},
            "dominant": pa.array(dominant, pa.string()),
        }
    )
    with whole(path) as temporary:
        pyarrow.parquet.write_table(table, temporary)


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    """Write `synchrony.csv`: one row for every two persons who were compared, in the order of their appearance.

    Raises
    ------
    OutputError : it cannot be written.
    """
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person_a", "person_b", "common_seconds", "correlation", "lag_seconds", "p", "p_corrected", "leads"])
        for pair in pairs:
            lag = "" if pair.lag_seconds is None else f"{pair.lag_seconds:.3f}"
            measured = [f"{pair.common_seconds:.3f}", f"{pair.correlation:.6f}", lag, f"{pair.p:.6f}", f"{pair.p_corrected:.6f}"]
            writer.writerow([pair.first, pair.second, *measured, pair.leads])
