"""Stale leases: the files that dead owners left in lease folders are removed, those of live owners
never.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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
    """

    out: Path
    root: Path
    machine: str
    patience: float
    own_files: frozenset[str]

    def clear(self, folder: Path) -> bool:
        """Remove the files of dead owners from a lease folder.

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
        if any(self._has_live_owner(path) for path in [*owned, *own_name]):
            return False
        # In name order: restoring (`.old`) needs the id in the lease's file.
        for path in owned:
            self._remove(path)
        return True

    def _has_live_owner(self, path: Path) -> bool:
        token = find_token(path.name)
        living = is_alive(token, here=self.machine) if token else False
        return self._touched_lately(path) if living is None else living

    def _touched_lately(self, path: Path) -> bool:
        """Whether an owner elsewhere has touched a file of its own within `patience`, by the clock
        of the file system that both share.
        """
        try:
            return self._now() - path.stat().st_mtime < self.patience
        except FileNotFoundError:
            return True  # it was renamed or removed just now

    def _now(self) -> float:
        path = self.root / f"{new_token(self.machine)}{CLOCK}"
        with path.open("xb") as file:
            now = os.fstat(file.fileno()).st_mtime
        path.unlink(missing_ok=True)
        return now

    def _remove(self, path: Path) -> None:
        """Rename a file or folder out of its owner's reach in one step, then remove it; of several
        processes that try, only one does so.
        """
        if path.name.endswith(".old"):
            restore(path, self.out, own_files=self.own_files)
        away = path.with_name(f"{new_token(self.machine)}.dead")
        with suppress(FileNotFoundError):
            path.rename(away)
            if away.is_dir() and not away.is_symlink():
                shutil.rmtree(away)
            else:
                away.unlink()
