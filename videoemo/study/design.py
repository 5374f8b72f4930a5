"""The design of a study: which video shows whom, in which condition, from which second on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from videoemo.errors import InputError
from videoemo.util.messages import brief, did_you_mean, first_names, shown
from videoemo.util.text import from_cell
from videoemo.util.text_tables import read_text_table

__all__ = ["Design", "DesignRow", "Of", "Track", "TrackRule", "read_design"]

# What is compared.
Of = Literal["persons", "groups"]
# Who of a video: a person by the number of the track, the one seen longest, or every one.
TrackRule = Literal["longest", "each"]
Track = int | TrackRule

_VIDEO, _TRACK, _CODES, _PARTICIPANT = "video", "track", "codes", "participant"
_RULES: tuple[TrackRule, ...] = get_args(TrackRule)
# Of the number of a person.
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class DesignRow:
    """Row of a design.

    Parameters
    ----------
    line : int
        In its file, from 1.
    video : str
        As in videos.csv.
    track : int or {"longest", "each"}
        Who of it; without meaning where groups are compared.
    unit : str
        Who is independent of the others.
    condition : str
        What is compared.
    within : str
        The same as `unit` where units are in several conditions; else empty.
    onset : float
        The second from which times count, as a player shows it; NaN where none is given.
    codes : tuple of (str, Path)
        What was coded by hand: the rater, empty in a column `codes`, and the file.
    others : mapping of str to str
        The cells of all columns that have no meaning of their own, by name.
    """

    line: int
    video: str
    track: Track
    unit: str
    condition: str
    within: str
    onset: float
    codes: tuple[tuple[str, Path], ...]
    others: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Design:
    """Design of a study.

    Parameters
    ----------
    rows : tuple of DesignRow
        In the order of the file.
    by : str
        The column of the conditions.
    unit : str
        The column of the units.
    within : str or None
        The same column where units are in several conditions; else None.
    onset : str or None
        The column of the onsets; None where times count from the first sampled frame.
    unit_said : str
        Which column the unit is, and why, in a sentence.
    others : tuple of str
        The columns that have no meaning of their own, in the order of the file.
    """

    rows: tuple[DesignRow, ...]
    by: str
    unit: str
    within: str | None
    onset: str | None
    unit_said: str
    others: tuple[str, ...]


def read_design(
    path: Path,
    *,
    by: str,
    unit: str | None = None,
    within: str | None = None,
    onset: str | None = None,
    of: Of = "persons",
) -> Design:
    """Read the design of a study.

    The table has a column `video`, with the names of videos.csv, one for `by`, and any others.
    Where the columns are there, `track` says who of a video is meant (a number as in tracks.csv,
    `longest`, or `each`; `longest` where it is empty), and `codes`, or columns whose names begin
    with `codes_`, name files coded by hand, by their paths from the folder of the design.

    The unit is the column `unit`, or else `within`, or else a column `participant` where persons
    are compared, or else the video.

    Parameters
    ----------
    path : Path
        A CSV or TSV file.
    by : str
        The column of the conditions.
    unit : str or None
        The column of the units.
    within : str or None
        The column of the units where they are in several conditions.
    onset : str or None
        The column of the second from which times count; a cell may be empty.
    of : {"persons", "groups"}, default="persons"
        What is compared. For groups rows of one video are one, and tracks have no meaning.

    Raises
    ------
    InputError
        It cannot be read, or lacks a column or a value; a person of a video is there twice; there
        are fewer than two conditions; a unit is in two of them without `within`, or none is with
        it. The message names line and column.
    """
    given = read_text_table(path)
    if not given:
        raise InputError(
            f"no video in {str(path)!r}: expected a heading with the columns {_VIDEO} and "
            f"{brief(by)}, and a line a video"
        )
    columns = list(given[0][1])
    for name, asked in ((_VIDEO, "the videos"), (by, "--by"), (unit, "--unit")):
        _check_column(path, columns, name, asked)
    for name, asked in ((within, "--within"), (onset, "--onset")):
        _check_column(path, columns, name, asked)
    if unit is not None and within is not None and unit != within:
        raise InputError(
            f"--unit {brief(unit)} and --within {brief(within)}: what is compared with itself is "
            f"the unit, so give --within {brief(within)} alone"
        )
    chosen, unit_said = _unit(columns, unit, within, of)
    taken = {_VIDEO, _TRACK, by, chosen, onset}
    design = Design(
        rows=(),
        by=by,
        unit=chosen,
        within=within,
        onset=onset,
        unit_said=unit_said,
        others=tuple(name for name in columns if name not in taken and not _is_codes(name)),
    )
    rows = [_row(path, line, cells, design, of) for line, cells in given]
    design = replace(design, rows=tuple(_once(path, rows, of)))
    _check_conditions(path, design)
    return design


def _is_codes(column: str) -> bool:
    return column == _CODES or column.startswith(f"{_CODES}_")


def _row(path: Path, line: int, cells: Mapping[str, str], design: Design, of: Of) -> DesignRow:
    def cell(column: str) -> _Cell:
        return _Cell(path, line, column, cells[column])

    return DesignRow(
        line=line,
        video=cell(_VIDEO).filled(),
        track=cell(_TRACK).track() if of == "persons" and _TRACK in cells else "longest",
        unit=cell(design.unit).filled(),
        condition=cell(design.by).filled(),
        within="" if design.within is None else cell(design.within).filled(),
        onset=math.nan if design.onset is None else cell(design.onset).seconds(),
        codes=tuple(
            (name[len(_CODES) + 1 :], path.parent / file)
            for name, file in cells.items()
            if file and _is_codes(name)
        ),
        others={name: cells[name] for name in design.others},
    )


@dataclass(frozen=True)
class _Cell:
    """A cell, and where it stands."""

    path: Path
    line: int
    column: str
    text: str

    def filled(self) -> str:
        """Its text, which is not empty; of a video with the true name, as `read_table` has it."""
        if not self.text:
            raise self._fault("it is empty")
        return from_cell(self.text) if self.column == _VIDEO else self.text

    def track(self) -> Track:
        """Who of a video."""
        for rule in _RULES:
            if self.text.casefold() == rule:
                return rule
        if not self.text:
            return "longest"
        # Where another cell of the column is empty, pandas writes 0 as 0.0.
        number = self.text.removesuffix(".0")
        if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
            allowed = "a number as in tracks.csv, longest or each"
            raise self._fault(f"expected {allowed}, got {shown(self.text)}")
        return int(number)

    def seconds(self) -> float:
        """A time; NaN where there is none."""
        try:
            seconds = float(self.text or "nan")
        except ValueError:
            seconds = math.inf
        if math.isinf(seconds) or (math.isnan(seconds) and self.text):
            raise self._fault(f"expected seconds such as 12.5, got {shown(self.text)}")
        return seconds

    def _fault(self, problem: str) -> InputError:
        return InputError(
            f"{str(self.path)!r} line {self.line}, column {shown(self.column)}: {problem}"
        )


def _check_column(path: Path, columns: Sequence[str], name: str | None, asked: str) -> None:
    if name is not None and name not in columns:
        hint = did_you_mean(name, columns)
        raise InputError(f"{str(path)!r} has no column {shown(name)} ({asked}); {brief(hint)}")


def _unit(columns: Sequence[str], unit: str | None, within: str | None, of: Of) -> tuple[str, str]:
    """The column of the units, and the sentence that says so."""
    if within is not None:
        return within, (
            f"The unit is the {brief(within)}, compared with itself, as --within asks for."
        )
    if unit is not None:
        return unit, f"The unit is the {brief(unit)}, as --unit asks for."
    if of == "groups":
        return _VIDEO, "The unit is the video, one group each, since --unit names no column."
    if _PARTICIPANT in columns:
        return _PARTICIPANT, "The unit is the participant, since the design has such a column."
    return _VIDEO, (
        f"The unit is the video, since the design has no column {_PARTICIPANT} and --unit names "
        "none: right only where no person is in two videos."
    )


def _once(path: Path, rows: Iterable[DesignRow], of: Of) -> list[DesignRow]:
    """Rows, each another person of a video, or another video where groups are compared."""
    seen: dict[tuple[str, Track], DesignRow] = {}
    for row in rows:
        first = seen.setdefault((row.video, row.track), row)
        if first is row:
            continue
        if of == "persons":
            who = f"track {row.track}" if isinstance(row.track, int) else f"{row.track!r}"
            raise InputError(
                f"{str(path)!r} line {row.line}: {shown(row.video)} with {who} is in line "
                f"{first.line} already: give each person of a video once"
            )
        if _of_group(row) != _of_group(first):
            raise InputError(
                f"{str(path)!r} line {row.line}: {shown(row.video)} is in line {first.line} with "
                "another unit, condition or onset: a group has one of each"
            )
    return list(seen.values())


def _of_group(row: DesignRow) -> tuple[str, str, str]:
    return row.unit, row.condition, str(row.onset)  # one that is missing, NaN, equals none


def _check_conditions(path: Path, design: Design) -> None:
    """There are two conditions or more, and units are in several of them if they are to be."""
    of_unit: dict[str, dict[str, None]] = {}
    for row in design.rows:
        of_unit.setdefault(row.unit, {})[row.condition] = None
    conditions = {row.condition for row in design.rows}
    if len(conditions) == 1:
        raise InputError(
            f"{str(path)!r}, column {shown(design.by)}: all of it is {shown(conditions.pop())}: "
            "there is nothing to compare it with"
        )
    several = next((unit for unit, theirs in of_unit.items() if len(theirs) > 1), None)
    if several is not None and design.within is None:
        raise InputError(
            f"{str(path)!r}: the {brief(design.unit)} {shown(several)} is in "
            f"{len(of_unit[several])} conditions ({first_names(of_unit[several])}): compare each "
            f"with itself by --within {brief(design.unit)}"
        )
    if several is None and design.within is not None:
        raise InputError(
            f"{str(path)!r}: no {brief(design.within)} is in two conditions: compare groups of "
            f"them by --unit {brief(design.within)} instead of --within"
        )
