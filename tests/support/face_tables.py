"""Made-up persons for the tests of the group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.group import FaceAffect, ValenceSeries

Floats = npt.NDArray[np.float64]

CLASSES = ("happiness", "neutral", "sadness")


def faces_of(
    displayed: dict[int, str],
    *,
    step: float = 0.04,
    classes: tuple[str, ...] = CLASSES,
    valence: dict[str, float] | None = None,
) -> FaceAffect:
    """Persons who display a class in each frame, a letter a frame: `h`, `n`, `s`, or `.` where they
    are not seen.

    Parameters
    ----------
    displayed : dict of int to str
        Such as `{0: "hhn.", 1: "ssss"}`.
    valence : dict of str to float or None
        Of each letter.
    """
    values = valence or {"h": 0.8, "n": 0.0, "s": -0.6}
    n = len(next(iter(displayed.values())))
    seen = [
        (at, person, letters[at])
        for at in range(n)
        for person, letters in displayed.items()
        if letters[at] != "."
    ]
    best = ["hns".index(letter) for _, _, letter in seen]
    return FaceAffect(
        frame=np.arange(n),
        seconds=np.arange(n, dtype=np.float64) * step,
        at=np.array([at for at, _, _ in seen], np.int64),
        track=np.array([person for _, person, _ in seen], np.int64),
        valence=np.array([values[letter] for _, _, letter in seen]),
        probabilities=(0.7 * np.eye(3)[best] + 0.1).astype(np.float32).reshape(-1, 3),
        classes=classes,
    )


def two(first: Floats, second: Floats, *, step: float = 0.1) -> ValenceSeries:
    """Two persons' courses."""
    return ValenceSeries(np.array([0, 1]), np.array([first, second]), step)
