"""Which persons rise and fall together, and who leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from videoemo.group._innovations import MOST_ORDER, innovations
from videoemo.group._surrogates import surrogates
from videoemo.group._valence_grid import ValenceSeries
from videoemo.group._windowed import Correlation, WindowedCrossCorrelation
from videoemo.util.arrays import Float64Array

__all__ = ["ALPHA", "Pair", "corrected", "synchrony"]

# The level at which a corrected p counts.
ALPHA = 0.05
# A pair is compared over no fewer common cells than this: with fewer there is nothing to be found.
LEAST_COMMON = 30
# Any number: the same input gives the same p.
SEED = 8
# A pair is given up as soon as so many surrogates are as synchronous as itself: its p is known
# well enough.
GIVEN_UP = 10
# Surrogates of the first round; each one after it has twice as many, as far as what is made of them
# has room: so many numbers.
FIRST_ROUND, ROOM = 50, 2**20
# The fewest surrogates of a pair that is not given up.
LEAST_DRAWN = 999


@dataclass(frozen=True)
class Pair:
    """Two persons compared.

    Parameters
    ----------
    first, second : int
        Their tracks, in the order of their appearance.
    common_seconds : float
        For how long both are seen at the same time.
    correlation : float
        Of what is new in the two courses, at the lag where it is strongest; -1 to 1.
    lag_seconds : float or None
        By how much the second follows the first, negative where the first follows; None unless the
        null is beaten.
    p : float
        The probability of so strong a correlation, at any lag, of persons who have nothing to do
        with each other.
    p_corrected : float
        For the number of pairs, by Holm.
    leads : int or None
        The track of the one whose changes come first; None unless the null is beaten, or where the
        lag is no more than one cell.
    """

    first: int
    second: int
    common_seconds: float
    correlation: float
    lag_seconds: float | None
    p: float
    p_corrected: float
    leads: int | None


def synchrony(given: ValenceSeries, *, window: float, most_lag: float) -> list[Pair]:
    """Compare every two persons who are seen together long enough.

    What is new in each series (`innovations`) is correlated in windows at each lag, and the
    strongest lag counts. The null hypothesis, that the two go each their own way, is what the same
    search, over all lags, finds between the first person and surrogates of the second, which have
    the second's memory and gaps. The p of a pair is that of J. Besag and P. Clifford (Sequential
    Monte Carlo p-values, Biometrika 78, 1991, 301-304): a pair that ten surrogates have matched
    gets no more of them. The correction is S. Holm's (A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6, 1979, 65-70), which holds however the pairs
    depend on each other; and they share persons.

    Parameters
    ----------
    window : float
        In seconds.
    most_lag : float
        In seconds; of a short video at most a quarter of it.
    """
    n = given.values.shape[1]
    lags = min(round(most_lag / given.step), n // 4)
    width = max(round(window / given.step), 2 * MOST_ORDER)
    new = np.array([innovations(series) for series in given.values]).reshape(given.values.shape)
    common = _common(np.isfinite(given.values), least=LEAST_COMMON)
    together = _common(np.isfinite(new), least=LEAST_COMMON // 2)
    compared = [pair for pair in common if pair in together]
    firsts = sorted({i for i, _ in compared})
    exact = {i: WindowedCrossCorrelation(new[i], window=width, lags=lags) for i in firsts}
    found = {(i, j): _strongest(exact[i].correlate(new[j : j + 1])) for i, j in compared}
    windowed = {
        i: WindowedCrossCorrelation(new[i], window=width, lags=lags, single=True) for i in firsts
    }
    chances = _chances(
        windowed,
        new,
        given.persons.tolist(),
        {pair: strength for pair, (_, _, strength) in found.items()},
    )
    p_corrected = corrected([chances[pair] for pair in compared])
    return [
        _pair(
            given,
            pair,
            common_seconds=common[pair] * given.step,
            lag=found[pair][0] - lags,
            correlation=found[pair][1],
            p=chances[pair],
            p_corrected=p,
        )
        for pair, p in zip(compared, p_corrected, strict=True)
    ]


def corrected(p: Sequence[float]) -> list[float]:
    """Holm's step-down p-values, in the order given."""
    m, highest, adjusted = len(p), 0.0, [1.0] * len(p)
    for rank, i in enumerate(sorted(range(m), key=lambda i: p[i])):
        highest = max(highest, min(1.0, (m - rank) * p[i]))
        adjusted[i] = highest
    return adjusted


def _common(known: npt.NDArray[np.bool_], *, least: int) -> dict[tuple[int, int], int]:
    """How many cells each two rows, (p, cells), have in common; pairs with fewer than `least`
    left out.
    """
    cells = known.astype(np.int64) @ known.T  # (p, p)
    return {
        (i, j): int(cells[i, j])
        for i, j in combinations(range(len(cells)), 2)
        if cells[i, j] >= least
    }


def _strongest(found: Correlation) -> tuple[int, float, float]:
    """At which of the lags the correlation is strongest, the correlation there, and
    its strength.
    """
    strength = found.strength()[:, 0]
    best = int(strength.argmax())
    return best, float(found.mean[best, 0]), float(strength[best])


def _pair(
    given: ValenceSeries,
    pair: tuple[int, int],
    *,
    common_seconds: float,
    lag: int,
    correlation: float,
    p: float,
    p_corrected: float,
) -> Pair:
    """A pair that does not beat the null has no lag; one whose lag, in cells, is within the
    resolution of one has no leader.
    """
    first, second = (int(given.persons[i]) for i in pair)
    beaten = p_corrected <= ALPHA
    leads = (first if lag > 0 else second) if beaten and abs(lag) > 1 else None
    return Pair(
        first,
        second,
        common_seconds,
        correlation,
        lag * given.step if beaten else None,
        p,
        p_corrected,
        leads,
    )


def _chances(
    windowed: Mapping[int, WindowedCrossCorrelation],
    new: Float64Array,
    persons: Sequence[int],
    strength: Mapping[tuple[int, int], float],
) -> dict[tuple[int, int], float]:
    """The p of each pair, from its strength."""
    # So many that Holm's first step can be taken: the least p is 1 / (most + 1).
    most = max(LEAST_DRAWN, 40 * len(strength) - 1)
    room = ROOM // max((windowed[i].size for i, _ in strength), default=1)
    chances: dict[tuple[int, int], float] = {}
    matched, drawn, batch = dict.fromkeys(strength, 0), 0, FIRST_ROUND
    while still := [pair for pair in strength if pair not in chances]:
        batch = min(batch, most - drawn, max(room, 1))
        for j in sorted({j for _, j in still}):
            made = surrogates(new[j], batch, np.random.default_rng([SEED, persons[j], drawn]))
            for i in (i for i, second in still if second == j):
                # (batch,): the strongest lag of each, as of the pair itself
                by_chance = windowed[i].correlate(made).strength().max(axis=0)
                as_strong = np.flatnonzero(by_chance >= strength[i, j])
                wanted = GIVEN_UP - matched[i, j]
                matched[i, j] += len(as_strong)
                if len(as_strong) >= wanted:
                    chances[i, j] = GIVEN_UP / (drawn + int(as_strong[wanted - 1]) + 1)
                elif drawn + batch == most:
                    chances[i, j] = (matched[i, j] + 1) / (most + 1)
        drawn, batch = drawn + batch, 2 * batch
    return chances
