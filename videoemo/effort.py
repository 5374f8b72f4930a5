"""What went into a video."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from videoemo.looking import Looked
from videoemo.records import Frames

__all__ = ["Effort"]

T = TypeVar("T")


@dataclass
class Effort:
    """The work done on a video so far, added up by the stages, which overlap.

    Parameters
    ----------
    seconds : of work in each stage: read, find, express, track. Their sum may be more than passed on the clock.
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

    def of(self, stage: str, items: Iterator[T]) -> Iterator[T]:
        """The items, with the seconds that each takes to come added to a stage."""
        while True:
            with self.at(stage):
                item = next(items, None)
            if item is None:
                return
            yield item

    def done(self, looked: Looked[T]) -> T:
        """What was seen, with what it took added."""
        self.seconds["find"] += looked.find
        self.seconds["express"] += looked.express
        return looked.seen

    def counted(self, batches: Iterator[Frames]) -> Iterator[Frames]:
        """The batches, their frames counted."""
        for batch in batches:
            self.frames += len(batch)
            yield batch
