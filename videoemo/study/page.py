"""The page of a study: figures, tables and words in one file, for a browser."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from videoemo.plots import (
    DARK,
    LIGHT,
    CoursePanel,
    MeasurePanel,
    condition_colours,
    course_panels,
    measure_panels,
)
from videoemo.report.page import Part, asset, render_page
from videoemo.runs.state.paths import ASSETS
from videoemo.study.comparison import Comparison, CourseDifference
from videoemo.study.figures import course_note, course_parts, labels, measure_parts, measures_note
from videoemo.study.methods import methods, references
from videoemo.study.names import named
from videoemo.study.provenance import Provenance
from videoemo.study.record import Study
from videoemo.study.reliability_shown import reliability_shown
from videoemo.util.messages import count_noun
from videoemo.util.text import printable

__all__ = ["study_page"]

# Rows of a table on the page; all are in its file.
_MOST_ROWS = 500
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class _Picture:
    """A figure: its addresses in the light and in the dark, which hold it, and what it shows."""

    light: str
    dark: str
    words: str


def study_page(study: Study, scored: Provenance, files: Sequence[str]) -> str:
    """The page as HTML, in one file that asks for nothing.

    Parameters
    ----------
    study : Study
        The study.
    scored : Provenance
        How its videos were.
    files : sequence of str
        The names of the files beside it.
    """
    courses, measured = course_parts(study), measure_parts(study)
    known = [one for one in study.comparisons if one.n_a or one.n_b]
    shown, told = known[:_MOST_ROWS], methods(study, scored)
    return render_page(
        "compare.html",
        scripts=[],
        styles=[
            *(asset(name, folder=ASSETS) for name in ("base.css", "compare.css")),
            Part("", lambda: _colours(len(study.conditions))),
        ],
        embed=True,
        title=f"{_listed(study.conditions)} compared",
        facts=_facts(study),
        unit_said=printable(study.design.unit_said),
        remarks=list(map(printable, study.remarks)),
        finding=_finding(study),
        conditions=list(map(printable, labels(study))),
        courses=_pictures(
            courses, course_panels(courses, dark=False), course_panels(courses, dark=True), study
        ),
        course_note=course_note(study),
        clusters=[_cluster(one) for one in study.clusters],
        chance=len(study.differences) - len(study.clusters),
        measured=_pictures(
            measured,
            measure_panels(measured, dark=False),
            measure_panels(measured, dark=True),
            study,
        ),
        measures_note=measures_note(study),
        found=[_row(one, study.of) for one in study.found[:_MOST_ROWS]],
        rows=[_row(one, study.of) for one in shown],
        more=len(known) - len(shown),
        unknown=len(study.comparisons) - len(known),
        level=f"{study.settings.statistics.level:g}",
        power=f"{100 * study.settings.statistics.power:g} %",
        paired=study.paired,
        several=len(study.conditions) > 2,
        pair=[printable(name) for name in study.conditions[:2]],
        reliability=None if study.reliability is None else reliability_shown(study.reliability),
        left_out=[
            (
                printable(one.video),
                "" if one.track is None else str(one.track),
                printable(one.reason),
            )
            for one in study.left_out[:_MOST_ROWS]
        ],
        n_left_out=len(study.left_out),
        reasons=list(map(printable, study.reasons)),
        methods=list(map(printable, told)),
        references=references(told),
        files=list(files),
    )


def _facts(study: Study) -> list[tuple[str, str]]:
    facts = [(f"{study.n_units:,}", "units" if study.n_units != 1 else "unit")]
    facts += [(f"{n:,}", f"in {printable(name)}") for name, n in study.units.items()]
    if study.left_out:
        facts.append((f"{len(study.left_out):,}", "left out"))
    return facts


def _finding(study: Study) -> str:
    level = f"{study.settings.statistics.level:g}"
    tested = [one for one in study.comparisons if not math.isnan(one.p)]
    if not tested:
        return "Nothing could be tested: the table says why."
    if study.found or study.clusters:
        parts = [f"{len(study.found):,} of {count_noun(len(tested), 'comparison')} of measures"]
        if study.bands is not None:
            parts.append(f"{count_noun(len(study.clusters), 'time span')} of the courses")
        return f"Different at the family-wise level of {level}: {_listed(parts)}."
    return (
        f"Nothing differs at the family-wise level of {level}. That does not show that there is no "
        "difference: the intervals say how large one may be."
    )


def _row(one: Comparison, of: Literal["persons", "groups"]) -> dict[str, str]:
    words = named(one.measure, of)
    return {
        "of": printable(words.of),
        "what": words.what,
        "pair": printable(f"{one.b} {_MINUS} {one.a}"),
        "n": f"{one.n_a:,}" if one.n_a == one.n_b else f"{one.n_a:,}; {one.n_b:,}",
        "a": _estimate(one.mean_a, one.low_a, one.high_a),
        "b": _estimate(one.mean_b, one.low_b, one.high_b),
        "difference": _estimate(one.difference, one.low, one.high),
        "g": _number(one.hedges_g, 2),
        "delta": _number(one.cliffs_delta, 2),
        "p": _p(one.p_holm),
        "needed": "" if one.units_needed is None else f"{one.units_needed:,}",
        "note": one.note,
    }


def _cluster(one: CourseDifference) -> dict[str, str]:
    higher = one.b if one.mass > 0 else one.a
    return {
        "name": printable(one.name),
        "pair": printable(f"{one.a}, {one.b}"),
        "start": _number(one.start, 2),
        "stop": _number(one.stop, 2),
        "higher": printable(higher),
        "p": _p(one.p_holm),
    }


def _pictures(
    parts: Sequence[CoursePanel | MeasurePanel],
    light: Sequence[str],
    dark: Sequence[str],
    study: Study,
) -> list[_Picture]:
    return [
        _Picture(_address(one), _address(other), printable(_words(part, study)))
        for part, one, other in zip(parts, light, dark, strict=True)
    ]


def _words(part: CoursePanel | MeasurePanel, study: Study) -> str:
    """What a panel shows, for who does not see it."""
    names = study.conditions
    if isinstance(part, MeasurePanel):
        rows = [
            f"{name}: "
            + ", ".join(
                f"{condition} {_number(part.mean[at, row], 2)}"
                for at, condition in enumerate(names)
            )
            for row, name in enumerate(part.rows)
        ]
        return f"{part.title}. {'; '.join(rows)}"
    stretches = [f"{mark.start:.1f} to {mark.stop:.1f} s" for mark in part.marks]
    differ = f"they differ from {_listed(stretches)}" if stretches else "they do not surely differ"
    return f"{part.name} over time in {_listed(names)}; {differ}"


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _colours(n: int) -> str:
    """The colours of conditions as a style sheet."""
    light, dark = (
        "\n".join(
            f".condition-{at} {{ color: #{bytes(round(255 * part) for part in colour).hex()}; }}"
            for at, colour in enumerate(condition_colours(n, theme))
        )
        for theme in (LIGHT, DARK)
    )
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _estimate(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return ""
    if math.isnan(low):
        return _number(value, 3)
    return f"{_number(value, 3)} [{_number(low, 3)}, {_number(high, 3)}]"


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return ""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", _MINUS)


def _p(value: float) -> str:
    if math.isnan(value):
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    listed = list(map(printable, names))
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
