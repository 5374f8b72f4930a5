"""Timings of the stages of the work on a video, and the stage in which an error arose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal, TypeVar

__all__ = ["STAGES", "Stage", "StageTimer", "stage_of"]

Stage = Literal["probe", "decode", "detect", "crop", "embed", "track", "write"]
STAGES: tuple[Stage, ...] = ("probe", "decode", "detect", "crop", "embed", "track", "write")

T = TypeVar("T")


@dataclass
class StageTimer:
    """Timer of stages, which may overlap in time.

    Parameters
    ----------
    seconds : dict of str to float
        Seconds of work in each stage. Their sum may be more than passed on the clock.
    """

    seconds: dict[Stage, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Time a stage, and name it in an error that arises inside.

        Parameters
        ----------
        name : str
            One of `STAGES`. Of nested stages the innermost is named.
        """
        started = perf_counter()
        try:
            yield
        except Exception as exc:
            if stage_of(exc) is None:
                exc.stage = name  # type: ignore[attr-defined]
            raise
        finally:
            self.seconds[name] += perf_counter() - started

    def timed(self, name: Stage, items: Iterable[T]) -> Iterator[T]:
        """Iterate over items, and time in a stage how long each takes to come.

        Parameters
        ----------
        name : str
            One of `STAGES`.
        items : iterable
            None of them is None.
        """
        iterator = iter(items)
        while True:
            with self.stage(name):
                item = next(iterator, None)
            if item is None:
                return
            yield item

    def add(self, seconds: dict[Stage, float]) -> None:
        """Add the seconds of another timer, such as one in another process."""
        for name, more in seconds.items():
            self.seconds[name] += more


def stage_of(error: BaseException) -> Stage | None:
    """Stage in which an error arose; None outside of all stages."""
    stage: Stage | None = getattr(error, "stage", None)
    return stage
