"""How often a comparison is wrong on made-up studies of which the truth is known.

    python -m eval.study [--studies 1000] [--jobs 2]
    python -m eval.study --speed

Printed are, for each kind of study, the share of studies without a difference in which a test at
5 % calls one, beside SciPy's t-test of the same units and of frames as if they were units; how
often the 95 % intervals hold the truth, beside those of frames; and how often a true difference is
found, beside SciPy's t-test and MNE's cluster test. --speed times the statistics of 500 units of a
minute, and `videoemo compare` of as many videos.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from zlib import crc32

import click
import numpy as np
from joblib import Parallel, delayed, parallel_config
from scipy.stats import t as student
from scipy.stats import ttest_ind, ttest_rel
from tqdm import tqdm

from eval.support.command import command
from eval.support.markdown import line, table
from eval.support.studies import CASES, COLUMNS, VALENCE, WHOLLY_SEEN, Case, draw, measures
from eval.support.study_speed import compare_speed
from videoemo.metrics.clusters import permutation_clusters
from videoemo.metrics.permutation import permutation_p
from videoemo.metrics.unit_bootstrap import difference_estimate, mean_estimate
from videoemo.util.arrays import Float64Array

LEVEL = 0.05
DRAWN: dict[str, Any] = {"permutations": 499, "seed": 0}
RESAMPLED: dict[str, Any] = {"resamples": 1000, "seed": 0}
# A band is judged at every so many points.
BAND_STEP = 5
# Units of whom the truth is taken.
MANY = 10_000
# As logits: no difference, and such as some, and most, studies find.
EFFECTS = (0.0, 1.5, 3.0)
HOLM, COURSE, BAND = "any measure, after Holm", "course: any cluster", "course: band"

# What was found of a measure, by whom: 1 or 0, or a share.
Figures = dict[tuple[str, str], float]


def t_test(a: Float64Array, b: Float64Array, *, paired: bool) -> float:
    """SciPy's p, Welch's or that of pairs."""
    test = ttest_rel if paired else ttest_ind
    options = {} if paired else {"equal_var": False}
    return float(test(a, b, axis=0, nan_policy="omit", **options).pvalue)


def no_difference(case: Case, seed: int, truth: dict[str, float], course: Float64Array) -> Figures:
    """A study without a difference: what is called one, and which intervals hold the truth.

    Parameters
    ----------
    truth, course : dict and float64 (points, columns)
        What is to be expected of measures and courses in the first condition.
    """
    study = draw(case, np.random.default_rng([1, crc32(case.name.encode()), seed]))
    a, b = measures(study.a), measures(study.b)
    figures: Figures = {}
    p = [permutation_p(a[name], b[name], paired=case.paired, **DRAWN) for name in case.tested]
    for name, of_name in zip(case.tested, p, strict=True):
        mean = mean_estimate(a[name], **RESAMPLED)
        difference = difference_estimate(a[name], b[name], paired=case.paired, **RESAMPLED)
        figures |= {
            (name, "ours"): of_name <= LEVEL,
            (name, "t-test"): t_test(a[name], b[name], paired=case.paired) <= LEVEL,
            (name, "mean held"): bool(mean.low <= truth[name] <= mean.high),
            (name, "difference held"): bool(difference.low <= 0 <= difference.high),
        }
        if name in COLUMNS:
            of_a, of_b = (of[:, :, COLUMNS[name]] for of in (study.a, study.b))
            frames = of_a[~np.isnan(of_a)], of_b[~np.isnan(of_b)]
            low, high = student.interval(
                1 - LEVEL,
                frames[0].size - 1,
                frames[0].mean(),
                frames[0].std() / frames[0].size ** 0.5,
            )
            figures |= {
                (name, "frames"): t_test(*frames, paired=False) <= LEVEL,
                (name, "frames held"): low <= truth[name] <= high,
            }
    # One or more where any point, on its own, beats the level.
    clusters = permutation_clusters(study.a, study.b, paired=case.paired, level=LEVEL, **DRAWN)
    every = study.a[:, ::BAND_STEP]
    band, course = mean_estimate(every, **RESAMPLED), course[::BAND_STEP]
    known = (~np.isnan(every)).sum(0) > 1
    return figures | {
        # The first of Holm's steps: without it no other is taken.
        (HOLM, "ours"): min(p) * len(p) <= LEVEL,
        (COURSE, "ours"): any(cluster.p <= LEVEL for cluster in clusters),
        (COURSE, "frames"): bool(clusters),
        (BAND, "mean held"): float(((band.low <= course) & (course <= band.high))[known].mean()),
    }


def a_difference(case: Case, seed: int, effect: float) -> Figures:
    """A study with a difference: whether it is found."""
    study = draw(case, np.random.default_rng([2, crc32(case.name.encode()), seed]), effect=effect)
    a, b = (measures(of)["mean happiness"] for of in (study.a, study.b))
    valence = [of[:, :, [VALENCE]] for of in (study.a, study.b)]
    clusters = permutation_clusters(*valence, paired=case.paired, level=LEVEL, **DRAWN)
    return {
        ("measure", "ours"): permutation_p(a, b, paired=case.paired, **DRAWN) <= LEVEL,
        ("measure", "theirs"): t_test(a, b, paired=case.paired) <= LEVEL,
        ("course", "ours"): any(cluster.p <= LEVEL for cluster in clusters),
        ("course", "theirs"): mne_test(*valence, paired=case.paired) <= LEVEL,
    }


def mne_test(a: Float64Array, b: Float64Array, *, paired: bool) -> float:
    """The least p of a cluster by MNE's default, F between groups and t of pairs; 1 without one."""
    from mne.stats import permutation_cluster_1samp_test, permutation_cluster_test

    options = {"n_permutations": DRAWN["permutations"] + 1, "rng": DRAWN["seed"]}
    a, b = a[:, :, 0], b[:, :, 0]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No clusters found")
        _, _, p, _ = (
            permutation_cluster_1samp_test(a - b, verbose="ERROR", **options)
            if paired
            else permutation_cluster_test([a, b], verbose="ERROR", **options)
        )
    return float(min(p, default=1))


