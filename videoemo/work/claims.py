"""The videos that this run is at: a lease each, and a folder for what is written until it is whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from videoemo.errors import LeaseLostError
from videoemo.records import Clip
from videoemo.tables import VideoRow
from videoemo.work.leases import Lease, Leases
from videoemo.work.plan import Plan
from videoemo.work.results import write_failed, writing
from videoemo.work.rows import Failure

__all__ = ["Claims"]

# Seconds until a video that another run is at is looked at again.
_AGAIN = 2.0


class Claims:
    """What is left of a plan, claimed video by video; a context manager that gives back, unfinished, what it holds at its end."""

    def __init__(self, plan: Plan, leases: Leases) -> None:
        self._plan, self._leases = plan, leases
        self._waiting = deque(plan.todo)
        self._elsewhere: list[Clip] = []
        self._held: dict[str, tuple[Lease, AbstractContextManager[Path]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for clip_id in list(self._held):
            self._discard(clip_id)

    @property
    def left(self) -> bool:
        """Whether there are clips that nobody is known to have done, and that this run is not at."""
        return bool(self._waiting or self._elsewhere)

    def each(self) -> Iterator[tuple[Clip, Path | VideoRow | Failure] | None]:
        """Each clip with the empty folder for its outputs, or with what became of it where another run had it; None while others have the rest."""
        while self.left:
            if not self._waiting:
                looked = monotonic()
                while monotonic() - looked < _AGAIN:
                    yield None
                self._waiting.extend(self._elsewhere)
                self._elsewhere.clear()
            clip = self._waiting.popleft()
            lease = self._leases.take(clip.id)
            if lease is None:
                self._elsewhere.append(clip)
                continue
            found = self._plan.look(clip)
            if found is not None:
                self._leases.release(lease)
                yield clip, found
                continue
            manager = writing(lease)
            folder = manager.__enter__()
            self._held[clip.id] = lease, manager
            yield clip, folder

    def finish(self, clip: Clip, result: VideoRow | Failure) -> VideoRow | Failure | None:
        """Put the outputs of a clip in their place, or keep its failure; None where another run took it over, whose result will count.

        Raises
        ------
        OutputError : they cannot be written.
        """
        lease, manager = self._held[clip.id]
        try:
            if isinstance(result, Failure):
                self._discard(clip.id, release=False)
                write_failed(lease, result, self._plan.key(clip))
            else:
                del self._held[clip.id]
                manager.__exit__(None, None, None)
        except LeaseLostError:
            self._elsewhere.append(clip)
            return None
        finally:
            self._leases.release(lease)
        return result

    def _discard(self, clip_id: str, *, release: bool = True) -> None:
        lease, manager = self._held.pop(clip_id)
        unfinished = _UnfinishedError(clip_id)
        manager.__exit__(_UnfinishedError, unfinished, None)
        if release:
            self._leases.release(lease)


class _UnfinishedError(Exception):
    """What `writing` is told where a clip is not done, so that nothing of it is kept."""
