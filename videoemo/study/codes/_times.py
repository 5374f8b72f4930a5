"""Times as programs write them, in whole milliseconds."""

from __future__ import annotations

import math
import re

from videoemo.util.messages import shown

__all__ = ["clock_time", "milliseconds", "seconds"]

_CLOCK = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)([.,]\d+)?", re.ASCII)
# Seconds of thirty years: no recording is longer.
_MOST = 1e9


def seconds(text: str) -> int:
    """Time in seconds, such as `62.34`.

    Raises
    ------
    ValueError
        It is none.
    """
    return _rounded(_number(text) * 1000, text)


def milliseconds(text: str) -> int:
    """Time in milliseconds, such as `62340`.

    Raises
    ------
    ValueError
        It is none.
    """
    return _rounded(_number(text), text)


def clock_time(text: str) -> int:
    """Time in hours, minutes and seconds, such as `00:01:02.340`.

    Raises
    ------
    ValueError
        It is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected hours:minutes:seconds, got {shown(text)}")
    hours, minutes, whole = map(int, found.groups()[:3])
    rest = _number(f"0{found[4]}") if found[4] else 0.0
    return _rounded((hours * 3600 + minutes * 60 + whole + rest) * 1000, text)


def _number(text: str) -> float:
    # Spreadsheets of many countries write a decimal comma.
    try:
        return float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise ValueError(f"expected a number, got {shown(text)}") from None


def _rounded(value: float, text: str) -> int:
    if not (math.isfinite(value) and abs(value) <= 1000 * _MOST):
        raise ValueError(f"expected a time, got {shown(text)}")
    return round(value)
