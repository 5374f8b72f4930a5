"""The outputs of several runs in one folder, as if one run had made them.

All of them is read and checked before anything is written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from videoemo.errors import InputError
from videoemo.results.record import (
    damaged,
    read_corrections_of,
    read_record,
    read_videos_table,
)
from videoemo.runs.state.fingerprint import explain_differences
from videoemo.runs.state.integrity import check_integrity
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.paths import lease_folder, result_folder
from videoemo.runs.state.results import state, write_failure, writing
from videoemo.scoring.outputs import OUTPUTS, REPLACED
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.tables.columns import Columns
from videoemo.tables.corrections import CORRECTIONS
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow, VideosTable
from videoemo.util.files import atomic_write, prepare_output_dir
from videoemo.util.messages import reason_of, shown
from videoemo.util.regular_files import open_regular

__all__ = ["merge"]


@dataclass(frozen=True)
class _Result:
    """What a run found of a video."""

    folder: Path  # of the run
    key: dict[str, Any]
    columns: Columns
    result: VideoRow | Failure
    files: tuple[str, ...]  # the outputs that are there
    corrections: Path | None  # of whoever put right what was found


def merge(folders: Sequence[Path], out: Path) -> Run:
    """Copy the results of finished runs into `out`, and write the tables of all of them together.

    A video that several runs have done stands once.

    Raises
    ------
    InputError
        A folder that no finished run wrote, or that is damaged; runs with different settings, one
        at work in `out` included; a name that stands for different videos; two corrections of one
        video.
    OutputError
        `out` cannot be written.
    """
    started = perf_counter()
    tables = [read_videos_table(folder) for folder in folders]
    found: dict[str, _Result] = {}
    for folder, table in zip(folders, tables, strict=True):
        for clip_id in table.videos:
            new = _result(folder, clip_id, table)
            first = next(iter(found.values()), new)
            _require_alike(
                first, new, "settings", f"{folder} was made with other settings than {first.folder}"
            )
            old = found.get(clip_id, new)
            _require_alike(
                old, new, "video", f"{clip_id} is not the same video in {old.folder} and {folder}"
            )
            one = new if isinstance(old.result, Failure) else old
            found[clip_id] = replace(one, corrections=_corrections(clip_id, old, new))
        if (table.outputs, table.scores) != (tables[0].outputs, tables[0].scores):
            raise InputError(
                f"{folder} has other columns than {folders[0]}: merge only runs of one version "
                "of videoemo"
            )
    unknown = Columns(tuple(tables[0].outputs), (), tables[0].scores)  # of no video at all
    columns = next((one.columns for one in found.values()), unknown)
    pictures = any((folder / "overview.png").exists() for folder in folders)
    if pictures:
        _require_drawable(columns.classes, folders)
    for clip_id, one in found.items():
        _require_no_other_corrections(clip_id, one.corrections, _place(out, clip_id))
    prepare_output_dir(out)
    mark_results_folder(out)
    with Leases(out, own_files=REPLACED) as leases:
        if found:
            leases.join(next(iter(found.values())).key["settings"])
        leases.sweep()
        for clip_id, result in found.items():
            _copy(clip_id, result, out, leases)
        ids = sorted(found, key=lambda clip_id: clip_id.split("/"))
        results = [found[clip_id].result for clip_id in ids]
        run = Run.from_results(results, seconds=perf_counter() - started, before=0)
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


def _result(folder: Path, clip_id: str, table: VideosTable) -> _Result:
    record = read_record(folder, clip_id, table.outputs, table.scores)
    failed = isinstance(record.result, Failure)
    files = () if failed else _whole_files(folder, clip_id, record.columns)
    found = None if failed else read_corrections_of(folder, clip_id, record.columns)
    corrections = None if found is None else _place(folder, clip_id)
    return _Result(folder, record.key, record.columns, record.result, files, corrections)


def _whole_files(folder: Path, clip_id: str, columns: Columns) -> tuple[str, ...]:
    """The names of a video's outputs, all of them checked."""
    there, names = result_folder(folder, clip_id), []
    for output in OUTPUTS:
        if output.required or os.path.lexists(there / output.name):
            damage = check_integrity(there / output.name, output.check(columns), whole=True)
            if damage is not None:
                raise damaged(folder, clip_id, damage)
            names.append(output.name)
    return (*names, "summary.json")


