"""How often synchrony is found between made-up persons who have nothing to do with each other, and
between some who have; and what a group costs.

    python -m eval.synchrony [--pairs 1000]

Printed are, for each kind and length of series, the share of independent pairs that are called
synchronous at 5 % before the correction, over all kinds of gaps in turn: none, one sample in
twenty, stretches of up to 15, the first third, the last third. Beside it what a plain shuffle of
one of the two would call. Then the share of coupled pairs that are found, and of those whose lag is
found within one sample; and the milliseconds of all of a group's statistics, pictures apart. Series
have a sample every 0.1 s, windows are 10 s long and lags reach 1 s.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import click
import numpy as np

from eval.support.command import command
from eval.support.series import autoregressive, with_gaps
from videoemo.group import (
    FaceAffect,
    Pair,
    ValenceSeries,
    WindowedCrossCorrelation,
    deviations,
    group_series,
    peaks,
    synchrony,
    valence_of,
    valence_series,
)
from videoemo.labels import AFFECTNET_8
from videoemo.util.arrays import Float64Array

Rng = np.random.Generator
GAPS = ("none", "drops", "stretches", "late", "early")
LENGTHS = (100, 300, 1000)


def swinging(n: int, rng: Rng) -> Float64Array:
    """An irregular swing of some four seconds."""
    values = np.zeros(n + 200)
    for i in range(2, n + 200):
        values[i] = (
            2 * 0.97 * np.cos(2 * np.pi / 40) * values[i - 1]
            - 0.97**2 * values[i - 2]
            + rng.normal()
        )
    return values[200:]


def displayed(n: int, rng: Rng) -> Float64Array:
    """The valence of class probabilities whose logits wander: mostly sure of one class, as a
    network is.
    """
    logits = np.array(
        [autoregressive(n, rng, weight=0.98) for _ in AFFECTNET_8]
    ).T + 0.5 * rng.normal(size=(n, len(AFFECTNET_8)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return valence_of((powers / powers.sum(axis=1, keepdims=True)).astype(np.float32), AFFECTNET_8)


KINDS: dict[str, Callable[[int, Rng], Float64Array]] = {
    "autoregressive, 0.95": autoregressive,
    "autoregressive, 0.99": lambda n, rng: autoregressive(n, rng, weight=0.99),
    "random walk": lambda n, rng: np.cumsum(rng.normal(size=n)),
    "mean of 2.5 s of noise": lambda n, rng: np.convolve(
        rng.normal(size=n + 24), np.ones(25) / 25, "valid"
    ),
    "irregular swing": swinging,
    "heavy-tailed steps": lambda n, rng: autoregressive(n, rng, steps=rng.standard_t(2.5, n + 200)),
    "jumps, 1 in 50": lambda n, rng: np.where(
        rng.random(n) < 0.02, 20 * rng.normal(size=n), autoregressive(n, rng)
    ),
    "probabilities": displayed,
}


def compared(first: Float64Array, second: Float64Array) -> Pair:
    """Two persons."""
    (pair,) = synchrony(
        ValenceSeries(np.array([0, 1]), np.array([first, second]), 0.1), window=10, most_lag=1
    )
    return pair


def shuffled(first: Float64Array, second: Float64Array, rng: Rng) -> float:
    """The p of the same search in the series themselves, against shuffles of one: what not
    to do.
    """
    windowed = WindowedCrossCorrelation(first, window=100, lags=10)
    there = np.isfinite(second)
    shuffles = np.tile(second, (99, 1))
    shuffles[:, there] = rng.permuted(np.tile(second[there], (99, 1)), axis=1)
    strongest = [windowed.correlate(one).strength().max(axis=0) for one in (second[None], shuffles)]
    return float(((strongest[1] >= strongest[0]).sum() + 1) / 100)


def independent(
    make: Callable[[int, Rng], Float64Array], n: int, pairs: int
) -> tuple[float, float]:
    """The shares called synchronous, by ours and by shuffles."""
    rng, ours, theirs = np.random.default_rng(n), [], []
    for i in range(pairs):
        first, second = (with_gaps(make(n, rng), rng, GAPS[i % len(GAPS)]) for _ in range(2))
        ours.append(compared(first, second).p)
        if i < 200:
            theirs.append(shuffled(first, second, rng))
    return float(np.mean(np.array(ours) <= 0.05)), float(np.mean(np.array(theirs) <= 0.05))


def coupled(
    make: Callable[[int, Rng], Float64Array], n: int, pairs: int, *, share: float, noise: float
) -> tuple[float, float]:
    """Of pairs in which one is partly the other 0.4 s later: the share found, and that of lags
    within one sample.
    """
    rng, found, near = np.random.default_rng(n), 0, 0
    for i in range(pairs):
        led, own = make(n + 4, rng), make(n, rng)
        scale = noise * led.std()
        follower = share * led[:n] + np.sqrt(1 - share**2) * own + scale * rng.normal(size=n)
        pair = compared(
            *(
                with_gaps(one, rng, GAPS[i % len(GAPS)])
                for one in (led[4:] + scale * rng.normal(size=n), follower)
            )
        )
        found += pair.p <= 0.05
        near += pair.lag_seconds is not None and abs(pair.lag_seconds - 0.4) < 0.1001
    return found / pairs, near / pairs


def cost(n_frames: int, persons: int, *, together: bool) -> float:
    """The milliseconds of all statistics of a group at 25 frames a second, a face in fifty missing;
    the median of three.
    """
    rng = np.random.default_rng(0)
    seen = rng.random((n_frames, persons)) > 0.02
    at, person = np.nonzero(seen)
    probabilities = rng.dirichlet(np.ones(8), len(at)).astype(np.float32)
    common = autoregressive(n_frames, rng) if together else np.zeros(n_frames)
    valence = np.array([3 * common + autoregressive(n_frames, rng) for _ in range(persons)])[
        person, at
    ]
    faces = FaceAffect(
        np.arange(n_frames),
        np.arange(n_frames) / 25,
        at,
        person,
        valence,
        probabilities,
        AFFECTNET_8,
    )
    taken = []
    for _ in range(3):
        started = process_time()
        series = group_series(faces, window=1)
        peaks(series.seconds, series.valence_smoothed, apart=1), deviations(faces)
        synchrony(valence_series(faces), window=10, most_lag=2)
        taken.append(process_time() - started)
    return float(np.median(taken)) * 1e3


@command(__doc__)
@click.option("--pairs", type=click.IntRange(min=1), default=1000, show_default=True)
def main(*, pairs: int) -> None:
    """Print all."""
    print("independent pairs called synchronous at 5 %, and by a plain shuffle", flush=True)
    for name, make in KINDS.items():
        shares = [independent(make, n, pairs) for n in LENGTHS]
        print(
            f"{name:24}"
            + "".join(
                f"  n={n}: {100 * ours:4.1f} % ({100 * theirs:3.0f} %)"
                for n, (ours, theirs) in zip(LENGTHS, shares, strict=True)
            )
        )
    print("coupled pairs found at 5 %, and lags within one sample")
    for share, noise in ((0.8, 0.0), (0.6, 0.0), (0.4, 0.0), (0.8, 0.5)):
        shares = [coupled(autoregressive, n, pairs // 5, share=share, noise=noise) for n in LENGTHS]
        told = "".join(
            f"  n={n}: {100 * found:3.0f} % ({100 * near:3.0f} %)"
            for n, (found, near) in zip(LENGTHS, shares, strict=True)
        )
        print(f"share {share}, noise {noise}{told}")
    for n_frames, persons in ((105, 10), (1500, 10), (90_000, 20)):
        apart, close = (cost(n_frames, persons, together=together) for together in (False, True))
        print(
            f"a group of {persons} in {n_frames:,} frames: {apart:.0f} ms of processor time, where "
            f"all move together {close:.0f}"
        )


if __name__ == "__main__":
    main()
