"""The frames that a model was shown, with what it answered to each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.plots._canvas import open_canvas

__all__ = ["found_sheet"]

# In px: the largest side of a frame, the room about it, and the height of a line of words.
SIDE, ROOM, LINE = 480, 16, 28
COLUMNS = 3
SIZE = 19


def found_sheet(
    path: Path,
    heading: Sequence[str],
    pictures: Sequence[npt.NDArray[np.uint8]],
    captions: Sequence[str],
) -> None:
    """Draw frames in rows of three, each above its caption, as a PNG.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    heading : sequence of str
        Lines above all; the first one is bold.
    pictures : sequence of uint8 (h, w, 3)
        The n frames, RGB; drawn at most 480 px wide and high.
    captions : sequence of str
        A line for each, n.

    Raises
    ------
    OutputError
        The picture cannot be written.
    """
    small = [_small(picture) for picture in pictures]
    columns = max(1, min(COLUMNS, len(small)))
    rows = [small[i : i + columns] for i in range(0, len(small), columns)]
    heights = [max(picture.shape[0] for picture in row) + LINE + ROOM for row in rows]
    # Room for the heading also where there is but one frame, or none.
    width = max(columns, 2) * (SIDE + ROOM) + ROOM
    top = ROOM + len(heading) * LINE
    with open_canvas(path, width=width, height=top + sum(heights) + ROOM) as page:
        for i, line in enumerate(heading):
            page.text(
                ROOM, ROOM + (i + 0.7) * LINE, line, size=SIZE, bold=i == 0, room=width - 2 * ROOM
            )
        for i, (picture, caption) in enumerate(zip(small, captions, strict=True)):
            x = ROOM + i % columns * (SIDE + ROOM)
            y = top + ROOM // 2 + sum(heights[: i // columns])
            page.picture(x, y, picture)
            below = y + picture.shape[0] + 0.8 * LINE
            page.text(x, below, caption, size=SIZE, room=SIDE)


def _small(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    image = Image.fromarray(picture)
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)
