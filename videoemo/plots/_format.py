"""Numbers as readers want them: shares in per cent, times on a clock."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = [
    "DAY",
    "DECIMAL_STEPS",
    "clock",
    "count",
    "percent",
    "ticks",
    "time_unit",
    "to_the_tenth",
]

DAY = 86400
# Distances between ticks that readers count by, in seconds.
STEPS = (
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    28800,
    *(days * DAY for power in range(7) for days in (10**power, 2 * 10**power, 5 * 10**power)),
)
# Those of plain numbers.
DECIMAL_STEPS = tuple(factor * 10.0**power for power in range(-3, 6) for factor in (1, 2, 5))
# From here on times read m:ss, and from here on they have days.
CLOCK_FROM_SECONDS = 120
DAYS_FROM_SECONDS = 2 * DAY


def count(number: int, noun: str) -> str:
    """`1 frame`, `1,200 frames`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(part: int, whole: int) -> str:
    """A share without decimals that says 0 % of none only and 100 % of all only."""
    share = 100 * part / whole
    if 0 < share < 1:
        return "< 1 %"
    return "> 99 %" if 99 < share < 100 else f"{share:.0f} %"


def to_the_tenth(share: float) -> str:
    """A share in per cent with one decimal that says 0.0 % of none only and 100.0 % of all only."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if 0.999 < share < 1 else f"{100 * share:.1f} %"


def ticks(
    first: float, last: float, *, most: int = 12, steps: Sequence[float] = STEPS
) -> list[float]:
    """At most `most` round numbers, by default times in seconds, from `first` to `last`; a
    hundredth of a step outside still counts as the end.
    """
    step = next(
        (step for step in steps if (last - first) / step <= most - 1), (last - first) / (most - 1)
    )
    return [
        round(float(i * step), 6)
        for i in range(int(np.ceil(first / step - 0.01)), int(np.floor(last / step + 0.01)) + 1)
    ]


def clock(seconds: float, *, longest: float) -> str:
    """The time as `12.5`, as `2:05` where the longest time to be shown is 2 minutes or more, as
    `1:02:05` from an hour on, as `3d` or `3d 1:02:05` from two days on.
    """
    if longest < CLOCK_FROM_SECONDS:
        return f"{seconds:g}"
    whole, fraction = divmod(round(abs(seconds), 3), 1)
    minutes, rest = divmod(int(whole), 60)
    tail = f"{fraction:.3f}".rstrip("0").rstrip(".")[1:]
    sign = "-" if seconds < 0 else ""
    if longest < 3600:
        return f"{sign}{minutes}:{rest:02d}{tail}"
    hours, minutes = divmod(minutes, 60)
    if longest < DAYS_FROM_SECONDS:
        return f"{sign}{hours}:{minutes:02d}:{rest:02d}{tail}"
    days, hours = divmod(hours, 24)
    of_day = f" {hours}:{minutes:02d}:{rest:02d}{tail}" if hours or minutes or rest or tail else ""
    return f"{sign}{days}d{of_day}"


def time_unit(longest: float) -> str:
    """What `clock` writes."""
    if longest < CLOCK_FROM_SECONDS:
        return "seconds"
    if longest < DAYS_FROM_SECONDS:
        return "min:s" if longest < 3600 else "h:min:s"
    return "days"
