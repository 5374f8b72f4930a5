"""Splits of faces by a hash of who is seen: whoever is missing, the others stay where they are."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["draw", "held_out", "held_out_photographs", "in_part"]

Mask = npt.NDArray[np.bool_]


def draw(name: str, seed: int | str) -> float:
    """A number from 0 to below 1 that depends on a name and a seed alone."""
    found = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(found[:8], "big") / 2**64


def in_part(groups: Sequence[str], part: tuple[int, int]) -> Mask:
    """Whether the group of each face is in a part of the range of draws, in per cent, (n,)."""
    return _drawn(groups, "part", first=part[0] / 100, last=part[1] / 100)


def held_out(groups: Sequence[str], *, share: float, seed: int) -> Mask:
    """Whether each face is held out, (n,): whole groups, of which about a share is drawn."""
    return _drawn(groups, seed, first=0.0, last=share)


def _drawn(groups: Sequence[str], seed: int | str, *, first: float, last: float) -> Mask:
    chosen = {group for group in set(groups) if first <= draw(group, seed) < last}
    return np.array([group in chosen for group in groups], bool)


def held_out_photographs(
    people: Sequence[str], names: Sequence[str], *, share: float, seed: int
) -> Mask:
    """Whether each photograph is held out, (n,): of each person about a share, one or more, and
    never all.

    Parameters
    ----------
    people, names : sequence of str
        Who is seen in each photograph, and what it is called.
    """
    of_person: dict[str, list[int]] = defaultdict(list)
    for row, person in enumerate(people):
        of_person[person].append(row)
    held = np.zeros(len(people), bool)
    for rows in of_person.values():
        ordered = sorted(rows, key=lambda row: draw(names[row], seed))
        n = min(max(1, round(share * len(rows))), len(rows) - 1)
        held[ordered[:n]] = True
    return held
