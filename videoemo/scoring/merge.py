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
from videoemo.runs.state.fingerprint import explain_differences
from videoemo.runs.state.integrity import read_json
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.paths import failure_file, result_folder
from videoemo.runs.state.results import state, write_failure, writing
from videoemo.scoring.outputs import NAMES, OUTPUTS
from videoemo.scoring.run_tables import Columns, Run, write_run_tables
from videoemo.tables.summary import Failure, from_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.files import prepare_output_dir
from videoemo.util.text import from_cell

__all__ = ["merge"]


@dataclass(frozen=True)
class _Result:
    """What a run found of a video."""

    folder: Path  # of the run
    key: dict[str, Any]
    values: tuple[str, ...]  # the names of those that the network gives
    result: VideoRow | Failure


def merge(folders: Sequence[Path], out: Path) -> Run:
    """Copy the results of finished runs into `out`, and write the tables of all of them together.

    A video that several runs have done stands once.

    Raises
    ------
    InputError
        A folder that no finished run wrote; runs with different settings; a name that stands for
        different videos.
    OutputError
        `out` cannot be written.
    """
    started = perf_counter()
    headings = [_heading(folder) for folder in folders]
    found: dict[str, _Result] = {}
    for folder, heading in zip(folders, headings, strict=True):
        for clip_id in _ids(folder):
            new = _result(folder, clip_id)
            first = next(iter(found.values()), new)
            _require_alike(
                first, new, "settings", f"{folder} was made with other settings than {first.folder}"
            )
            if heading != headings[0]:
                raise InputError(
                    f"{folder} has other columns than {folders[0]}: merge only runs of one version "
                    "of videoemo"
                )
            old = found.get(clip_id, new)
            _require_alike(
                old, new, "video", f"{clip_id} is not the same video in {old.folder} and {folder}"
            )
            if isinstance(old.result, Failure) or old is new:
                found[clip_id] = new
    prepare_output_dir(out)
    with Leases(out, own_files=NAMES) as leases:
        leases.sweep()
        for clip_id, result in found.items():
            _copy(clip_id, result, out, leases)
        ids = sorted(found, key=lambda clip_id: clip_id.split("/"))
        results = [found[clip_id].result for clip_id in ids]
        run = Run.from_results(results, seconds=perf_counter() - started, before=0)
        pictures = any((folder / "overview.png").exists() for folder in folders)
        columns = _columns(headings[0], next((one.values for one in found.values()), ()))
        write_run_tables(
            run,
            out,
            leases,
            columns=columns,
            pictures=pictures,
            ran={"merged": [str(folder) for folder in folders]},
        )
        leases.sweep()
    return run


def _heading(folder: Path) -> list[str]:
    heading = next(_table(folder), [])
    if "dominant" not in heading:
        raise InputError(
            f"{str(folder / 'videos.csv')!r} is no table of videoemo's: give the folder that "
            "-o named"
        )
    return heading


def _ids(folder: Path) -> list[str]:
    rows = _table(folder)
    next(rows, None)
    return [row[0] for row in rows if row]


def _table(folder: Path) -> Iterator[list[str]]:
    try:
        with (folder / "videos.csv").open(newline="", encoding="utf-8") as file:
            yield from (list(map(from_cell, row)) for row in csv.reader(file))
    except (OSError, ValueError, csv.Error) as exc:
        raise InputError(
            f"{str(folder)!r} holds no results of a finished run ({exc}): give the folder that "
            "-o named"
        ) from exc


def _result(folder: Path, clip_id: str) -> _Result:
    try:
        try:
            content = read_json(result_folder(folder, clip_id) / "summary.json")
            result: VideoRow | Failure = from_summary(content)
        except FileNotFoundError:
            content = read_json(failure_file(folder, clip_id))
            result = Failure(**content["failure"])
        key = _key(content)
        return _Result(folder, key, _value_names(key), result)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"the results of {clip_id} in {str(folder)!r} are missing or damaged ({exc}): run it "
            "again, with --verify"
        ) from exc


def _key(content: dict[str, Any]) -> dict[str, Any]:
    key: dict[str, Any] = content["key"]
    if not (isinstance(key["video"], dict) and isinstance(key["settings"], dict)):
        raise ValueError("no key")
    return key


def _value_names(key: dict[str, Any]) -> tuple[str, ...]:
    """From the network's card, since a video that failed has no row to tell classes from values."""
    heads = key["settings"]["extractor"]["outputs"]
    return tuple(head["name"] for head in heads if head["kind"] == "value")


def _require_alike(there: _Result, here: _Result, part: str, message: str) -> None:
    """The parts of two keys are the same."""
    same: dict[str, Any] = {"video": {}, "settings": {}}
    differing = explain_differences(same | {part: there.key[part]}, same | {part: here.key[part]})
    if differing:
        raise InputError(
            f"{message} ({'; '.join(differing[:4])}): merge only what belongs together"
        )


def _columns(heading: list[str], values: tuple[str, ...]) -> Columns:
    """What `write_videos` put there."""
    own = heading[heading.index("dominant") + 1 :]
    end = own.index("prediction") if "prediction" in own else len(own)
    classes = tuple(name for name in own[:end] if name not in values)
    return Columns(classes, values, tuple(own[end + 1 :]) if end < len(own) else None)


def _copy(clip_id: str, result: _Result, out: Path, leases: Leases) -> None:
    lease = leases.take(clip_id)
    if lease is None:
        raise InputError(f"a run is at {clip_id} in {str(out)!r}: merge when it has ended")
    there = result_folder(result.folder, clip_id)
    files = [path for path in map(there.joinpath, sorted(NAMES)) if path.is_file()]
    files = [path for path in files if not path.is_symlink()]
    if isinstance(result.result, Failure):
        write_failure(lease, result.result, result.key)
    elif not _is_done(clip_id, result.key, out, {path.name for path in files}):
        with writing(lease) as folder:
            for path in files:
                shutil.copyfile(path, folder / path.name)
    leases.release(lease)


def _is_done(clip_id: str, key: dict[str, Any], out: Path, names: set[str]) -> bool:
    """Whether the same results are there already, with the files of these names."""
    outputs = {output.name: output.check for output in OUTPUTS if output.name in names}
    return state(out, clip_id, key, outputs=outputs, verify=False).kind == "done"
