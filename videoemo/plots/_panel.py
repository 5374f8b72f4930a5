"""A rectangle of a page in which lengths stand for numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.plots._canvas import Canvas
from videoemo.plots._palette import GREY, PALE

__all__ = ["Panel"]

Numbers = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Where on a page which numbers are.

    Parameters
    ----------
    left, right, top, bottom : float
        Its edges, in pixels.
    x, y : tuple of (float, float)
        The numbers at its left and right, and at its bottom and top edge.
    """

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: Numbers) -> list[float]:
        """The places of numbers on the horizontal scale, in pixels."""
        share = (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0])  # (n,)
        pixels: list[float] = (self.left + share * (self.right - self.left)).tolist()
        return pixels

    def up(self, y: Numbers) -> list[float]:
        """The places of numbers on the vertical scale, in pixels."""
        share = (np.asarray(y) - self.y[0]) / (self.y[1] - self.y[0])  # (n,)
        pixels: list[float] = (self.bottom - share * (self.bottom - self.top)).tolist()
        return pixels

    def at(self, x: Numbers, y: Numbers) -> list[tuple[float, float]]:
        """The places of points, in pixels."""
        return list(zip(self.across(x), self.up(y), strict=True))

    def rules(
        self, sheet: Canvas, numbers: Sequence[float], *, write: Callable[[float], str]
    ) -> None:
        """A line across at each number, which is written at the left."""
        for y, number in zip(self.up(numbers), numbers, strict=True):
            sheet.line([(self.left, y), (self.right, y)], colour=PALE)
            sheet.text(self.left - 12, y + 6, write(number), size=17, colour=GREY, align="right")
