"""The heads of a made-up network."""

from __future__ import annotations

from collections.abc import Sequence

from videoemo.zoo.heads import Head

VALENCE_AROUSAL = ("valence", "arousal")
ETHNICITIES = ("white", "black", "asian", "indian", "other")
ATTRIBUTES = (
    Head(name="age", kind="expected", size=100, most_probable=2),
    Head(name="gender", kind="binary", labels=("female", "male"), threshold=0.6),
    Head(name="ethnicity", kind="classes", labels=ETHNICITIES),
)


def heads(classes: Sequence[str], *, size: int, values: Sequence[str] = ()) -> tuple[Head, ...]:
    """Classes, then values from -1 to 1, and a vector of a size."""
    return (
        Head(name="expression", kind="classes", labels=tuple(classes)),
        *(Head(name=name, kind="value", low=-1.0, high=1.0) for name in values),
        Head(name="embedding", kind="embedding", size=size),
    )
