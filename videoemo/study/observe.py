"""The units of a design as they are in the results: who counts, who is left out, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from videoemo.errors import InputError
from videoemo.results import Results
from videoemo.study.design import Design, DesignRow, Of
from videoemo.study.units import LeftOut, Observation
from videoemo.study.video_units import Observer
from videoemo.tables.videos import VideoRow
from videoemo.util.messages import brief, count_noun, first_names, shown
from videoemo.util.slow_work import SlowWork

__all__ = ["observe"]

# Of a condition: from one alone nobody knows how units differ.
_LEAST_UNITS = 2


def observe(
    results: Results,
    design: Design,
    *,
    min_coverage: float,
    of: Of = "persons",
    baseline: tuple[float, float] | None = None,
    notice: Callable[[str], None] | None = None,
) -> tuple[list[Observation], list[LeftOut]]:
    """Observe the units of a design. Each video is read once, and its tables are not kept.

    Left out are, each with its reason: a video that was not scored, or that the design does not
    name; who is not there, has no onset or one beyond the end, too little coverage, or is not seen
    in the baseline; then a condition with fewer than two units, and, where units are compared with
    themselves, a unit in one condition alone.

    Parameters
    ----------
    results : Results
        The folder of results.
    design : Design
        Who is in which condition.
    min_coverage : float
        The least coverage, 0 to 1; who is never seen is left out whatever it is.
    of : {"persons", "groups"}, default="persons"
        What is observed; as for `read_design`.
    baseline : tuple of (float, float) or None
        The seconds from the onset between which the baseline is taken, half-open.
    notice : callable or None
        Called with a line on how far it is, where it takes long.

    Returns
    -------
    tuple of (list of Observation, list of LeftOut)
        Both in the order of the design; videos that it does not name come last.

    Raises
    ------
    InputError
        A person is observed twice; fewer than two conditions have two units; the baseline ends
        before it begins; results are damaged, or without groups.
    """
    if baseline is not None and not -math.inf < baseline[0] < baseline[1] < math.inf:
        start, stop = baseline
        raise InputError(
            f"a baseline from {start:g} to {stop:g} s: expected seconds from the onset, the first "
            "before the second, such as -1 and 0"
        )
    observer = Observer(of, min_coverage, baseline, timed=design.onset is not None)
    seen = _observe(results, design, observer, notice)
    found = [one for one in seen if isinstance(one, Observation)]
    _check_once(found)
    lonely = _lonely(found, paired=design.within is not None)
    left_out = [
        one if isinstance(one, LeftOut) else LeftOut(one.video, one.track, one.unit, lonely[one])
        for one in seen
        if isinstance(one, LeftOut) or one in lonely
    ]
    kept = [one for one in found if one not in lonely]
    if not kept:
        unseen = [one for one in seen if isinstance(one, LeftOut)]
        raise InputError(_too_few(found, unseen, design))
    named = {row.video for row in design.rows}
    left_out += [
        LeftOut(row.video, None, "", "the design does not name it")
        for row in results.rows
        if row.video not in named
    ]
    return kept, left_out


def _observe(
    results: Results,
    design: Design,
    observer: Observer,
    notice: Callable[[str], None] | None,
) -> list[Observation | LeftOut]:
    """All that the design asks for, in its order."""
    of_video: dict[str, list[DesignRow]] = {}
    for row in design.rows:
        of_video.setdefault(row.video, []).append(row)
    slow = SlowWork(notice)
    listed = {row.video: row for row in results.rows}
    if listed.keys().isdisjoint(of_video):
        results.video(design.rows[0].video)  # raises, and says what may be meant
    seen: list[tuple[int, Observation | LeftOut]] = []
    for n, (name, rows) in enumerate(of_video.items()):
        slow.go_on(f"{n:,} of {count_noun(len(of_video), 'video')} read")
        reason = _not_scored(listed.get(name))
        if reason:
            seen += [(row.line, LeftOut(name, None, row.unit, reason)) for row in rows]
            continue
        video = replace(results.video(name))  # a copy, with whose last use its tables are gone
        if notice is not None and video.corrections_remark:
            notice(f"{brief(name)}: {video.corrections_remark}")
        seen += [(row.line, one) for row in rows for one in observer.observe(video, row)]
    return [one for _, one in sorted(seen, key=lambda numbered: numbered[0])]


def _not_scored(row: VideoRow | None) -> str:
    """Why there is nothing of a video; empty where there is something."""
    if row is None:
        return "it was not scored"
    return f"it could not be scored: {brief(row.error)}" if row.failed else ""


def _check_once(found: Sequence[Observation]) -> None:
    """Nobody counts twice, as where one row says `longest` and another the number."""
    lines: dict[tuple[str, int | None], int] = {}
    for one in found:
        line = lines.setdefault((one.video, one.track), one.row.line)
        if line != one.row.line:
            raise InputError(
                f"the design has person {one.track} of {shown(one.video)} twice, in lines {line} "
                f"and {one.row.line}: give each person of a video once"
            )


def _lonely(found: Sequence[Observation], *, paired: bool) -> dict[Observation, str]:
    """Those that have nothing to be compared with, and why; all, where fewer than two conditions
    are left.
    """
    lonely: dict[Observation, str] = {}
    while True:
        kept = [one for one in found if one not in lonely]
        alone = dict(_alone(kept, paired=paired))
        if not alone:
            return lonely
        lonely |= alone


def _alone(kept: Sequence[Observation], *, paired: bool) -> Iterator[tuple[Observation, str]]:
    units: dict[str, set[str]] = {}
    conditions: dict[str, set[str]] = {}
    for one in kept:
        units.setdefault(one.condition, set()).add(one.unit)
        conditions.setdefault(one.unit, set()).add(one.condition)
    for one in kept:
        if len(units[one.condition]) < _LEAST_UNITS:
            yield one, f"{brief(one.unit)} is the only unit left in {brief(one.condition)}"
        elif len(units) == 1:
            yield one, f"no condition is left to compare {brief(one.condition)} with"
        elif paired and len(conditions[one.unit]) == 1:
            yield one, f"{brief(one.unit)} is left in {brief(one.condition)} alone"


def _too_few(found: Sequence[Observation], left_out: Sequence[LeftOut], design: Design) -> str:
    units = {row.condition: set[str]() for row in design.rows}
    for one in found:
        units[one.condition].add(one.unit)
    counts = first_names(f"{name}: {len(theirs):,}" for name, theirs in units.items())
    same = "the same units in both" if design.within is not None else "two units in each"
    said = f"too few units to compare ({counts}): it takes two conditions with {same}"
    if not left_out:
        return said
    first, more = left_out[0], len(left_out) - 1
    others = f", and {more:,} more" if more else ""
    return f"{said}; left out: {brief(first.video)}: {brief(first.reason)}{others}"
