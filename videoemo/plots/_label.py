"""Words on a coloured ground, to be put into pictures of any kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.plots._canvas import drawable, new_canvas, text_width
from videoemo.plots._palette import RGB, ink_on

__all__ = ["label"]

# Of the size of the letters: a line, where its letters stand in it, and the room beside them.
LINE, BASE, BESIDE = 1.35, 1.0, 0.3


def label(
    lines: Sequence[str], *, size: float, ground: RGB, bold: bool = True
) -> npt.NDArray[np.uint8]:
    """Draw lines of words, one below the other, black or white, whichever stands out.

    Parameters
    ----------
    lines : sequence of str
        One at least.
    size : float
        Of the letters, in px.
    ground : tuple of (float, float, float)
        The colour behind them, 0 to 1 each.
    bold : bool, default=True
        Whether the letters are.

    Returns
    -------
    uint8 (h, w, 3)
        No larger than the words; every line is as high as the others.
    """
    step, beside = math.ceil(LINE * size), math.ceil(BESIDE * size)
    longest = max(text_width(drawable(line), size=size, bold=bold) for line in lines)
    width, height = math.ceil(longest) + 2 * beside, step * len(lines)
    with new_canvas(width=width, height=height) as page:
        page.box(0, 0, width, height, colour=ground)
        for i, line in enumerate(lines):
            page.text(
                beside, i * step + BASE * size, line, size=size, colour=ink_on(ground), bold=bold
            )
        return page.rgb()
