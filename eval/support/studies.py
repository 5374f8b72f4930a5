"""Made-up studies of which the truth is known: courses of units with memory, gaps and unequal
lengths, and the measures taken from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from videoemo.util.arrays import Float64Array

__all__ = [
    "CASES",
    "CLASSES",
    "COLUMNS",
    "HAPPINESS",
    "MEASURES",
    "STEP",
    "VALENCE",
    "WHOLLY_SEEN",
    "Case",
    "Drawn",
    "draw",
    "measures",
]

Rng = np.random.Generator

# A course: 10 s in steps of 0.1 s.
POINTS, STEP = 100, 0.1
# Columns of a course. Neutral, the rest, is left out: what the three lack to 1.
HAPPINESS, VALENCE = 0, 3
CLASSES = 3
# Of the standard deviation of a course's logits: the units' own, and what is new at each moment,
# with a memory of a second.
BETWEEN, WITHIN, MEMORY = 1.0, 1.5, 0.9
MEASURES = (
    "mean happiness",
    "share happiness",
    "peak happiness",
    "first happiness",
    "mean valence",
)
# Where the frames of a mean stand in a course.
COLUMNS = {"mean happiness": HAPPINESS, "mean valence": VALENCE}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of study.

    Parameters
    ----------
    name : str
        As the table says it.
    n, m : int
        Units of the two conditions.
    paired : bool
        The same units in both.
    seen_a, seen_b : (float, float)
        The share of a course that is seen, drawn for each unit between the two.
    longest_a, longest_b : (float, float)
        The share of the 10 s after which a course ends, drawn likewise.
    spread : float
        Of the valence of the first condition, in that of the second.
    tested : tuple of str
        The measures whose expectation is the same in both conditions.
    """

    name: str
    n: int
    m: int
    paired: bool = False
    seen_a: tuple[float, float] = (1, 1)
    seen_b: tuple[float, float] = (1, 1)
    longest_a: tuple[float, float] = (1, 1)
    longest_b: tuple[float, float] = (1, 1)
    spread: float = 1
    tested: tuple[str, ...] = MEASURES


_SOME, _SHORTER = (0.4, 1.0), (0.5, 1.0)
CASES = (
    Case(name="12 a group, all seen", n=12, m=12),
    Case(
        name="20 a group, gaps, unequal lengths",
        n=20,
        m=20,
        seen_a=_SOME,
        seen_b=_SOME,
        longest_a=_SHORTER,
        longest_b=_SHORTER,
    ),
    Case(
        name="15 pairs, gaps, unequal lengths",
        n=15,
        m=15,
        paired=True,
        seen_a=_SOME,
        seen_b=_SOME,
        longest_a=_SHORTER,
        longest_b=_SHORTER,
    ),
    # A peak is higher, and a first display is there more often, where more is seen: these differ.
    Case(
        name="12 less seen against 20",
        n=12,
        m=20,
        seen_a=(0.3, 0.6),
        seen_b=(0.8, 1),
        longest_a=(0.4, 0.7),
        longest_b=(0.8, 1),
        tested=("mean happiness", "share happiness", "mean valence"),
    ),
    Case(name="12 twice as spread against 20", n=12, m=20, spread=2, tested=("mean valence",)),
)

WHOLLY_SEEN = (
    Case(name="20 a group", n=20, m=20),
    Case(name="15 pairs", n=15, m=15, paired=True),
)


@dataclass(frozen=True)
class Drawn:
    """One study.

    Parameters
    ----------
    a, b : float64 (n, points, columns) and (m, points, columns)
        Courses of the two conditions, NaN where a unit is not seen: probabilities of three
        expressions, and valence, -1 to 1.
    """

    a: Float64Array
    b: Float64Array


def draw(case: Case, rng: Rng, *, effect: float = 0) -> Drawn:
    """Draw a study.

    Parameters
    ----------
    case : Case
        Its kind.
    rng : numpy.random.Generator
        Where all comes from.
    effect : float, default=0
        By how much happiness is greater in the first condition, as a logit, and valence before it
        is brought into its range, from 4 s to 7 s.
    """
    own = [rng.normal(size=(k, CLASSES + 1)) for k in (case.n, case.m)]
    if case.paired:
        shared = rng.normal(size=(case.n, CLASSES + 1))
        own = [np.sqrt(0.5) * (one + shared) for one in own]
    bump = np.zeros((POINTS, CLASSES + 1))
    bump[40:70, [HAPPINESS, VALENCE]] = effect
    a = _displayed(own[0], bump, rng, spread=case.spread)
    b = _displayed(own[1], np.zeros_like(bump), rng, spread=1)
    return Drawn(
        _seen(a, rng, case.seen_a, case.longest_a), _seen(b, rng, case.seen_b, case.longest_b)
    )


def measures(courses: Float64Array) -> dict[str, Float64Array]:
    """The measures of each unit, (units,), NaN where there is none."""
    happiness, known = courses[:, :, HAPPINESS], ~np.isnan(courses[:, :, HAPPINESS])
    probabilities = courses[:, :, :CLASSES]
    neutral = 1 - probabilities.sum(2, keepdims=True)
    leads = known & (
        happiness >= np.concatenate([probabilities, neutral], axis=2).max(2, initial=0)
    )
    count = known.sum(1)
    values = (
        np.where(known, happiness, 0).sum(1) / count,
        leads.sum(1) / count,
        np.where(known, happiness, 0).max(1),
        np.where(leads.any(1), leads.argmax(1) * STEP, np.nan),
        np.where(known, courses[:, :, VALENCE], 0).sum(1) / count,
    )
    return dict(zip(MEASURES, values, strict=True))


def _displayed(own: Float64Array, bump: Float64Array, rng: Rng, *, spread: float) -> Float64Array:
    """Courses of units, (units, points, columns), from what is the units' own, (units, columns)."""
    new = rng.normal(size=(len(own), POINTS, CLASSES + 1))
    new[:, 0] /= np.sqrt(1 - MEMORY**2)  # stationary from the beginning
    within = np.sqrt(1 - MEMORY**2) * lfilter([1], [1, -MEMORY], new, axis=1)
    logits = BETWEEN * own[:, None] + WITHIN * within
    logits[:, :, VALENCE] *= spread
    logits += bump
    powers = np.exp(logits[:, :, :CLASSES])
    probabilities = powers / (1.5 + powers.sum(2, keepdims=True))
    return np.concatenate([probabilities, np.tanh(logits[:, :, VALENCE:] / 2)], axis=2)


def _seen(
    courses: Float64Array, rng: Rng, seen: tuple[float, float], longest: tuple[float, float]
) -> Float64Array:
    """Courses with stretches of a second or so that are not seen, and an end."""
    n = len(courses)
    share, end = rng.uniform(*seen, size=n), rng.uniform(*longest, size=n)
    there = _present(share, rng) & (np.arange(POINTS) < np.round(end * POINTS)[:, None])
    # Whoever is never seen is in no study.
    there[~there.any(1), 0] = True
    return np.where(there[:, :, None], courses, np.nan)


def _present(share: Float64Array, rng: Rng) -> npt.NDArray[np.bool_]:
    """Stretches in which units are seen, (units, points), for that share of the time."""
    smooth = lfilter([1], [1, -MEMORY], rng.normal(size=(len(share), POINTS + 50)), axis=1)[:, 50:]
    ranks = smooth.argsort(1).argsort(1)
    there: npt.NDArray[np.bool_] = ranks < np.round(share[:, None] * POINTS)
    return there
