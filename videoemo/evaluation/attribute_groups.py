"""Groups of faces by what labels say of age, gender and ethnicity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.labels import GENDERS

__all__ = ["age_group", "age_group_names", "attribute_groups"]

Rows = npt.NDArray[np.int64]


def age_group(years: npt.NDArray[np.number], starts: Sequence[int]) -> Rows:
    """The group of each age, int64.

    Parameters
    ----------
    years : (n,)
        Ages.
    starts : sequence of int
        Years at which groups begin, after the first.
    """
    group: Rows = np.searchsorted(np.asarray(starts), np.rint(years), side="right").astype(np.int64)
    return group


def age_group_names(starts: Sequence[int]) -> tuple[str, ...]:
    """The name of each group of ages, such as `20 to 29`."""
    firsts = (0, *starts)
    return tuple(
        f"{first} to {starts[i] - 1}" if i < len(starts) else f"{first} and over"
        for i, first in enumerate(firsts)
    )


def attribute_groups(
    faces: AttributeFaces, starts: Sequence[int]
) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Every group of faces: by what, its name, and which faces are of it, bool (n,)."""
    for i, name in enumerate(GENDERS):
        yield "gender", name, faces.gender == i
    for i, name in enumerate(faces.ethnicities):
        yield "ethnicity", name, faces.ethnicity == i
    group, known = age_group(faces.age, starts), faces.age >= 0
    for i, name in enumerate(age_group_names(starts)):
        yield "age", name, known & (group == i)
