"""Ranges of the preprocessing of faces, which a training recipe and a network card have alike."""

from __future__ import annotations

from collections.abc import Sequence

from videoemo.config.toml import require

__all__ = ["LARGEST_SIDE", "require_levels"]

# px; the published networks have 112 to 260. Of a batch of 8 it is 0.4 GB.
LARGEST_SIDE = 2048


def require_levels(mean: Sequence[float], std: Sequence[float], *, colour: str) -> None:
    """Check what is taken from grey levels of 0 to 1, and what they are divided by.

    Parameters
    ----------
    mean, std : sequence of float
        One value a channel.
    colour : {"rgb", "grey"}
        Three channels, or one.

    Raises
    ------
    ValueError
        Another number of them, or one out of range.
    """
    channels = 1 if colour == "grey" else 3
    require(
        len(mean) == len(std) == channels,
        "mean and std",
        f"{channels} values each",
        f"{len(mean)} and {len(std)}",
    )
    require(all(-1000 <= value <= 1000 for value in mean), "mean", "numbers -1000 to 1000", mean)
    # In single precision nothing becomes infinite, or no number.
    require(all(1e-3 <= value <= 1000 for value in std), "std", "numbers 0.001 to 1000", std)