def averaged(
    study: Callable[..., Figures], case: Case, *given: Any, studies: int, jobs: int
) -> Figures:
    """The figures of many studies, with the time left on standard error."""
    with parallel_config(backend="loky", inner_max_num_threads=1):
        found = list(
            tqdm(
                Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=5)(
                    delayed(study)(case, seed, *given) for seed in range(studies)
                ),
                total=studies,
                desc=case.name,
                file=sys.stderr,
                mininterval=10,
            )
        )
    return {key: float(np.mean([figures[key] for figures in found])) for key in found[0]}


def truth(case: Case) -> tuple[dict[str, float], Float64Array]:
    """What is to be expected of measures and courses in the first condition."""
    many = draw(replace(case, n=MANY, m=MANY), np.random.default_rng(0))
    of_units = measures(many.a)
    known = (~np.isnan(many.a)).sum(0)
    course = np.where(known, np.nansum(many.a, axis=0) / np.maximum(known, 1), np.nan)
    return {name: float(np.nanmean(of_units[name])) for name in of_units}, course


def percent(figures: Figures, row: str, column: str) -> str:
    """A share as a cell."""
    return f"{100 * figures[row, column]:.1f} %" if (row, column) in figures else ""


ERRORS = (
    "units",
    "of each",
    "called different",
    "by SciPy's t-test",
    "frames or points as units",
    "interval of a mean holds it",
    "of a difference",
    "of a mean, frames as units",
)
POWER = (
    "units",
    "effect, logits",
    "mean happiness: found",
    "by SciPy's t-test",
    "course of valence: found",
    "by MNE's default",
)


def errors(studies: int, jobs: int) -> Iterator[list[str]]:
    """Rows of studies without a difference."""
    columns = ("ours", "t-test", "frames", "mean held", "difference held", "frames held")
    for case in CASES:
        figures = averaged(no_difference, case, *truth(case), studies=studies, jobs=jobs)
        for row in (*case.tested, HOLM, COURSE, BAND):
            cells = [percent(figures, row, column) for column in columns]
            yield [case.name if row == case.tested[0] else "", row, *cells]


def power(studies: int, jobs: int) -> Iterator[list[str]]:
    """Rows of studies with a difference."""
    for case in WHOLLY_SEEN:
        for effect in EFFECTS:
            figures = averaged(a_difference, case, effect, studies=studies, jobs=jobs)
            cells = [
                percent(figures, row, column)
                for row in ("measure", "course")
                for column in ("ours", "theirs")
            ]
            yield [case.name, f"{effect:g}", *cells]


def speed() -> str:
    """How long a comparison of 500 units of a minute takes, in steps of 0.1 s: the statistics, and
    all of it.
    """
    rng = np.random.default_rng(0)
    courses = rng.random((500, 600, 9))
    courses[rng.random((500, 600)) < 0.1] = np.nan
    a, b = courses[:250], courses[250:]
    whole = {"permutations": 5000, "seed": 0}
    bands = {"resamples": 2000, "seed": 0}
    work: dict[str, Callable[[], object]] = {
        "bands of two conditions": lambda: [mean_estimate(of, **bands) for of in (a, b)],
        "clusters": lambda: permutation_clusters(a, b, paired=False, level=LEVEL, **whole),
        "clusters of pairs": lambda: permutation_clusters(a, b, paired=True, level=LEVEL, **whole),
        "60 measures": lambda: [
            permutation_p(a[:, i, 0], b[:, i, 0], paired=False, **whole) for i in range(60)
        ],
    }
    told = []
    for name, do in work.items():
        started = time.perf_counter()
        do()
        told.append(f"{name} {time.perf_counter() - started:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [f"500 units, 600 points, 9 columns: {', '.join(told)}; peak {peak:.0f} MiB"]
    seconds, peak = compare_speed(500, minutes=1)
    lines += [f"videoemo compare, 500 videos of a minute: {seconds:.1f} s; peak {peak:.0f} MiB"]
    return "\n".join(lines)


@command(__doc__)
@click.option("--studies", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--speed", "timed", is_flag=True)
def main(*, studies: int, jobs: int, timed: bool) -> None:
    """Print all."""
    if timed:
        print(speed())
        return
    for head, rows in ((ERRORS, errors(studies, jobs)), (POWER, power(studies, jobs))):
        print(table(head, []), flush=True)
        for row in rows:
            print(line(row), flush=True)
        print()


if __name__ == "__main__":
    main()
