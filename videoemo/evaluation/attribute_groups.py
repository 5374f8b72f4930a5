"""Groups of faces by what labels say of age, gender and ethnicity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.labels import GENDERS

__all__ = [
    "age_group",
    "age_group_names",
    "attribute_groups",
    "left_out_lines",
    "look_alike_units",
]

Rows = npt.NDArray[np.int64]
# By what faces are grouped, the name of the group, and which faces are of it, bool (n,).
Group = tuple[str, str, npt.NDArray[np.bool_]]


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


def look_alike_units(faces: AttributeFaces) -> Rows:
    """The unit of each face over which intervals are taken, int64 (n,): its group of faces that
    look alike, or the face alone.
    """
    own = range(len(faces)) if faces.groups is None else faces.groups
    return np.unique(np.asarray(own), return_inverse=True)[1].astype(np.int64)


def attribute_groups(
    faces: AttributeFaces, starts: Sequence[int], *, least: int
) -> tuple[list[Group], list[str]]:
    """The groups of faces that are large enough, and the names of those that are not, which have
    one face or more.

    Parameters
    ----------
    faces : AttributeFaces
        n faces.
    starts : sequence of int
        As of `age_group`.
    least : int
        Faces that a group has to have.
    """
    enough, fewer = list[Group](), list[str]()
    for by, name, rows in _all_groups(faces, starts):
        if rows.sum() >= least:
            enough.append((by, name, rows))
        elif rows.any():
            fewer.append(f"{by} {name}")
    return enough, fewer


def left_out_lines(groups: Sequence[str], *, least: int) -> list[str]:
    """Which groups are left out for having fewer than `least` faces, in a line; none where no group
    is.
    """
    told = f"left out: groups of fewer than {least} faces: {', '.join(groups)}"
    return [told] if groups else []


def _all_groups(faces: AttributeFaces, starts: Sequence[int]) -> Iterator[Group]:
    for i, name in enumerate(GENDERS):
        yield "gender", name, faces.gender == i
    for i, name in enumerate(faces.ethnicities):
        yield "ethnicity", name, faces.ethnicity == i
    group, known = age_group(faces.age, starts), faces.age >= 0
    for i, name in enumerate(age_group_names(starts)):
        yield "age", name, known & (group == i)
