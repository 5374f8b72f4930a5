"""Search of folders for clips, each folder once, by the suffixes of files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from videoemo.datasets.clips._listing import is_folder, scan
from videoemo.tables.results_folder import is_results_folder
from videoemo.util.leftovers import is_leftover
from videoemo.util.slow_work import SlowWork

__all__ = ["FolderSearch", "Found"]


@dataclass(frozen=True)
class Found:
    """What a search found: a file, a folder that is a clip itself, or what cannot be read.

    Parameters
    ----------
    path : Path
        By the way it was found.
    real : Path
        The same without links.
    """

    path: Path
    real: Path


@dataclass(frozen=True)
class _Folder:
    """A folder still to be looked through."""

    path: Path
    real: Path


@dataclass(frozen=True)
class _End:
    """The end of a folder that has the name of a video."""

    folder: _Folder
    n_before: int  # found before it was entered


class FolderSearch:
    """Search of folders, which enters no folder twice, and none of results.

    Parameters
    ----------
    suffixes : collection of str
        Of the files that are taken, in lower case.
    is_clip : callable or None
        Whether a folder is a clip itself, and not looked through; None where none is.
    slow : SlowWork or None
        Told how far it is.

    Attributes
    ----------
    left_out : Counter of str
        The files that were not taken, counted by suffix; those that systems leave behind are not
        among them.
    results : list of Path
        The folders of results that were not entered.
    """

    def __init__(
        self,
        suffixes: Collection[str],
        *,
        is_clip: Callable[[Path], bool] | None = None,
        slow: SlowWork | None = None,
    ) -> None:
        self._suffixes, self._is_clip, self._slow = suffixes, is_clip, slow
        self._entered: set[Path] = set()
        self._n_looked_at = self._n_found = 0
        self.left_out: Counter[str] = Counter()
        self.results: list[Path] = []

    def walk(self, top: Path) -> Iterator[Found]:
        """Search a folder with all its folders, in path order; a file is found as it is.

        A folder that cannot be read is found itself, and so is one that has the name of a video and
        no video in it: why they are none is for the run to say.
        """
        real = Path(os.path.realpath(top))
        # No recursion: folders may lie deeper within each other than Python's calls.
        todo: list[Found | _Folder | _End] = [
            _Folder(top, real) if os.path.isdir(top) else Found(top, real)  # noqa: PTH112 - false, where pathlib raises, for what cannot be looked at
        ]
        while todo:
            step = todo.pop()
            if isinstance(step, _Folder):
                todo.extend(reversed(self._enter(step)))
            elif isinstance(step, Found):
                self._n_found += 1
                yield step
            elif step.n_before == self._n_found:
                todo.append(Found(step.folder.path, step.folder.real))

    def _enter(self, folder: _Folder) -> list[Found | _Folder | _End]:
        if folder.real in self._entered:
            return []
        self._entered.add(folder.real)
        try:
            entries = scan(folder.path)
        except OSError:
            return [Found(folder.path, folder.real)]
        self._n_looked_at += len(entries)
        if self._slow is not None:
            self._slow.go_on(f"looking for videos: {self._n_looked_at:,} files and folders so far")
        if is_results_folder(folder.path, {entry.name for entry in entries}):
            self.results.append(folder.path)
            return []
        if self._is_clip is not None and self._is_clip(folder.path):
            return [Found(folder.path, folder.real)]
        steps = [step for entry in entries if (step := self._look_at(entry, folder)) is not None]
        if folder.path.suffix.lower() in self._suffixes:
            steps.append(_End(folder, self._n_found))
        return steps

    def _look_at(self, entry: os.DirEntry[str], folder: _Folder) -> Found | _Folder | _End | None:
        path = folder.path / entry.name
        suffix = path.suffix.lower()
        if is_leftover(entry.name):
            # A video may be hidden on purpose; macOS leaves `._NAME` beside each file.
            if suffix in self._suffixes and entry.name.startswith(".") and entry.name[1] != "_":
                self.left_out[f"hidden {suffix}"] += 1
            return None
        real = Path(os.path.realpath(path)) if entry.is_symlink() else folder.real / entry.name
        if is_folder(entry):
            return _Folder(path, real)
        if suffix in self._suffixes:
            return Found(path, real)
        self.left_out[suffix] += 1
        return None
