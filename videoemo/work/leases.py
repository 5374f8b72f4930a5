"""Leases: several runs, on one machine or on many that share a folder, never work on one video at the same time.

A lease is the folder OUT/.videoemo/leases/<name of the video>/ with the file `<token>.lease` in it, which holds the video's id, and beside
that whatever its owner writes, each thing under a name with the token. It is made elsewhere and renamed into place, which the file system
refuses while there is another that is not empty. A dead owner's things are removed one by one; since all of them bear his token, this never
hits the next owner.

An owner is dead when his process is (on the same machine, told at once, suspended or not), or when he has not touched his lease for some time
(on another one). An owner that was only asleep finds his things gone when he wakes up: `results.writing` then raises `LeaseLostError`.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from videoemo.errors import OutputError
from videoemo.work.clearing import CLOCK, Clearing
from videoemo.work.owners import new_token, this_machine
from videoemo.work.places import RUN, failures_folder, lease_folder, leases_folder, result_folder
from videoemo.work.replacing import OCCUPIED

__all__ = ["RUN", "Lease", "Leases"]

# A claim is tried again after a dead owner was cleared away, or when two runs meet at one folder; more often than this is no accident.
_TRIES = 100
# Of a lease's folder that is not yet in its place, or no more.
_MADE = ".made"


@dataclass(frozen=True)
class Lease:
    """The right to work on one video; it can be handed to another process."""

    out: Path
    clip_id: str
    token: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return lease_folder(self.out, self.clip_id)

    @property
    def file(self) -> Path:
        """The owner's mark."""
        return self.folder / f"{self.token}.lease"

    def held(self) -> bool:
        """Whether nobody has taken it over."""
        return self.file.exists()


class Leases:
    """The leases of this process under one output folder, refreshed by a thread; a context manager that releases them all at its end.

    Let the process that works take them: what it holds is free for others the moment it dies.

    Parameters
    ----------
    machine : a name for this machine, in place of what tells it from others by itself.
    beat : seconds between two signs of life.
    patience : seconds without one, after which a lease of another machine is taken over.
    """

    # Patience: above what file servers keep of a file's times (NFS: up to 60 s), and a dozen beats.
    def __init__(self, out: Path, *, machine: str | None = None, beat: float = 5.0, patience: float = 90.0) -> None:
        self._out, self._root = out, leases_folder(out)
        self._machine, self._beat = this_machine(machine), beat
        self._dead = Clearing(out, self._root, self._machine, patience)
        self._held: set[Lease] = set()
        self._spare: Path | None = None
        self._stop = threading.Event()
        self._heart = threading.Thread(target=self._refresh, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._heart.join()
        for lease in list(self._held):
            self.release(lease)
        self._drop_empty()

    def take(self, clip_id: str) -> Lease | None:
        """The lease of a video, or of the run's tables (`RUN`); None while another run, or this one, holds it.

        Look at the video's state again once it is taken: another run may have finished it just before.

        Raises
        ------
        InputError : an id that would lie outside the output folder.
        OutputError : the folder cannot be written.
        """
        if clip_id != RUN:
            result_folder(self._out, clip_id)
        lease = Lease(self._out, clip_id, new_token(self._machine))
        try:
            for _ in range(_TRIES):
                if not self._dead.clear(lease.folder):
                    return None
                if self._claim(lease):
                    self._held.add(lease)
                    return lease
        except OSError as exc:
            raise OutputError(f"cannot write to the output folder {str(self._out)!r}: {exc.strerror or exc}; give another with -o") from exc
        raise OutputError(f"cannot lease {clip_id}: somebody put files into {lease.folder}; remove that folder")

    def release(self, lease: Lease) -> None:
        """Give a lease back; without effect when it was taken over."""
        self._held.discard(lease)
        # The folder serves for the next lease: on ext4 it took 3 ms to remove one, 0.1 to rename it.
        spare = self._root / f"{lease.token}{_MADE}"
        with suppress(OSError):  # it was taken over; or the disk is gone, and the lease is free once this process ends
            if lease.held():
                lease.folder.rename(spare)
                (spare / lease.file.name).unlink()
                if self._spare is None:
                    self._spare = spare
                else:
                    spare.rmdir()

    def sweep(self) -> None:
        """Remove what dead runs left: their leases and what they wrote under temporary names; never what a living one writes.

        Where a run died in the middle of replacing an older result, the older one is put back.

        Raises
        ------
        OutputError : it cannot be removed.
        """
        self._drop_empty()
        try:
            for path in list(self._root.iterdir()) if self._root.is_dir() else []:
                if path.suffix == CLOCK:
                    path.unlink(missing_ok=True)  # its maker has it open, and needs no name
                elif self._dead.clear(path):
                    with suppress(OSError):  # somebody took the lease meanwhile, or swept too
                        path.rmdir()
        except OSError as exc:
            raise OutputError(f"cannot clean the output folder {str(self._out)!r}: {exc.strerror or exc}") from exc
        self._drop_empty()

    def _drop_empty(self) -> None:
        for folder in (self._spare, self._root, failures_folder(self._out), self._root.parent):
            with suppress(OSError):  # it is not there; or others' leases, or videos that failed, are in it
                if folder is not None:
                    folder.rmdir()
        self._spare = None

    def _claim(self, lease: Lease) -> bool:
        made, self._spare = self._spare or self._root / f"{lease.token}{_MADE}", None
        try:
            made.mkdir(parents=True, exist_ok=True)
            (made / lease.file.name).write_text(json.dumps(lease.clip_id), encoding="utf-8")
            made.rename(lease.folder)
        except OSError as exc:
            shutil.rmtree(made, ignore_errors=True)
            # ENOENT: another run has just removed the empty folder above.
            if exc.errno not in (*OCCUPIED, errno.ENOENT):
                raise
            with suppress(OSError):  # Windows puts nothing in the place of an empty folder either
                lease.folder.rmdir()
            return False
        return True

    def _refresh(self) -> None:
        while not self._stop.wait(self._beat):
            for lease in list(self._held):
                with suppress(OSError):  # taken over, which its owner finds out; or a server that does not answer now
                    os.utime(lease.file)
