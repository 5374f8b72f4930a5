"""The tables of a study, as CSV files that no spreadsheet computes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from videoemo.study.comparison import Comparison, CourseDifference
from videoemo.study.design import DesignRow
from videoemo.study.record import Study
from videoemo.tables.decimals import decimal_cell
from videoemo.util.files import write_csv

__all__ = ["write_tables"]


def write_tables(study: Study, folder: Path) -> None:
    """Write course.csv, clusters.csv, measures.csv, comparison.csv, reliability.csv and
    left_out.csv, those of which there is something.

    Parameters
    ----------
    study : Study
        The study.
    folder : Path
        Where.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    _write_measures(study, folder / "measures.csv")
    _write(folder / "comparison.csv", _names(Comparison), map(astuple, study.comparisons))
    left_out = ((one.video, one.track, one.unit, one.reason) for one in study.left_out)
    _write(folder / "left_out.csv", ("video", "track", "unit", "reason"), left_out)
    if study.bands is not None:
        heading = ("condition", "seconds", "measure", "units", "mean", "low", "high")
        _write(folder / "course.csv", heading, _course(study))
        _write(folder / "clusters.csv", _names(CourseDifference), map(astuple, study.differences))
    if study.reliability is not None:
        _write(folder / "reliability.csv", *study.reliability.table())


def _course(study: Study) -> Iterator[Sequence[object]]:
    bands = study.bands
    assert bands is not None
    for k, condition in enumerate(bands.conditions):
        for c, name in enumerate(bands.names):
            of_each = (part[k, :, c].tolist() for part in (bands.mean, bands.low, bands.high))
            times, counts = bands.seconds.tolist(), bands.n[k].tolist()
            for seconds, n, mean, low, high in zip(times, counts, *of_each, strict=True):
                yield condition, seconds, name, n, mean, low, high


def _write_measures(study: Study, path: Path) -> None:
    """A row a unit, a condition and a measure, with what else the design says of that unit there:
    as mixed models want it.
    """
    design = study.design
    within = () if design.within is None else ("within",)
    own = ("unit", *within, "condition", "measure", "value", "coverage")
    of_unit: dict[tuple[str, str], list[DesignRow]] = {}
    for row in design.rows:
        of_unit.setdefault((row.unit, row.condition), []).append(row)
    constant = [
        name
        for name in design.others
        if all(len({row.others[name] for row in rows}) == 1 for rows in of_unit.values())
    ]
    # A column of the design may be called as one of ours is.
    named = [f"design_{name}" if name in own else name for name in constant]
    _write(path, (*own, *named), _measures(study, of_unit, constant))


def _measures(
    study: Study, of_unit: dict[tuple[str, str], list[DesignRow]], others: Sequence[str]
) -> Iterator[Sequence[object]]:
    measures = study.measures
    for i, (unit, condition) in enumerate(zip(measures.units, measures.conditions, strict=True)):
        row = of_unit[unit, condition][0]
        within = () if study.design.within is None else (row.within,)
        more = [row.others[name] for name in others]
        for name, value in zip(measures.names, measures.values[i].tolist(), strict=True):
            coverage = float(measures.coverage[i])
            yield unit, *within, condition, name, value, coverage, *more


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    write_csv(path, heading, (map(decimal_cell, row) for row in rows))


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]
