"""The outputs of several runs in one folder, as if one run had made them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from videoemo.errors import InputError
from videoemo.files import results_folder
from videoemo.run_tables import Columns, Run, publish, run_of
from videoemo.tables import AFFECT, VideoRow
from videoemo.work.keys import differences
from videoemo.work.leases import Leases
from videoemo.work.loading import read_json
from videoemo.work.places import failure_file, result_folder
from videoemo.work.replacing import OURS
from videoemo.work.results import state, write_failed, writing
from videoemo.work.rows import Failure, read_row

__all__ = ["merge"]


@dataclass(frozen=True)
class _Result:
    """What a run found of a video."""

    folder: Path  # of the run
    key: dict[str, Any]
    result: VideoRow | Failure


def merge(folders: Sequence[Path], out: Path) -> Run:
    """Copy the results of finished runs into `out`, and write the tables of all of them together.

    A video that several runs have done stands once.

    Raises
    ------
    InputError : a folder that no finished run wrote; runs with different settings; a name that stands for different videos.
    OutputError : `out` cannot be written.
    """
    started = perf_counter()
    headings = [_heading(folder) for folder in folders]
    found: dict[str, _Result] = {}
    for folder, heading in zip(folders, headings, strict=True):
        for clip_id in _ids(folder):
            new = _result(folder, clip_id)
            first = next(iter(found.values()), new)
            _require_alike(first, new, "settings", f"{folder} was made with other settings than {first.folder}")
            if heading != headings[0]:
                raise InputError(f"{folder} has other columns than {folders[0]}: merge only runs of one version of videoemo")
            old = found.get(clip_id, new)
            _require_alike(old, new, "video", f"{clip_id} is not the same video in {old.folder} and {folder}")
            if isinstance(old.result, Failure) or old is new:
                found[clip_id] = new
    results_folder(out)
    with Leases(out) as leases:
        leases.sweep()
        for clip_id, result in found.items():
            _copy(clip_id, result, out, leases)
        ids = sorted(found, key=lambda clip_id: clip_id.split("/"))
        run = run_of([found[clip_id].result for clip_id in ids], seconds=perf_counter() - started, before=0)
        pictures = any((folder / "overview.png").exists() for folder in folders)
        columns = _columns(headings[0])
        publish(run, out, leases, columns=columns, pictures=pictures, ran={"merged": [str(folder) for folder in folders]})
        leases.sweep()
    return run


def _heading(folder: Path) -> list[str]:
    heading = next(_table(folder), [])
    if "dominant" not in heading:
        raise InputError(f"{str(folder / 'videos.csv')!r} is no table of videoemo's: give the folder that -o named")
    return heading


def _ids(folder: Path) -> list[str]:
    rows = _table(folder)
    next(rows, None)
    return [row[0] for row in rows if row]


def _table(folder: Path) -> Iterator[list[str]]:
    try:
        with (folder / "videos.csv").open(newline="", encoding="utf-8") as file:
            yield from csv.reader(file)
    except (OSError, ValueError, csv.Error) as exc:
        raise InputError(f"{str(folder)!r} holds no results of a finished run ({exc}): give the folder that -o named") from exc


def _result(folder: Path, clip_id: str) -> _Result:
    try:
        try:
            summary = read_json(result_folder(folder, clip_id) / "summary.json")
            return _Result(folder, _key(summary), read_row(summary))
        except FileNotFoundError:
            kept = read_json(failure_file(folder, clip_id))
            return _Result(folder, _key(kept), Failure(**kept["failure"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(f"the results of {clip_id} in {str(folder)!r} are missing or damaged ({exc}): run it again, with --verify") from exc


def _key(content: dict[str, Any]) -> dict[str, Any]:
    key: dict[str, Any] = content["key"]
    if not (isinstance(key["video"], dict) and isinstance(key["settings"], dict)):
        raise ValueError("no key")
    return key


def _require_alike(there: _Result, here: _Result, part: str, message: str) -> None:
    """The parts of two keys are the same."""
    same: dict[str, Any] = {"video": {}, "settings": {}}
    differing = differences(same | {part: there.key[part]}, same | {part: here.key[part]})
    if differing:
        raise InputError(f"{message} ({'; '.join(differing[:4])}): merge only what belongs together")


def _columns(heading: list[str]) -> Columns:
    """What `write_videos` put there."""
    own = heading[heading.index("dominant") + 1 :]
    end = own.index("prediction") if "prediction" in own else len(own)
    classes = tuple(name for name in own[:end] if name not in AFFECT)
    return Columns(classes, AFFECT[0] in own[:end], tuple(own[end + 1 :]) if end < len(own) else None)


def _copy(clip_id: str, result: _Result, out: Path, leases: Leases) -> None:
    lease = leases.take(clip_id)
    if lease is None:
        raise InputError(f"a run is at {clip_id} in {str(out)!r}: merge when it has ended")
    there = result_folder(result.folder, clip_id)
    files = [path for path in there.iterdir() if path.name in OURS and not path.is_symlink()] if there.is_dir() else []
    if isinstance(result.result, Failure):
        write_failed(lease, result.result, result.key)
    elif state(out, clip_id, result.key, outputs=[path.name for path in files if path.name != "summary.json"], verify=False).kind != "done":
        with writing(lease) as folder:
            for path in files:
                shutil.copyfile(path, folder / path.name)
    leases.release(lease)
