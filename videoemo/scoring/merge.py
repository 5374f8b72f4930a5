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

from videoemo.config.toml import build_record
from videoemo.errors import InputError, RecipeError
from videoemo.runs.state.fingerprint import explain_differences, is_key
from videoemo.runs.state.integrity import check_integrity
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.paths import failure_file, lease_folder, result_folder
from videoemo.runs.state.results import state, write_failure, writing
from videoemo.scoring.outputs import OUTPUTS, REPLACED
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.tables.columns import Columns
from videoemo.tables.corrections import CORRECTIONS, read_corrections
from videoemo.tables.faces import SCHEMA
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.summary import Failure, from_failure, from_summary
from videoemo.tables.videos import VideoRow, read_videos
from videoemo.util.files import atomic_write, prepare_output_dir
from videoemo.util.json_files import read_object
from videoemo.util.messages import reason_of, shown
from videoemo.util.regular_files import open_regular
from videoemo.zoo.heads import Head

__all__ = ["merge"]


@dataclass(frozen=True)
class _Table:
    """What the videos.csv of a run says."""

    outputs: list[str]  # the names of the network's classes and values
    scores: tuple[str, ...] | None  # of its classifier
    videos: list[str]


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
    tables = [_table(folder) for folder in folders]
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


def _table(folder: Path) -> _Table:
    try:
        return _Table(*read_videos(folder / "videos.csv"))
    except OSError as exc:
        raise InputError(
            f"{str(folder)!r} holds no results of a finished run (videos.csv: {reason_of(exc)}): "
            "give the folder that -o named"
        ) from exc
    except ValueError as exc:
        raise InputError(
            f"{str(folder / 'videos.csv')!r} is no table of this version of videoemo "
            f"({reason_of(exc)}): run it again, or give the folder that -o named"
        ) from exc


def _result(folder: Path, clip_id: str, table: _Table) -> _Result:
    there = result_folder(folder, clip_id)
    if there.is_symlink():
        raise _damaged(folder, clip_id, "its folder is a link")
    what, failed = "summary.json", False
    try:
        try:
            content = read_object(there / "summary.json")
        except FileNotFoundError:
            what, failed = "the record of its failure", True
            content = read_object(failure_file(folder, clip_id))
        key = _key(content, folder)
        columns = _columns(key, table)
        result: VideoRow | Failure = (
            from_failure(content.get("failure")) if failed else from_summary(content, columns)
        )
        if result.video != clip_id:
            raise ValueError(f"video: expected {shown(clip_id)}, got {shown(result.video)}")
    except FileNotFoundError as exc:
        raise _damaged(folder, clip_id, "there are none") from exc
    except (OSError, ValueError, RecipeError) as exc:
        raise _damaged(folder, clip_id, f"{what}: {reason_of(exc)}") from exc
    files = () if failed else _whole_files(folder, clip_id, columns)
    corrections = _place(folder, clip_id)
    there_are = not failed and os.path.lexists(corrections)
    if there_are:
        _check_corrections(corrections, columns)
    return _Result(folder, key, columns, result, files, corrections if there_are else None)


def _damaged(folder: Path, clip_id: str, reason: str) -> InputError:
    return InputError(
        f"the results of {clip_id} in {str(folder)!r} are missing or damaged ({reason}): run it "
        "again, with --verify"
    )


def _key(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    key: Any = content.get("key")
    if not is_key(key):
        raise ValueError("it does not say what it was made from")
    schema = key["settings"].get("schema")
    if schema != SCHEMA:
        raise InputError(
            f"{folder} was made by another version of videoemo (tables of version {shown(schema)}, "
            f"here {SCHEMA}): run it again, then merge"
        )
    settings: dict[str, Any] = key
    return settings


def _columns(key: dict[str, Any], table: _Table) -> Columns:
    """From the network's card, since a video that failed has no row to tell classes from values."""
    extractor = key["settings"].get("extractor")
    given = extractor.get("outputs") if isinstance(extractor, dict) else None
    if not (isinstance(given, list) and all(isinstance(head, dict) for head in given)):
        raise ValueError(f"outputs: expected those of a network, got {shown(given)}")
    heads = [
        build_record(
            Head,
            {name: value for name, value in head.items() if value is not None},
            where="outputs",
        )
        for head in given
    ]
    classes = tuple(label for head in heads if head.kind == "classes" for label in head.labels)
    values = tuple(head.name for head in heads if head.kind == "value")
    if [*classes, *values] != table.outputs:
        raise ValueError(
            f"outputs: expected {shown(table.outputs)} as in videos.csv, got "
            f"{shown([*classes, *values])}"
        )
    return Columns(classes, values, table.scores)


def _whole_files(folder: Path, clip_id: str, columns: Columns) -> tuple[str, ...]:
    """The names of a video's outputs, all of them checked."""
    there, names = result_folder(folder, clip_id), []
    for output in OUTPUTS:
        if output.required or os.path.lexists(there / output.name):
            damage = check_integrity(there / output.name, output.check(columns), whole=True)
            if damage is not None:
                raise _damaged(folder, clip_id, damage)
            names.append(output.name)
    return (*names, "summary.json")


def _place(folder: Path, clip_id: str) -> Path:
    """Where the corrections of a video are."""
    return result_folder(folder, clip_id) / CORRECTIONS


def _check_corrections(path: Path, columns: Columns) -> None:
    try:
        read_corrections(path, columns.classes)
    except (OSError, ValueError) as exc:
        raise InputError(
            f"{str(path)!r} is damaged ({reason_of(exc)}): mend it, or import the corrections again"
        ) from exc


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
