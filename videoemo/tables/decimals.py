"""Numbers in CSV files."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["decimal_cell"]


def decimal_cell(value: object) -> object:
    """A float with six digits behind the point, and nothing where it is NaN or None; other values
    as they are.
    """
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{value:.6f}"
    return value
