"""Tables of codes: tab-delimited text of ELAN, aggregated events of BORIS, or one's own."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from videoemo.errors import InputError
from videoemo.study.codes._boris import NO_SUBJECT
from videoemo.study.codes._record import Code, Codes
from videoemo.study.codes._times import clock_time, milliseconds, seconds
from videoemo.util.messages import brief, shown
from videoemo.util.text_files import read_lines

__all__ = ["read_table"]

_Row = tuple[int, list[str]]  # its line in the file, and its cells
_Parse = Callable[[str], int]

# How ELAN writes times, by the end of the column's name; the first that is there is read.
_ELAN_TIMES: dict[str, _Parse] = {
    "msec": milliseconds,
    "ss.msec": seconds,
    "hh:mm:ss.ms": clock_time,
}
_ELAN_OTHERS = ("begin time", "end time", "duration", "file")
# What BORIS writes for a time that there is not.
_NONE = ("", "na", "nan")


def read_table(path: Path) -> Codes:
    """Read a table of codes, each on a line of its own.

    Raises
    ------
    InputError
        It cannot be read, has other columns, or a line that is no code; the message names the line.
    """
    lines = read_lines(path)
    first = next((line for line in lines if line.strip() and not _is_remark(line)), "")
    delimiter = max(",;\t", key=first.count)
    # ELAN quotes nothing, and a quotation mark in it is one.
    quoted = delimiter != "\t" or "behavior type" in first.casefold()
    rows = list(_rows(path, lines, delimiter, quoted=quoted))
    heading = [cell.casefold() for cell in rows[0][1]] if rows else []
    if {"behavior", "start (s)", "stop (s)"} <= set(heading):
        return _boris(path, heading, rows[1:])
    if {"start", "stop"} <= set(heading) and {"expression", "valence"} & set(heading):
        return Codes(path, tuple(_plain(path, heading, rows[1:])))
    if any(name.startswith("begin time") for name in heading):
        return _elan(path, heading, rows)
    if delimiter == "\t" and rows:
        return _elan_without_heading(path, rows)
    raise InputError(
        f"{str(path)!r} holds no codes: expected the columns start, stop and expression (or "
        "valence), tab-delimited text of ELAN, aggregated events of BORIS, or an .eaf or .boris"
    )


def _plain(path: Path, heading: Sequence[str], rows: Sequence[_Row]) -> Iterator[Code]:
    for line, cells in rows:
        row = _named(path, heading, line, cells)
        track = row.get("track", "")
        yield Code(
            *_times(path, line, (row["start"], row["stop"]), seconds),
            word=row.get("expression", ""),
            valence=_valence(path, line, row.get("valence", "")),
            rater=row.get("rater", ""),
            subject=f"person {track}" if track else row.get("subject", ""),
            sources=tuple(filter(None, [row.get("video", "")])),
        )


def _boris(path: Path, heading: Sequence[str], rows: Sequence[_Row]) -> Codes:
    codes, points = [], 0
    for line, cells in rows:
        row = _named(path, heading, line, cells)
        ends = row["start (s)"], row["stop (s)"]
        if "point" in row.get("behavior type", "").casefold() or any(
            one.casefold() in _NONE for one in ends
        ):
            points += 1
            continue
        subject = row.get("subject", "")
        code = Code(
            *_times(path, line, ends, seconds),
            word=row["behavior"],
            valence=math.nan,
            subject="" if subject == NO_SUBJECT else subject,
            sources=_boris_sources(row),
        )
        codes.append(code)
    return Codes(path, tuple(codes), from_file=True, points=points)


def _boris_sources(row: dict[str, str]) -> tuple[str, ...]:
    """The observation, and its files, such as `player #1:a.mp4;b.mp4`."""
    media = row.get("media file name", ""), row.get("source", ""), row.get("media file", "")
    files = [re.sub(r"^player #\d+:", "", one) for text in media for one in re.split("[;|]", text)]
    return tuple(dict.fromkeys(filter(None, [row.get("observation id", ""), *files])))


def _elan(path: Path, heading: Sequence[str], rows: Sequence[_Row]) -> Codes:
    tiers = rows[0][1]
    forms = [
        form
        for form in _ELAN_TIMES
        if {f"begin time - {form}", f"end time - {form}"} <= set(heading)
    ]
    if not forms:
        raise InputError(
            f"{str(path)!r}: expected begin and end time in milliseconds, seconds, or hours, "
            f"minutes and seconds, got the columns {brief(', '.join(heading))}"
        )
    ends = [heading.index(f"{which} time - {forms[0]}") for which in ("begin", "end")]
    known = {"tier", "participant", "annotator"}
    texts = [
        at
        for at, name in enumerate(heading)
        if name and name not in known and not name.startswith(_ELAN_OTHERS)
    ]
    named = [at for at in texts if heading[at] in ("annotation", "value")]
    if "tier" in heading and len(texts) > 1 and named:
        texts = named
    codes = []
    for line, cells in rows[1:]:
        row = _named(path, heading, line, cells)
        start, stop = _times(path, line, (cells[ends[0]], cells[ends[1]]), _ELAN_TIMES[forms[0]])
        for at in texts:
            # Without a column of tiers each tier has a column.
            tier = row.get("tier", "") if "tier" in heading else tiers[at]
            if cells[at]:
                code = Code(
                    start,
                    stop,
                    cells[at],
                    math.nan,
                    rater=row.get("annotator", ""),
                    subject=row.get("participant", ""),
                    tier=tier,
                )
                codes.append(code)
    return Codes(path, tuple(codes))


def _elan_without_heading(path: Path, rows: Sequence[_Row]) -> Codes:
    """As ELAN writes it by itself: tier, participant, begin, end and duration, each in one form of
    time or several, annotation.
    """
    codes = []
    for line, cells in rows:
        at = [place for place in range(1, len(cells) - 1) if _form(cells[place]) is not None]
        n = len(at) // 3
        if n == 0 or len(at) % 3 or at[-1] - at[0] != len(at) - 1:
            raise InputError(
                f"{str(path)!r} line {line}: expected tier, begin, end, duration and annotation, "
                f"as ELAN writes them, got {brief(', '.join(cells))}"
            )
        begin, end = cells[at[0]], cells[at[n]]
        parse = _form(begin)
        assert parse is not None
        times = _times(path, line, (begin, end), parse)
        subject = cells[1] if at[0] > 1 else ""
        codes.append(Code(*times, cells[-1], math.nan, subject=subject, tier=cells[0]))
    return Codes(path, tuple(codes))


def _form(cell: str) -> _Parse | None:
    """How a time is written; None where it is none."""
    if re.fullmatch(r"\d+:\d\d:\d\d\.\d+", cell, re.ASCII):
        return clock_time
    if re.fullmatch(r"\d+\.\d+", cell, re.ASCII):
        return seconds
    return milliseconds if re.fullmatch(r"\d+", cell, re.ASCII) else None


def _rows(path: Path, lines: Sequence[str], delimiter: str, *, quoted: bool) -> Iterator[_Row]:
    """Rows that are not empty, without remarks."""
    reader = csv.reader(lines, delimiter=delimiter, quotechar='"' if quoted else None)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not _is_remark(stripped[0]):
                yield reader.line_num, stripped
    except csv.Error as exc:
        raise InputError(f"{str(path)!r} line {reader.line_num}: {exc}; save it as CSV") from exc


def _is_remark(text: str) -> bool:
    """Whether it is one of the lines that ELAN puts before a table, with the names of files."""
    return text.lstrip(' "').startswith("#")


def _named(path: Path, heading: Sequence[str], line: int, cells: list[str]) -> dict[str, str]:
    if len(cells) < len(heading):  # spreadsheets leave out empty cells at the end
        cells.extend([""] * (len(heading) - len(cells)))
    if any(cells[len(heading) :]):
        raise InputError(
            f"{str(path)!r} line {line}: expected {len(heading)} values "
            f"({brief(', '.join(heading))}), got {len(cells)}"
        )
    return dict(zip(heading, cells, strict=False))


def _times(path: Path, line: int, texts: tuple[str, str], parse: _Parse) -> tuple[int, int]:
    try:
        start, stop = map(parse, texts)
    except ValueError as exc:
        raise InputError(f"{str(path)!r} line {line}: start and stop: {exc}") from exc
    if stop < start:
        raise InputError(
            f"{str(path)!r} line {line}: it stops at {shown(texts[1])}, before it starts at "
            f"{shown(texts[0])}"
        )
    return start, stop


def _valence(path: Path, line: int, text: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text.replace(",", ".", 1))
    except ValueError:
        value = math.nan
    if not -1 <= value <= 1:
        raise InputError(
            f"{str(path)!r} line {line}: valence: expected numbers from -1 to 1, got {shown(text)}"
        )
    return value
