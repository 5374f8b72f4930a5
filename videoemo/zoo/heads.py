"""Heads of a network: its named outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.util.messages import shown

__all__ = ["EMBEDDING", "EXPRESSION", "Head"]

# Heads with a meaning of their own, under the names of `Features.outputs`: every network has an
# embedding; one that was trained for other things than expressions has no expression.
EXPRESSION, EMBEDDING = "expression", "embedding"

# Characters of a name, and numbers that a head gives or consists of: what no network has more of.
_LONGEST_NAME, _LARGEST = 100, 1_000_000
# The keys of each kind of head.
_KEYS = {
    "classes": ("labels",),
    "value": ("low", "high"),
    "binary": ("labels", "threshold"),
    "expected": ("size", "most_probable"),
    "embedding": ("size",),
}
# The columns that faces.parquet, tracks.csv and videos.csv have with any network.
_COLUMNS = frozenset(
    [
        *("video", "status", "error", "prediction"),
        *("frame", "seconds", "face", "track", "x", "y", "width", "height", "score"),
        *("sharpness", "yaw", "pitch", "roll", "looked_at"),
        *("frames", "face_frames", "faces", "coverage", "longest_gap"),
        *("first", "last", "dominant", "changes"),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Head:
    """Head: a named output of a network.

    Parameters
    ----------
    name : str
        Its name: of a value, the column of the tables.
    kind : {"classes", "value", "binary", "expected", "embedding"}
        `classes`, a logit a class; `value`, one number; `binary`, one logit, whose sigmoid is the
        probability of the second of two labels; `expected`, a logit for each of the levels 0 to
        `size` - 1, such as years of age, of which the expected one is given; `embedding`, the
        output of the penultimate layer, which is not among the network's raw outputs.
    labels : tuple of str, default=()
        Of classes: their names, in the order of the logits; of the expression, each a column of the
        tables. Of a binary head: two.
    low, high : float or None
        Of a value: the range it is clipped to.
    threshold : float or None
        Of a binary head: the probability from which its second label is said, 0 to 1.
    size : int or None
        Of an embedding: its length; of an expected level: the number of levels.
    most_probable : int or None
        Of an expected level: how many of the most probable levels are averaged (the seed paper's
        equation 1, L).
    """

    name: str
    kind: Literal["classes", "value", "binary", "expected", "embedding"]
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    size: int | None = None
    most_probable: int | None = None

    def __post_init__(self) -> None:
        for name in (self.name, *self.labels):
            if (
                not name.strip()
                or not name.isprintable()
                or set(name) & set(',"')
                or len(name) > _LONGEST_NAME
            ):
                raise ValueError(
                    f"expected a name of at most {_LONGEST_NAME} characters without commas and "
                    f"quotes, got {shown(name)}"
                )
        if self.kind not in _KEYS:
            raise ValueError(f"{self.name}: kind is one of {', '.join(_KEYS)}, got {self.kind!r}")
        for key in ("labels", "low", "high", "threshold", "size", "most_probable"):
            given, wanted = getattr(self, key) not in ((), None), key in _KEYS[self.kind]
            if given != wanted:
                has = "has no" if given else "has to have"
                raise ValueError(f"{self.name}: a head of kind {self.kind} {has} {key}")
        if self.kind == "binary" and len(self.labels) != 2:
            raise ValueError(
                f"{self.name}: a head of kind binary has two labels, got {len(self.labels)}"
            )
        taken = sorted(_COLUMNS.intersection(self.columns))
        if taken:
            raise ValueError(f"{self.name}: the tables have a column {taken[0]!r} already")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(
                f"{self.name}: expected different labels, got {shown(', '.join(self.labels))}"
            )
        low, high = self.low or 0.0, self.high or 0.0
        if self.kind == "value" and not -_LARGEST <= low < high <= _LARGEST:
            raise ValueError(
                f"{self.name}: expected low below high, within {_LARGEST:,} of 0, got {low} and "
                f"{high}"
            )
        if self.size is not None and not 1 <= self.size <= _LARGEST:
            raise ValueError(
                f"{self.name}: expected a size from 1 to {_LARGEST:,}, got {self.size}"
            )
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ValueError(f"{self.name}: expected a threshold 0 to 1, got {self.threshold}")
        if self.most_probable is not None and not 1 <= self.most_probable <= (self.size or 0):
            raise ValueError(
                f"{self.name}: expected most_probable from 1 to its size, {self.size}, got "
                f"{self.most_probable}"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the tables may have of it; none of an embedding, nor of other classes than
        those of the expression.
        """
        if self.kind == "classes":
            return self.labels if self.name == EXPRESSION else ()
        return () if self.kind == "embedding" else (self.name,)

    @property
    def width(self) -> int:
        """Number of the network's raw outputs that are its own; 0 of an embedding."""
        match self.kind:
            case "classes":
                return len(self.labels)
            case "expected":
                return self.size or 0
            case "embedding":
                return 0
            case _:
                return 1

    @property
    def is_number(self) -> bool:
        """Whether it gives one number a face, under its name."""
        return self.kind in ("value", "binary", "expected")

    @property
    def is_attribute(self) -> bool:
        """Whether it is of the person, such as age: a card's hidden layer is for such heads."""
        return self.kind in ("binary", "expected") or (
            self.kind == "classes" and self.name != EXPRESSION
        )
