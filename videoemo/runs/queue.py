"""Queue of a run's videos: each is claimed with a lease, and has a folder for its unfinished
outputs.
"""

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
from videoemo.runs.plan import Plan
from videoemo.runs.state.leases import Lease, Leases
from videoemo.runs.state.results import write_failure, writing
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow

__all__ = ["WorkQueue"]

# Seconds until a video that another run works on is checked again.
_RECHECK = 2.0


class WorkQueue:
    """Queue of the videos left of a plan, claimed one by one.

    A context manager, which at its end releases unfinished claims.

    Parameters
    ----------
    plan : Plan
        The plan.
    leases : Leases
        Of this run.
    """

    def __init__(self, plan: Plan, leases: Leases) -> None:
        self._plan, self._leases = plan, leases
        self._waiting = deque(plan.todo)
        self._elsewhere: list[Clip] = []
        self._said_waiting = False
        self._held: dict[str, tuple[Lease, AbstractContextManager[Path]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for clip_id in list(self._held):
            self._discard(clip_id)

    @property
    def left(self) -> bool:
        """Whether clips are left that no run is known to have done, and this run has not
        claimed.
        """
        return bool(self._waiting or self._elsewhere)

    def claims(self) -> Iterator[tuple[Clip, Path | VideoRow | Failure] | None]:
        """Claim the clips one by one.

        Yields
        ------
        tuple of (Clip, Path or VideoRow or Failure) or None
            A clip with the empty folder for its outputs, or with its result where another run has
            done it meanwhile; None while other runs work on all that are left.
        """
        while self.left:
            if not self._waiting:
                self._say_waiting()
                checked = monotonic()
                while monotonic() - checked < _RECHECK:
                    yield None
                self._waiting.extend(self._elsewhere)
                self._elsewhere.clear()
            clip = self._waiting.popleft()
            lease = self._leases.take(clip.id)
            if lease is None:
                self._elsewhere.append(clip)
                continue
            found = self._plan.find_result(clip)
            if found is not None:
                self._leases.release(lease)
                yield clip, found
                continue
            manager = writing(lease)
            folder = manager.__enter__()
            self._held[clip.id] = lease, manager
            yield clip, folder

    def _say_waiting(self) -> None:
        """Say once that only videos are left which other runs work on."""
        if self._said_waiting:
            return
        self._said_waiting = True
        first = self._elsewhere[0].id
        n_others = len(self._elsewhere) - 1
        others = f" and {n_others:,} more" * bool(n_others)
        self._leases.notice(f"waiting for other runs, which work on {first!r}{others}")

    def finish(self, clip: Clip, result: VideoRow | Failure) -> VideoRow | Failure | None:
        """Publish the outputs of a clip, or its failure.

        Parameters
        ----------
        clip : Clip
            One that is claimed.
        result : VideoRow or Failure
            What became of it.

        Returns
        -------
        VideoRow or Failure or None
            The result; None where another run took the clip over, whose result will count.

        Raises
        ------
        OutputError
            They cannot be written.
        """
        lease, manager = self._held[clip.id]
        try:
            if isinstance(result, Failure):
                self._discard(clip.id, release=False)
                write_failure(lease, result, self._plan.key(clip))
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
    """Passed to `writing` where a clip is not done, so that none of its outputs are kept."""
