"""Made-up persons for the tests of the group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.group import Courses, Shown

Floats = npt.NDArray[np.float64]

CLASSES = ("happiness", "neutral", "sadness")


def faces_of(displayed: dict[int, str], *, step: float = 0.04, classes: tuple[str, ...] = CLASSES, valence: dict[str, float] | None = None) -> Shown:
    """Persons who display a class in each frame, a letter a frame: `h`, `n`, `s`, or `.` where they are not seen.

    Parameters
    ----------
    displayed : such as `{0: "hhn.", 1: "ssss"}`.
    valence : of each letter.
    """
    values = valence or {"h": 0.8, "n": 0.0, "s": -0.6}
    n = len(next(iter(displayed.values())))
    seen = [(at, person, letters[at]) for at in range(n) for person, letters in displayed.items() if letters[at] != "."]
    best = ["hns".index(letter) for _, _, letter in seen]
    return Shown(
        frame=np.arange(n),
        seconds=np.arange(n) * step,
        at=np.array([at for at, _, _ in seen], np.int64),
        person=np.array([person for _, person, _ in seen], np.int64),
        valence=np.array([values[letter] for _, _, letter in seen]),
        probabilities=(0.7 * np.eye(3)[best] + 0.1).astype(np.float32).reshape(-1, 3),
        classes=classes,
    )


def autoregressive(n: int, rng: np.random.Generator, *, weight: float = 0.95) -> Floats:
    """A smooth series: each value is the one before, weighted, and a normal step; past its beginning. (n,)."""
    steps = rng.normal(size=n + 200)
    values = np.zeros(n + 200)
    for i in range(1, n + 200):
        values[i] = weight * values[i - 1] + steps[i]
    return values[200:]


def with_gaps(series: Floats, rng: np.random.Generator, kind: str) -> Floats:
    """A series without some values: `none`; `drops`, one in twenty; `stretches` of up to 15; `late`, the first third; `early`, the last third."""
    series, n = series.copy(), len(series)
    if kind == "drops":
        series[rng.random(n) < 0.05] = np.nan
    if kind == "stretches":
        for start in rng.integers(0, n, n // 60):
            series[start : start + rng.integers(3, 16)] = np.nan
    if kind == "late":
        series[: n // 3] = np.nan
    if kind == "early":
        series[-(n // 3) :] = np.nan
    return series


def two(first: Floats, second: Floats, *, step: float = 0.1) -> Courses:
    """Two persons' courses."""
    return Courses(np.array([0, 1]), np.array([first, second]), step)
