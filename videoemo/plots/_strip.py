"""A strip of colour that says what one person displays over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.plots._palette import RGB, WHITE, mix
from videoemo.plots._series import Series

__all__ = ["FAINTEST", "LEAST", "strip"]

# How much of its colour an expression keeps that is not sure at all.
FAINTEST = 0.3
# A stretch narrower than this, in pixels, is widened to it, so that it can be seen.
LEAST = 4
# Parts into which sureness is divided, so that a picture has few colours and is a small file.
SHADES = 8


def strip(
    seen: Series, palette: Sequence[RGB], *, width: int, height: int, ground: RGB = WHITE
) -> npt.NDArray[np.uint8]:
    """The most probable class of each moment in its colour, the paler the less probable it is;
    `ground` where the person is not seen. The shortest moments are widened, so that they are seen.

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
    for start, stop in seen.runs:
        ends = (seen.cells[[start, stop - 1], [0, 1]] - first) / (last - first) * width
        if ends[1] - ends[0] < LEAST:
            begin = min(max(round(float(ends.mean()) - LEAST / 2), 0), width - LEAST)
            cell[begin : begin + LEAST], there[begin : begin + LEAST] = (start + stop) // 2, True
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
