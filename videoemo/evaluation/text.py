"""Estimates and counts as reports have them."""

from __future__ import annotations

import math

from videoemo.metrics.bootstrap import Estimate

__all__ = ["count_people", "plain", "told"]


def told(estimate: Estimate, *, factor: float = 1.0, decimals: int = 1) -> str:
    """An estimate for a terminal, with its interval where it has one: `58.8 (45.1 to 71.3)`.

    Parameters
    ----------
    estimate : Estimate
        A single figure.
    factor : float, default=1.0
        What it is multiplied with, 100 for per cent.
    decimals : int, default=1
        Digits after the point.
    """
    value, low, high = (
        "none" if math.isnan(end) else f"{factor * end:.{decimals}f}" for end in _ends(estimate)
    )
    return value if low == "none" else f"{value} ({low} to {high})"


def plain(estimate: Estimate) -> list[float | None]:
    """An estimate for a file: its value, low and high, None where not known."""
    return [None if math.isnan(end) else round(end, 6) for end in _ends(estimate)]


def count_people(n: int) -> str:
    """Count of people: `1 person`, `1,200 people`."""
    return "1 person" if n == 1 else f"{n:,} people"


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return float(estimate.value), float(estimate.low), float(estimate.high)
