"""Conditions compared: from a folder of results and a design to the folder of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import numpy as np

from videoemo.config.comparing import ComparingSettings, load_comparing
from videoemo.errors import InputError
from videoemo.metrics.extra import study_extra
from videoemo.metrics.permutation import n_arrangements
from videoemo.plots import MOST_CONDITIONS
from videoemo.results import Results, load_results
from videoemo.study.comparison import Comparison, compare_courses, compare_measures, course_bands
from videoemo.study.course import courses
from videoemo.study.design import Design, read_design
from videoemo.study.figures import write_figures
from videoemo.study.folder import FILES, check_place, replacing
from videoemo.study.groups import group_measures
from videoemo.study.measures import Measures, measures
from videoemo.study.methods import methods, references
from videoemo.study.observe import observe
from videoemo.study.page import study_page
from videoemo.study.provenance import Provenance, provenance
from videoemo.study.record import Study
from videoemo.study.reliability import reliability
from videoemo.study.tables import write_tables
from videoemo.util.checksums import sha256
from videoemo.util.files import atomic_write, write_json
from videoemo.util.messages import count_noun, first_names
from videoemo.util.text import printable
from videoemo.util.versions import versions

__all__ = ["compare"]


def compare(
    out: Path,
    design: Path,
    *,
    by: str,
    unit: str | None = None,
    within: str | None = None,
    onset: str | None = None,
    baseline: tuple[float, float] | None = None,
    of: Literal["persons", "groups"] = "persons",
    settings: ComparingSettings | None = None,
    notice: Callable[[str], None] | None = None,
) -> Study:
    """Compare conditions, and write the study into the folder `compare` of the results.

    Parameters
    ----------
    out : Path
        The folder of results.
    design : Path
        A CSV file with a column `video`, and any others.
    by : str
        The column of the conditions.
    unit, within : str or None
        The columns of the units, and of the units that are in several conditions.
    onset : str or None
        The column of the second from which times count.
    baseline : tuple of (float, float) or None
        Seconds from the onset whose mean is subtracted.
    of : {"persons", "groups"}, default="persons"
        What is compared.
    settings : ComparingSettings or None
        None for those of pipelines/study/compare.toml.
    notice : callable or None
        Called with a line on how it goes, every few seconds.

    Returns
    -------
    Study
        As it was written.

    Raises
    ------
    InputError
        The results or the design cannot be used.
    OutputError
        The study cannot be written.
    VideoemoError
        The extra `study` is not installed.
    """
    settings = settings or load_comparing()
    with study_extra():
        import statsmodels  # noqa: F401 - said before the work
    check_place(out)
    results = load_results(out)
    read = read_design(design, by=by, unit=unit, within=within, onset=onset, of=of)
    _require_few_conditions(read)
    study = _study(results, read, of=of, baseline=baseline, settings=settings, notice=notice)
    scored = provenance(results, (one.video for one in study.observations))
    study = replace(study, remarks=[*_remarks(study, scored)])
    _write(study, scored, design)
    return study


def _study(
    results: Results,
    design: Design,
    *,
    of: Literal["persons", "groups"],
    baseline: tuple[float, float] | None,
    settings: ComparingSettings,
    notice: Callable[[str], None] | None,
) -> Study:
    numbers, step = settings.statistics, settings.course.step
    observations, left_out = observe(
        results,
        design,
        min_coverage=settings.units.min_coverage,
        of=of,
        baseline=baseline,
        notice=notice,
    )
    timed = courses(observations, step=step)
    whole = measures(observations) if of == "persons" else group_measures(results, observations)
    conditions, paired = _conditions(design, whole), design.within is not None
    has_course = len(timed.seconds) > 1
    agreement = (
        reliability(
            results,
            observations,
            resamples=numbers.resamples,
            seed=numbers.seed,
            level=1 - numbers.level,
        )
        if of == "persons"
        else None
    )
    return Study(
        results=results,
        design=design,
        of=of,
        baseline=baseline,
        settings=settings,
        conditions=conditions,
        observations=observations,
        left_out=left_out,
        measures=whole,
        comparisons=compare_measures(whole, conditions, paired=paired, settings=numbers),
        bands=course_bands(timed, conditions, settings=numbers) if has_course else None,
        differences=(
            compare_courses(timed, conditions, paired=paired, settings=numbers)
            if has_course
            else []
        ),
        reliability=agreement,
        remarks=(),
    )


def _require_few_conditions(design: Design) -> None:
    n = len({row.condition for row in design.rows})
    if n > MOST_CONDITIONS:
        raise InputError(
            f"the column {design.by!r} has {n:,} conditions, at most {MOST_CONDITIONS} can be told "
            "apart in figures: choose another column, or leave rows out"
        )


def _conditions(design: Design, measured: Measures) -> tuple[str, ...]:
    """Those of which something was measured, in the order of the design."""
    listed = dict.fromkeys(row.condition for row in design.rows)
    return tuple(name for name in listed if name in measured.conditions)


def _remarks(study: Study, scored: Provenance) -> Iterator[str]:
    """What a reader has to know before anything else."""
    if scored.differs:
        yield (
            "The videos were scored by several networks or with several settings (methods.txt "
            "names them): where conditions differ in these, so may their figures. Score them alike."
        )
    if study.paired:
        often = Counter(study.measures.units)
        some = [unit for unit, n in often.items() if n < len(study.conditions)]
        if some:
            yield (
                f"{count_noun(len(some), 'unit')} of {study.n_units:,} "
                f"{'is' if len(some) == 1 else 'are'} not in every condition "
                f"({first_names(some)}): two conditions are compared over the units in both."
            )

    numbers = study.settings.statistics
    tested = [one for one in study.comparisons if not np.isnan(one.p)]
    # Holm's method holds the smallest p against the level over the number of tests.
    enough = numbers.level / max(len(tested), 1)
    if tested and min(_smallest_p(one, paired=study.paired) for one in tested) > enough:
        yield (
            f"So few units cannot show any of {len(tested):,} tests to be beyond chance at "
            f"{numbers.level:g}, whatever they display: {_few(tested, paired=study.paired)}."
        )
    elif tested and 1 / (numbers.permutations + 1) > enough:
        yield (
            f"{numbers.permutations:,} permutations cannot show any of {len(tested):,} tests to be "
            f"beyond chance at {numbers.level:g}: raise permutations in the settings."
        )


def _smallest_p(one: Comparison, *, paired: bool) -> float:
    """Of a two-sided exact test of so many units: what was found and, of as many on each side, its
    mirror.
    """
    mirrored = paired or one.n_a == one.n_b
    return (1 + mirrored) / n_arrangements(one.n_a, one.n_b, paired=paired)


def _few(tested: Sequence[Comparison], *, paired: bool) -> str:
    most = min(tested, key=lambda one: _smallest_p(one, paired=paired))
    units = f"{most.n_a} pairs" if paired else f"{most.n_a} and {most.n_b} units"
    return f"the smallest p that {units} can have is {_smallest_p(most, paired=paired):.2g}"


def _write(study: Study, scored: Provenance, design: Path) -> None:
    with replacing(study.results.path) as folder:
        write_tables(study, folder)
        write_figures(study, folder)
        told = methods(study, scored)
        lines = [*told, "References", *references(told)]
        _write_text(folder / "methods.txt", "\n\n".join(map(printable, lines)) + "\n")
        write_json(folder / "study.json", _about(study, design))
        written = {path.name for path in folder.iterdir()}
        others = [name for name in FILES if name in written]
        _write_text(folder / "report.html", study_page(study, scored, others))


def _write_text(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _about(study: Study, design: Path) -> dict[str, Any]:
    """What the study was made from, to trace it and to make it again."""
    return {
        "design": {
            "path": str(design.absolute()),
            "sha256": sha256(design),
            "by": study.design.by,
            "unit": study.design.unit,
            "within": study.design.within,
            "onset": study.design.onset,
        },
        "of": study.of,
        "baseline": study.baseline,
        "settings": asdict(study.settings),
        "conditions": study.units,
        "versions": versions()
        | {name: metadata.version(name) for name in ("scipy", "statsmodels")},
        "reading": "displayed expression as a network sees it, not a felt emotion",
    }
