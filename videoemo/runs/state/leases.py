"""Leases: several runs, on one machine or on many that share a folder, never work on one video at
the same time.

A lease is the folder OUT/.videoemo/leases/<name of the video>/ with the file `<token>.lease` in it,
which holds the video's id, and beside that whatever its owner writes, each file or folder under a
name with the token. It is made elsewhere and renamed into place, which the file system refuses
while there is another that is not empty. The files of a dead owner are removed one by one; since
all of them have its token in their names, this never affects the next owner.

An owner is dead when its process is (on the same machine, where that is known at once, even of a
suspended one), or when it has not touched its lease for some time (on another machine). An owner
that was only suspended finds its files gone when it goes on: `results.writing` then raises
`LeaseLostError`.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from videoemo.errors import OutputError
from videoemo.runs.state import active_runs
from videoemo.runs.state.obstacles import describe
from videoemo.runs.state.owner_tokens import describe_owner, find_token, machine_id, new_token
from videoemo.runs.state.paths import (
    RUN,
    START,
    failures_folder,
    lease_folder,
    leases_folder,
    result_folder,
    runs_folder,
)
from videoemo.runs.state.replace import OCCUPIED
from videoemo.runs.state.stale import CLOCK, StaleOwners
from videoemo.util.terminal import say

__all__ = ["RUN", "START", "Lease", "Leases"]

# A claim is tried again after a dead owner's files were removed, or when two runs meet at one
# folder; more often than this is no accident.
_TRIES = 100
# The suffix of a lease's folder that is not yet in its place, or no longer.
_MADE = ".made"
# Seconds between two tries to take a lease that others hold for moments only, and until somebody is
# told that it takes longer.
_RETRY, _SILENCE = 0.1, 3.0


def _print(notice: str) -> None:
    say(f"notice: {notice}", error=True)


@dataclass(frozen=True)
class Lease:
    """Lease of one video: the right to work on it. It can be passed to another process.

    Parameters
    ----------
    out : Path
        The output folder.
    clip_id : str
        The video's id.
    token : str
        The owner's token.
    own_files : frozenset of str
        Names of the files that the run puts into a video's folder.
    """

    out: Path
    clip_id: str
    token: str
    own_files: frozenset[str] = frozenset()

    @property
    def folder(self) -> Path:
        """Its folder."""
        return lease_folder(self.out, self.clip_id)

    @property
    def file(self) -> Path:
        """The file that names its owner."""
        return self.folder / f"{self.token}.lease"

    def held(self) -> bool:
        """Whether it is still held: no other owner has taken it over."""
        return self.file.exists()


class Leases:
    """Leases of this process under one output folder, refreshed by a thread.

    A context manager, which releases them all at its end. The process that does the work should
    take them: its leases are free for others the moment it dies.

    Parameters
    ----------
    out : Path
        The output folder.
    own_files : collection of str
        Names of the files that the run puts into a video's folder: any other file there belongs to
        somebody else, and is kept when older results are replaced.
    machine : str or None
        A name for this machine, in place of its own identity.
    beat : float, default=5.0
        Seconds between two heartbeats.
    patience : float, default=90.0
        Seconds without a heartbeat after which a lease of another machine is taken over.
    notice : callable
        Called with a line for the user; by default it goes to standard error.
    """

    # Patience: above what file servers keep of a file's times (NFS: up to 60 s), and a dozen beats.
    def __init__(
        self,
        out: Path,
        *,
        own_files: Collection[str] = (),
        machine: str | None = None,
        beat: float = 5.0,
        patience: float = 90.0,
        notice: Callable[[str], None] = _print,
    ) -> None:
        self._out, self._root, self._own_files = out, leases_folder(out), frozenset(own_files)
        self._machine, self._beat = machine_id(machine), beat
        self._stale = StaleOwners(out, self._root, self._machine, patience, self._own_files, notice)
        self.notice = notice
        self._record: Path | None = None
        # From the inside out.
        self._folders = (self._root, runs_folder(out), failures_folder(out), self._root.parent)
        self._held: set[Lease] = set()
        self._spare: Path | None = None
        self._stop = threading.Event()
        self._heartbeat = threading.Thread(target=self._refresh, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._heartbeat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._heartbeat.join()
        for lease in list(self._held):
            self.release(lease)
        with suppress(OSError):  # it is not heeded once this process has ended
            if self._record is not None:
                self._record.unlink(missing_ok=True)
        self._drop_empty()

    def join(self, settings: dict[str, Any]) -> None:
        """Join the runs that are at work on the output folder, which all have the same settings.

        Parameters
        ----------
        settings : dict of str to object
            What the results depend on beside the videos.

        Raises
        ------
        InputError
            A run with other settings is at work there.
        OutputError
            The folder cannot be written.
        """
        lease = self.wait(START)
        try:
            self._record = active_runs.join(self._out, settings, self._stale)
        except OSError as exc:
            raise self._cannot_write(exc) from exc
        finally:
            self.release(lease)

    def wait(self, clip_id: str) -> Lease:
        """Take a lease that other runs hold for moments only (`RUN`, `START`), when it is free.

        Parameters
        ----------
        clip_id : str
            See `take`.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        began, said = monotonic(), False
        while (lease := self.take(clip_id)) is None:
            sleep(_RETRY)
            if not said and monotonic() - began > _SILENCE:
                said = True
                owner = describe_owner(lease_folder(self._out, clip_id), here=self._machine)
                self.notice(f"waiting for {owner}, which writes to {str(self._out)!r}")
        return lease

    def take(self, clip_id: str) -> Lease | None:
        """Take the lease of a video, or of what runs do one at a time (`RUN`, `START`).

        Check the video's state again once it is taken: another run may have finished it just
        before.

        Parameters
        ----------
        clip_id : str
            The video's id, or `RUN`, for the tables of the whole run, or `START`, to join it.

        Returns
        -------
        Lease or None
            None while another run, or this one, holds it.

        Raises
        ------
        InputError
            An id that would lie outside the output folder.
        OutputError
            The folder cannot be written.
        """
        if clip_id not in (RUN, START):
            result_folder(self._out, clip_id)
        lease = Lease(self._out, clip_id, new_token(self._machine), self._own_files)
        if lease.folder.is_symlink():
            raise OutputError(f"cannot lease {clip_id}: {lease.folder} is a link: remove it")
        try:
            for _ in range(_TRIES):
                if not self._stale.clear(lease.folder, clip_id):
                    return None
                if self._claim(lease):
                    self._held.add(lease)
                    return lease
        except OSError as exc:
            raise self._cannot_write(exc) from exc
        raise OutputError(
            f"cannot lease {clip_id}: somebody put files into {lease.folder}; remove that folder"
        )

    def release(self, lease: Lease) -> None:
        """Release a lease; without effect where it was taken over."""
        self._held.discard(lease)
        # The folder is used for the next lease: on ext4 it took 3 ms to remove one, 0.1 to
        # rename it.
        spare = self._root / f"{lease.token}{_MADE}"
        # It was taken over; or the disk is gone, and the lease is free once this process ends.
        with suppress(OSError):
            if lease.held():
                lease.folder.rename(spare)
                (spare / lease.file.name).unlink()
                if self._spare is None:
                    self._spare = spare
                else:
                    spare.rmdir()

    def others_at_work(self) -> bool:
        """Whether other runs are at work on the output folder: have joined, or hold leases.

        Raises
        ------
        OutputError
            The folder cannot be read.
        """
        self._drop_empty()
        own = {self._record, *(lease.folder for lease in self._held)}
        runs = runs_folder(self._out)
        try:
            records = [path for path in runs.iterdir() if path not in own] if runs.is_dir() else []
            folders = list(self._root.iterdir()) if self._root.is_dir() else []
            leased = [path for path in folders if path not in own and path.suffix != CLOCK]
            return any(map(self._stale.has_live_owner, records)) or not all(
                map(self._stale.clear, leased)
            )
        except OSError as exc:
            raise self._cannot_write(exc) from exc

    def sweep(self) -> None:
        """Remove what dead runs left: their leases and unfinished outputs; never those of a live
        one.

        Where a run died while it replaced an older result, the older one is restored.

        Raises
        ------
        OutputError
            It cannot be removed.
        """
        self._drop_empty()
        try:
            for path in list(self._root.iterdir()) if self._root.is_dir() else []:
                if path.is_symlink() or not path.is_dir():
                    if path.suffix == CLOCK and find_token(path.name):
                        path.unlink(missing_ok=True)  # its maker has it open, and needs no name
                elif self._stale.clear(path):
                    with suppress(OSError):  # another run took the lease meanwhile, or swept too
                        path.rmdir()
        except OSError as exc:
            raise self._cannot_write(exc) from exc
        self._drop_empty()

    def _cannot_write(self, error: OSError) -> OutputError:
        return OutputError(
            f"cannot write to the output folder {str(self._out)!r}: {describe(error)}; give "
            "another with -o"
        )

    def _drop_empty(self) -> None:
        for folder in (self._spare, *self._folders):
            # It does not exist; or leases of other runs, or failed videos, are in it.
            with suppress(OSError):
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
            for path in [*(lease.file for lease in list(self._held)), self._record]:
                # Taken over, as its owner will find; or a file server that does not answer now.
                with suppress(OSError):
                    if path is not None:
                        os.utime(path)
