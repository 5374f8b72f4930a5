"""What a measure is called in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Kind", "Named", "named"]


@dataclass(frozen=True)
class Kind:
    """A kind of measures, which share a panel of a figure.

    Parameters
    ----------
    order : int
        Of the panels.
    title : str
        What it is.
    unit : str
        What its numbers are.
    """

    order: int
    title: str
    unit: str


@dataclass(frozen=True)
class Named:
    """A measure in words.

    Parameters
    ----------
    kind : Kind
        Its kind.
    row : str
        What tells it from the others of its kind.
    of, what : str
        What it is a measure of, such as `happiness`, and which one, such as `mean probability`.
    """

    kind: Kind
    row: str
    of: str
    what: str


_KINDS = {
    "mean": Kind(0, "Mean", "mean probability"),
    "peak": Kind(1, "Peak", "highest probability"),
    "share": Kind(2, "Share of time", "share of time in which it leads"),
    "first": Kind(3, "Time to first display", "seconds from the onset"),
    "episodes": Kind(4, "Episodes", "episodes a minute"),
    "length": Kind(5, "Length of episodes", "mean seconds"),
}
_VALENCE = Kind(6, "Valence", "valence, -1 to 1")
_FACES = Kind(0, "Shares of the faces", "mean share of the faces")
_GROUPS = {
    "positive": _FACES,
    "neutral": _FACES,
    "negative": _FACES,
    "valence": Kind(1, "Valence", "mean, -1 to 1"),
    "dispersion": Kind(2, "Dispersion", "standard deviation of valence"),
    "agreement": Kind(3, "Agreement", "1: all display the same"),
    "synchrony": Kind(4, "Synchrony", "share of pairs beyond chance"),
}


def named(measure: str, of: Literal["persons", "groups"]) -> Named:
    """A measure in words.

    Parameters
    ----------
    measure : str
        Such as `mean_happiness`, of persons, or `dispersion`, of groups.
    of : {"persons", "groups"}
        Whose it is.
    """
    if of == "groups":
        kind = _GROUPS[measure]
        return Named(kind, measure, measure, kind.unit)
    first, _, second = measure.partition("_")
    if second == "valence":
        return Named(_VALENCE, first, second, {"mean": "mean", "peak": "highest"}[first])
    return Named(_KINDS[first], second, second, _KINDS[first].unit)
