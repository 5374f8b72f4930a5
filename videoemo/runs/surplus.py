"""Surplus of an output folder: what older runs left there and a run does not make; found, and
removed where that is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from videoemo.errors import InputError, OutputError
from videoemo.runs.plan import Plan
from videoemo.runs.state.leases import RUN, Leases
from videoemo.runs.state.paths import failure_file, failures_folder, result_folder
from videoemo.tables.summary import Failure
from videoemo.util.json_files import read_object

__all__ = ["Surplus", "find_surplus", "prune"]

_SUMMARY = "summary.json"


@dataclass(frozen=True)
class Surplus:
    """What is too much of one video, or among the tables of the run.

    Parameters
    ----------
    clip_id : str
        The video's id, or `RUN`.
    name : str
        What it is, for a message.
    files : tuple of Path
        The files, in the order in which they are to be removed.
    """

    clip_id: str
    name: str
    files: tuple[Path, ...]


def find_surplus(plan: Plan, *, wanted: Collection[str], tables: Collection[str]) -> list[Surplus]:
    """Find what an output folder holds and a run does not make.

    That is the results and failures of videos that are not among its clips, and files that its
    settings leave out. Only files by the names that runs give are ever among it, in folders whose
    summary.json says that they are the results of the video by that name. No link is followed. What
    belongs to a clip that failed is kept, and so is what lies below one: it may be a folder that
    could not be read.

    Parameters
    ----------
    plan : Plan
        Of the run.
    wanted : collection of str
        The names of the files that it makes of a video.
    tables : collection of str
        The names of the files in the output folder itself that a run may make and this one does
        not.
    """
    out, ids = plan.out, {clip.id for clip in plan.clips}
    failed = {clip_id for clip_id, result in plan.known.items() if isinstance(result, Failure)}
    done = {result_folder(out, clip_id): clip_id for clip_id in plan.known.keys() - failed}
    found = [Surplus(RUN, name, (out / name,)) for name in sorted(tables) if _is_file(out / name)]
    records = {clip_id: file for clip_id, file in _failures(out) if clip_id not in ids}
    for folder, names in _walk(out, {clip.path.parent for clip in plan.clips}):
        own, where = plan.own_files.intersection(names), folder.relative_to(out).as_posix()
        if folder in done:
            left = sorted(own.difference(wanted))
            if left:
                files = tuple(folder / name for name in left)
                found.append(Surplus(done[folder], f"{where} ({', '.join(left)})", files))
        elif _SUMMARY in own and (clip_id := _video(folder, out)) and clip_id not in ids:
            # The summary last: without it nobody knows whose the others are.
            files = tuple(folder / name for name in [*sorted(own - {_SUMMARY}), _SUMMARY])
            record = records.pop(clip_id, None)
            found.append(Surplus(clip_id, where, files if record is None else (record, *files)))
    found += [Surplus(clip_id, f"{clip_id} (failed)", (file,)) for clip_id, file in records.items()]
    return [one for one in found if not failed.intersection(_folders_above(one.clip_id))]


def prune(surplus: Iterable[Surplus], out: Path, leases: Leases) -> list[Surplus]:
    """Remove a surplus, and the folders that it leaves empty.

    Returns
    -------
    list of Surplus
        What was kept: of videos that another run works on, or all while another run is at work,
        which may count on it.

    Raises
    ------
    OutputError
        It cannot be removed.
    """
    if leases.others_at_work():
        return list(surplus)
    kept = []
    for one in surplus:
        lease = leases.take(one.clip_id)
        if lease is None:
            kept.append(one)
            continue
        try:
            _remove(one, out)
        except OSError as exc:
            raise OutputError(
                f"cannot remove {one.name!r} from {str(out)!r}: {exc.strerror or exc}"
            ) from exc
        finally:
            leases.release(lease)
    return kept


def _walk(out: Path, videos: Collection[Path]) -> Iterator[tuple[Path, set[str]]]:
    """The folders below the output folder, with the names of their files, in name order.

    Not those of videos, where the output folder lies above them; and nothing below hidden folders,
    such as a run's state.
    """
    real_out = Path(os.path.realpath(out))
    skipped = {
        out / real.relative_to(real_out)
        for real in (Path(os.path.realpath(folder)) for folder in videos)
        if real.is_relative_to(real_out)
    }
    todo = _folders(out)
    while todo:
        folder = todo.pop()
        if folder in skipped:
            continue
        yield folder, {entry.name for entry in _entries(folder) if _is_plain(entry)}
        if not folder.name.startswith("."):
            todo += _folders(folder)


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, the last in name order first."""
    names = [entry.name for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)]
    return [folder / name for name in sorted(names, reverse=True)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as listing:
        return list(listing)
    return []  # it cannot be read, and so nothing in it can be removed


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _video(folder: Path, out: Path) -> str | None:
    """The id of the video whose results a folder holds; None where it is no folder of results, or
    was moved here.
    """
    with suppress(OSError, ValueError, InputError):
        clip_id = read_object(folder / _SUMMARY).get("video")
        if isinstance(clip_id, str) and result_folder(out, clip_id) == folder:
            return clip_id
    return None


def _failures(out: Path) -> Iterator[tuple[str, Path]]:
    """The ids of the videos that failed, and the files that say so."""
    for entry in _entries(failures_folder(out)):
        with suppress(OSError, ValueError, TypeError, LookupError, InputError):
            clip_id: Any = read_object(Path(entry.path))["failure"]["video"]
            if _is_plain(entry) and failure_file(out, clip_id) == Path(entry.path):
                yield clip_id, Path(entry.path)


def _folders_above(clip_id: str) -> set[str]:
    return {str(parent) for parent in PurePosixPath(clip_id).parents}


def _remove(surplus: Surplus, out: Path) -> None:
    for file in surplus.files:
        file.unlink(missing_ok=True)
    for folder in surplus.files[-1].parents:
        if folder == out:
            return
        try:
            folder.rmdir()
        except OSError:  # something else is in it
            return
