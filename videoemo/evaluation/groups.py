"""Groups of people, by what an index of pictures says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.util.messages import shown

__all__ = ["Group", "age_bands", "groups_by"]

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Group:
    """A group of people.

    Parameters
    ----------
    by, name : str
        What people are grouped by, such as `gender`, and which group.
    rows : bool (n,)
        Its faces among all.
    """

    by: str
    name: str
    rows: npt.NDArray[np.bool_]


def groups_by(by: str, values: Texts, bands: Sequence[int]) -> list[Group]:
    """The groups of people that a column makes; those of whom it says nothing are in none.

    Parameters
    ----------
    by : str
        The column's name; of `age` its bands are the groups.
    values : str (n,)
        What it says of each face.
    bands : sequence of int
        Ages in years at which bands begin, after the first.

    Raises
    ------
    InputError
        An age is no number from 0 to 120.
    """
    names = age_bands(values, bands) if by == "age" else values
    found = [Group(by, name, names == name) for name in np.unique(names[names != ""]).tolist()]
    if by == "age":  # from young to old
        order = {_band(i, bands): i for i in range(len(bands) + 1)}
        found.sort(key=lambda group: order[group.name])
    return found


def age_bands(ages: Texts, bands: Sequence[int]) -> Texts:
    """The band of each age, such as `30 to 44`; empty where the age is.

    Raises
    ------
    InputError
        An age is no number from 0 to 120.
    """
    known = ages != ""
    try:
        years = np.where(known, ages, "0").astype(np.float64)
    except ValueError as exc:
        raise InputError(f"age: expected numbers of years, got {_first_text(ages)}") from exc
    if not ((years >= 0) & (years <= 120)).all():
        wrong = ages[~((years >= 0) & (years <= 120))][0]
        raise InputError(f"age: expected 0 to 120 years, got {shown(str(wrong))}")
    band = np.searchsorted(np.asarray(bands), years, side="right")
    names = np.array([_band(i, bands) for i in range(len(bands) + 1)])
    return np.where(known, names[band], "")


def _band(i: int, bands: Sequence[int]) -> str:
    if not bands:
        return "any"
    if i == 0:
        return f"under {bands[0]}"
    return f"{bands[i - 1]} and over" if i == len(bands) else f"{bands[i - 1]} to {bands[i] - 1}"


def _first_text(ages: Texts) -> str:
    """The first that is no number, as a message shows it."""
    for age in ages.tolist():
        try:
            float(age or 0)
        except ValueError:
            return shown(age)
    return "another"
