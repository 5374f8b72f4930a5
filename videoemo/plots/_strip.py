"""A strip of colour that says what one person displays over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.plots._palette import RGB, WHITE, mix
from videoemo.plots._series import Series

__all__ = ["FAINTEST", "strip"]

# How much of its colour an expression keeps that is not sure at all.
FAINTEST = 0.3
# Parts into which sureness is divided, so that a picture has few colours and is a small file.
SHADES = 8


def strip(
    seen: Series, palette: Sequence[RGB], *, width: int, height: int, ground: RGB = WHITE
) -> npt.NDArray[np.uint8]:
    """The most probable class of each moment in its colour, the paler the less probable it is;
    `ground` where the person is not seen.

    Parameters
    ----------
    seen : Series
        The person's probabilities, NaN where not seen.
    palette : sequence of tuple of (float, float, float)
        The colour of each class.

    Returns
    -------
    uint8 (height, width, 3)
        The picture, RGB.
    """
    first, last = seen.ends
    times = first + (np.arange(width) + 0.5) / width * (last - first)
    # (width,)
    cell = np.clip(np.searchsorted(seen.cells[:, 0], times, "right") - 1, 0, len(seen.cells) - 1)
    there = np.isfinite(seen.probabilities.sum(axis=1))[cell] & (times <= seen.cells[cell, 1])
    probabilities = np.nan_to_num(seen.probabilities)
    shade = np.minimum((probabilities.max(axis=1) * SHADES).astype(int), SHADES - 1)
    shares = FAINTEST + (1 - FAINTEST) * (np.arange(SHADES) + 1) / SHADES
    # (c, SHADES, 3)
    inks = np.array(
        [[mix(colour, WHITE, share=float(share)) for share in shares] for colour in palette]
    )
    # (width, 3)
    row = np.where(there[:, None], inks[probabilities.argmax(axis=1), shade][cell], ground)
    return np.broadcast_to(np.rint(row * 255).astype(np.uint8), (height, width, 3)).copy()
