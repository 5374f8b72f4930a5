"""What dead owners left in the folders of leases is cleared away; what a living one has is not touched."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from videoemo.work.owners import alive, new_token, token_in
from videoemo.work.replacing import put_back

__all__ = ["CLOCK", "Clearing"]

# Of a file that is made to see what time the file system says it is.
CLOCK = ".now"


@dataclass(frozen=True)
class Clearing:
    """Who is dead, seen from here.

    Parameters
    ----------
    out : the output folder.
    root : of its leases.
    machine : this one.
    patience : seconds after which an owner on another machine is dead who touched nothing.
    """

    out: Path
    root: Path
    machine: str
    patience: float

    def clear(self, folder: Path) -> bool:
        """Whether no living owner has anything in a folder, after the things of dead ones were removed.

        Raises
        ------
        OSError : they cannot be removed.
        """
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted
        except FileNotFoundError:
            return True
        ours = [folder / name for name in names if token_in(name)]  # what is without a token is nobody's: never to be removed
        # A lease that is being made has its owner in the folder's own name.
        if any(self._alive(path) for path in [*ours, *([folder] if token_in(folder.name) else [])]):
            return False
        for path in ours:  # in name order: what is put back (`.old`) needs the id in the lease's file
            self._remove(path)
        return True

    def _alive(self, path: Path) -> bool:
        token = token_in(path.name)
        told = alive(token, here=self.machine) if token else False
        return self._fresh(path) if told is None else told

    def _fresh(self, path: Path) -> bool:
        """Whether an owner elsewhere has touched a thing of his lately, by the clock of the file system that both share."""
        try:
            return self._now() - path.stat().st_mtime < self.patience
        except FileNotFoundError:
            return True  # something happens there just now

    def _now(self) -> float:
        path = self.root / f"{new_token(self.machine)}{CLOCK}"
        with path.open("xb") as file:
            now = os.fstat(file.fileno()).st_mtime
        path.unlink(missing_ok=True)
        return now

    def _remove(self, path: Path) -> None:
        """Take it out of its owner's reach in one step, then remove it; only one of several who try does so."""
        if path.name.endswith(".old"):
            put_back(path, self.out)
        away = path.with_name(f"{new_token(self.machine)}.dead")
        with suppress(FileNotFoundError):
            path.rename(away)
            if away.is_dir() and not away.is_symlink():
                shutil.rmtree(away)
            else:
                away.unlink()
