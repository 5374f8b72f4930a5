"""Parameters of estimators that files may set, in TOML or beside a fitted estimator."""

from __future__ import annotations

import math

__all__ = ["OURS", "PARAMETERS", "is_parameter"]

# How many threads work and what is printed is not a file's to say.
OURS = frozenset({"n_jobs", "verbose"})
_LONGEST_TEXT = 200
# What is allowed, in words for messages.
PARAMETERS = (
    f"finite numbers of at most 32 bits, texts of at most {_LONGEST_TEXT} characters, true, false "
    "and weights of classes"
)


def is_parameter(value: object) -> bool:
    """Whether a value may be handed to scikit-learn, which then checks whether it fits.

    Parameters
    ----------
    value : object
        A plain value out of a file.
    """
    match value:
        case None | bool():
            return True
        case int():
            return -(2**31) <= value < 2**32
        case float():
            return math.isfinite(value)
        case str():
            return len(value) <= _LONGEST_TEXT
        case dict():
            return all(
                is_parameter(name) and isinstance(weight, int | float) and is_parameter(weight)
                for name, weight in value.items()
            )
    return False
