"""Faces that a dataset lists and that cannot be used, or are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from videoemo.util.messages import count_noun, first_names

__all__ = ["LeftOut", "left_out_line"]


@dataclass(frozen=True)
class LeftOut:
    """A face that is left out.

    Parameters
    ----------
    name : str
        What its picture is called.
    reason : str
        Why, in words that fit many, such as `damaged`.
    detail : str, default=""
        What else is known of it.
    broken : bool, default=False
        Whether something is wrong; else it is left out by rule.
    """

    name: str
    reason: str
    detail: str = ""
    broken: bool = False


def left_out_line(left_out: Iterable[LeftOut]) -> str:
    """How many were left out for each reason, with the first names, in one line."""

    def reason_of(one: LeftOut) -> str:
        return one.reason

    ordered = sorted(left_out, key=reason_of)
    reasons = []
    for reason, members in groupby(ordered, key=reason_of):
        names = [one.name for one in members]
        reasons.append(f"{len(names):,} {reason} ({first_names(names)})")
    return f"{count_noun(len(ordered), 'face')} left out: {', '.join(reasons)}"
