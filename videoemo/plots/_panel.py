"""A rectangle of a page in which lengths stand for numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.plots._page import Page
from videoemo.plots._palette import GREY, PALE

__all__ = ["Panel"]

Numbers = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Where on a page which numbers are.

    Parameters
    ----------
    left, right, top, bottom : its edges, in pixels.
    x, y : the numbers at its left and right, and at its bottom and top edge.
    """

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: Numbers, y: Numbers) -> list[tuple[float, float]]:
        """The places of points, in pixels; NaN stays NaN."""
        across = (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0])  # (n,)
        up = (np.asarray(y) - self.y[0]) / (self.y[1] - self.y[0])  # (n,)
        xs, ys = self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)
        return list(zip(xs.tolist(), ys.tolist(), strict=True))

    def rules(self, sheet: Page, numbers: Sequence[float], *, write: Callable[[float], str]) -> None:
        """A line across at each number, which is written at the left."""
        for number in numbers:
            ((_, y),) = self.at([self.x[0]], [number])
            sheet.line([(self.left, y), (self.right, y)], colour=PALE)
            sheet.text(self.left - 12, y + 6, write(number), size=17, colour=GREY, align="right")
