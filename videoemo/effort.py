"""What went into a video."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from videoemo.records import Frames

__all__ = ["Effort"]

T = TypeVar("T")


@dataclass
class Effort:
    """The work done on a video so far, added up by the stages that do it, each in a thread of its own.

    Parameters
    ----------
    seconds : of work in each stage: read, find, express, track. Stages overlap: their sum may be more than passed on the clock.
    frames : decoded.
    """

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("read", "find", "express", "track"), 0.0))
    frames: int = 0

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """Add what is done inside to a stage."""
        started = perf_counter()
        yield
        self.seconds[stage] += perf_counter() - started

    def of(self, stage: str, items: Iterator[T], *, before: bool = False) -> Iterator[T]:
        """The items, with the seconds that each takes to come added to a stage; or, where they come from the stage before, taken off again."""
        while True:
            started = perf_counter()
            item = next(items, None)
            self.seconds[stage] += (perf_counter() - started) * (-1 if before else 1)
            if item is None:
                return
            yield item

    def counted(self, batches: Iterator[Frames]) -> Iterator[Frames]:
        """The batches, their frames counted."""
        for batch in batches:
            self.frames += len(batch)
            yield batch
