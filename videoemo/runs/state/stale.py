"""Stale leases: the files that dead owners left in lease folders are removed, those of live owners
never.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

from videoemo.runs.state.owner_tokens import find_token, is_alive, new_token
from videoemo.runs.state.replace import restore

__all__ = ["CLOCK", "StaleOwners"]

# The suffix of a file that is made to read the file system's clock.
CLOCK = ".now"


@dataclass(frozen=True)
class StaleOwners:
    """Cleaner of lease folders: detects dead owners and removes their files.

    Parameters
    ----------
    out : Path
        The output folder.
    root : Path
        The folder of its leases.
    machine : str
        The id of this machine.
    patience : float
        Seconds without a heartbeat after which an owner on another machine is dead.
    own_files : frozenset of str
        Names of the files that a run puts into a video's folder.
    notice : callable
        Called with a line where a clock is found to be wrong.
    """

    out: Path
    root: Path
    machine: str
    patience: float
    own_files: frozenset[str]
    notice: Callable[[str], None]
    # Of files whose time lies ahead: it, and when it was first seen, by this process's clock.
    _ahead: dict[Path, tuple[float, float]] = field(default_factory=dict, init=False)

    def clear(self, folder: Path, clip_id: str | None = None) -> bool:
        """Remove the files of dead owners from a lease folder.

        Parameters
        ----------
        folder : Path
            The folder.
        clip_id : str or None
            The id of its video; None where only its lease tells. Where that does not, and older
            results of the video are to be restored, nothing is removed.

        Returns
        -------
        bool
            Whether it is free: no live owner has a file in it.

        Raises
        ------
        OSError
            They cannot be removed.
        """
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted
        except FileNotFoundError:
            return True
        # A file without a token has no owner: it is never removed.
        owned = [folder / name for name in names if find_token(name)]
        # A lease that is being made has its owner in the folder's own name.
        own_name = [folder] if find_token(folder.name) else []
        if any(self.has_live_owner(path) for path in [*owned, *own_name]):
            return False
        # In name order: restoring (`.old`) needs the id in the lease's file.
        for path in owned:
            if path.name.endswith(".old") and not restore(
                path, self.out, own_files=self.own_files, clip_id=clip_id
            ):
                return False
            self.remove(path)
        return True

    def has_live_owner(self, path: Path) -> bool:
        """Whether the owner of a file, whose token is in its name, is alive."""
        token = find_token(path.name)
        living = is_alive(token, here=self.machine) if token else False
        return self._touched_lately(path) if living is None else living

    def remove(self, path: Path) -> None:
        """Rename a file or folder out of its owner's reach in one step, then remove it; of several
        processes that try, only one does so.

        Raises
        ------
        OSError
            It cannot be removed.
        """
        away = path.with_name(f"{new_token(self.machine)}.dead")
        with suppress(FileNotFoundError):
            path.rename(away)
            if away.is_dir() and not away.is_symlink():
                shutil.rmtree(away)
            else:
                away.unlink()

    def _touched_lately(self, path: Path) -> bool:
        """Whether an owner elsewhere has touched a file of its own within `patience`, by the clock
        of the file system that both share.
        """
        try:
            touched = path.lstat().st_mtime  # of a link itself, which may lead anywhere
        except FileNotFoundError:
            return True  # it was renamed or removed just now
        age = self._now() - touched
        if age < -self.patience:
            return self._changes(path, touched, -age)
        return age < self.patience

    def _changes(self, path: Path, touched: float, ahead: float) -> bool:
        """Whether a time that lies ahead, as one clock was wrong, has changed within `patience`."""
        before, since = self._ahead.get(path, (None, 0.0))
        if before != touched:
            if before is None:
                self.notice(
                    f"a lease of another run in {str(self.out)!r} is dated "
                    f"{timedelta(seconds=round(ahead))} ahead of the clock there; it is taken over "
                    f"when it was not renewed for {self.patience:g} s"
                )
            self._ahead[path] = touched, monotonic()
            return True
        return monotonic() - since < self.patience

    def _now(self) -> float:
        path = self.root / f"{new_token(self.machine)}{CLOCK}"
        with path.open("xb") as file:
            now = os.fstat(file.fileno()).st_mtime
        path.unlink(missing_ok=True)
        return now
