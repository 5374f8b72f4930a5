"""Leases: several runs, on one machine or on many that share a folder, never work on one video at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["RUN", "Lease", "Leases"]

# What the tables of a whole run are leased under: no video can have this id.
RUN = "."


@dataclass(frozen=True)
class Lease:
    """The right to work on one video; it can be handed to another process."""

    out: Path
    clip_id: str
    token: str

    def held(self) -> bool:
        """Whether nobody has taken it over."""
        raise NotImplementedError


class Leases:
    """The leases of this process under one output folder, refreshed by a thread; a context manager that releases them all at its end.

    Let the process that works take them: what it holds is free for others the moment it dies.

    Parameters
    ----------
    machine : what tells this machine from others that share the folder; by default found out.
    beat : seconds between two refreshments.
    patience : seconds without one after which a lease of another machine is taken over.
    """

    def __init__(self, out: Path, *, machine: str | None = None, beat: float = 5.0, patience: float = 60.0) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        raise NotImplementedError

    def take(self, clip_id: str) -> Lease | None:
        """The lease of a video, or of the run's tables (`RUN`); None while another run holds it.

        Look at the video's state again once it is taken: another run may have finished it just before.

        Raises
        ------
        InputError : an id that would lie outside the output folder.
        OutputError : the folder cannot be written.
        """
        raise NotImplementedError

    def release(self, lease: Lease) -> None:
        """Give a lease back; without effect when it was taken over."""
        raise NotImplementedError

    def sweep(self) -> None:
        """Remove what dead runs left: their leases and what they wrote under temporary names; never what a living one writes.

        Where a run died in the middle of replacing an older result, the older one is put back.
        """
        raise NotImplementedError
