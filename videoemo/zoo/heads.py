"""Heads of a network: its named outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.util.messages import shown

__all__ = ["EMBEDDING", "EXPRESSION", "Head"]

# The two heads that every network has, under the names of `Features.outputs`.
EXPRESSION, EMBEDDING = "expression", "embedding"

# Characters of a name, and numbers that a head gives or consists of: what no network has more of.
_LONGEST_NAME, _LARGEST = 100, 1_000_000
# The keys of each kind of head.
_KEYS = {"classes": ("labels",), "value": ("low", "high"), "embedding": ("size",)}
# The columns that faces.parquet, tracks.csv and videos.csv have with any network.
_COLUMNS = frozenset(
    [
        *("video", "status", "error", "prediction"),
        *("frame", "seconds", "face", "track", "x", "y", "width", "height", "score"),
        *("sharpness", "yaw", "pitch", "roll"),
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
    kind : {"classes", "value", "embedding"}
        `classes`, a logit a class; `value`, one number; `embedding`, the output of the penultimate
        layer, which is not among the network's raw outputs.
    labels : tuple of str, default=()
        Of classes: their names, in the order of the logits; each a column of the tables.
    low, high : float or None
        Of a value: the range it is clipped to.
    size : int or None
        Of an embedding: its length.
    """

    name: str
    kind: Literal["classes", "value", "embedding"]
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    size: int | None = None

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
        for key in ("labels", "low", "high", "size"):
            given, wanted = getattr(self, key) not in ((), None), key in _KEYS[self.kind]
            if given != wanted:
                has = "has no" if given else "has to have"
                raise ValueError(f"{self.name}: a head of kind {self.kind} {has} {key}")
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

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns in the tables; none of an embedding."""
        return {"classes": self.labels, "value": (self.name,), "embedding": ()}[self.kind]

    @property
    def width(self) -> int:
        """Number of the network's raw outputs that are its own; 0 of an embedding."""
        return len(self.columns)