def _place(folder: Path, clip_id: str) -> Path:
    """Where the corrections of a video are."""
    return result_folder(folder, clip_id) / CORRECTIONS


def _corrections(clip_id: str, old: _Result, new: _Result) -> Path | None:
    """The corrections of a video that two runs have done, which are the same where both have
    some.
    """
    if old.corrections is not None and new.corrections is not None:
        _require_no_other_corrections(clip_id, old.corrections, new.corrections)
    return old.corrections or new.corrections


def _require_no_other_corrections(clip_id: str, here: Path | None, there: Path) -> None:
    if here is None or not os.path.lexists(there):
        return
    try:
        same = _same_bytes(here, there)
    except OSError as exc:
        raise InputError(f"cannot read {str(there)!r}: {reason_of(exc)}") from exc
    if not same:
        raise InputError(
            f"the corrections of {clip_id} in {str(here)!r} and {str(there)!r} differ: keep those "
            "that are right, and merge again"
        )


def _same_bytes(one: Path, other: Path) -> bool:
    with (
        open_regular(one, follow_links=False) as first,
        open_regular(other, follow_links=False) as second,
    ):
        return first.read() == second.read()


def _require_alike(there: _Result, here: _Result, part: str, message: str) -> None:
    """The parts of two keys are the same."""
    same: dict[str, Any] = {"video": {}, "settings": {}}
    differing = explain_differences(same | {part: there.key[part]}, same | {part: here.key[part]})
    if differing:
        raise InputError(
            f"{message} ({'; '.join(differing[:4])}): merge only what belongs together"
        )


def _require_drawable(classes: Sequence[str], folders: Sequence[Path]) -> None:
    from videoemo.plots import MOST_CLASSES

    if len(classes) > MOST_CLASSES:
        raise InputError(
            f"{folders[0]} has {len(classes)} classes, and no overview.png of more than "
            f"{MOST_CLASSES} is drawn: remove overview.png, and merge again"
        )


def _copy(clip_id: str, result: _Result, out: Path, leases: Leases) -> None:
    lease = leases.take(clip_id)
    if lease is None:
        raise InputError(
            f"a run is at {clip_id} in {str(out)!r}: merge when it has ended; if none is at work, "
            f"remove {lease_folder(out, clip_id)}"
        )
    there = result_folder(result.folder, clip_id)
    if isinstance(result.result, Failure):
        write_failure(lease, result.result, result.key)
    elif not _is_done(clip_id, result, out):
        with writing(lease) as folder:
            for name in result.files:
                with (
                    open_regular(there / name, follow_links=False) as file,
                    (folder / name).open("xb") as copy,
                ):
                    shutil.copyfileobj(file, copy)
    if result.corrections is not None and not (place := _place(out, clip_id)).exists():
        with (
            open_regular(result.corrections, follow_links=False) as file,
            atomic_write(place) as temporary,
            temporary.open("xb") as copy,
        ):
            shutil.copyfileobj(file, copy)
    leases.release(lease)


def _is_done(clip_id: str, result: _Result, out: Path) -> bool:
    """Whether the same results are there already, with the same files."""
    checks = {
        output.name: output.check(result.columns)
        for output in OUTPUTS
        if output.name in result.files
    }
    found = state(out, clip_id, result.key, outputs=checks, columns=result.columns, verify=False)
    if found.owner is not None:
        raise InputError(
            f"{str(out)!r} cannot tell {shown(clip_id)} from {shown(found.owner)}, whose results "
            "are there: give a folder on another disk with -o"
        )
    return found.kind == "done"
