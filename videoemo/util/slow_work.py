"""Word of work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

__all__ = ["SlowWork"]


class SlowWork:
    """Word of work that takes long: nothing in the first seconds, then a line at intervals.

    Parameters
    ----------
    notice : callable or None
        Called with each line; None for silence.

    Attributes
    ----------
    INTERVAL : float
        Seconds until the first line, and between two.
    """

    INTERVAL = 5.0

    def __init__(self, notice: Callable[[str], None] | None) -> None:
        self._notice, self._spoke = notice, monotonic()

    def go_on(self, line: str) -> None:
        """Note that the work goes on.

        Parameters
        ----------
        line : str
            How far it is, in words.
        """
        if self._notice is not None and monotonic() - self._spoke >= self.INTERVAL:
            self._spoke = monotonic()
            self._notice(line)
