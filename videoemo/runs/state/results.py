"""Results of videos: published atomically, and their state read back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from videoemo.errors import InputError, LeaseLostError, OutputError
from videoemo.runs.state.fingerprint import equal, explain_differences, is_key
from videoemo.runs.state.integrity import FileCheck, check_integrity
from videoemo.runs.state.leases import Lease
from videoemo.runs.state.obstacles import describe
from videoemo.runs.state.paths import failure_file, result_folder
from videoemo.runs.state.replace import replace
from videoemo.tables.columns import Columns
from videoemo.tables.summary import Failure, from_failure, from_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object
from videoemo.util.messages import reason_of

__all__ = ["State", "publishing", "state", "write_failure", "writing"]

# A file in a folder that is being written: a run whose lease is taken over finds it gone, even if
# it has made the folder anew.
_MARK = ".unfinished"


@dataclass(frozen=True)
class State:
    """State of a video's result.

    Parameters
    ----------
    kind : {"done", "failed", "new", "changed", "incomplete", "taken"}
        `done`; `failed`, with the same key; `new`; `changed`, done with another key; `incomplete`,
        an output is missing or damaged; `taken`, the file system has one folder for its name and
        another video's, whose results are there.
    row : VideoRow or None
        Of a video that is done.
    failure : Failure or None
        Of one that failed.
    reasons : tuple of str, default=()
        What has changed, is missing or is damaged, in words.
    owner : str or None
        The id of the other video, where the place is taken.
    """

    kind: Literal["done", "failed", "new", "changed", "incomplete", "taken"]
    row: VideoRow | None = None
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()
    owner: str | None = None


def state(
    out: Path,
    clip_id: str,
    key: dict[str, Any],
    *,
    outputs: Mapping[str, FileCheck],
    columns: Columns | None = None,
    verify: bool,
) -> State:
    """State of a video's result: done when its outputs exist, are intact, and have the same key (in
    summary.json, under `key`).

    Parameters
    ----------
    out : Path
        The output folder.
    clip_id : str
        The video's id.
    key : dict of str to object
        What the result would depend on now, see `fingerprint.make_key`.
    outputs : mapping of str to FileCheck
        The files it must have beside summary.json, by name, and how the integrity of each is
        checked.
    columns : Columns or None
        What its row has to hold beside counts; None for nothing.
    verify : bool
        Whether each is read completely; otherwise only its first and last bytes are, and
        summary.json.

    Raises
    ------
    InputError
        An id that would lie outside the output folder.
    """
    result = _result(out, clip_id, key, outputs=outputs, columns=columns, verify=verify)
    if result.kind in ("done", "taken"):
        return result
    failure = _failure(failure_file(out, clip_id), clip_id, key)
    return failure if failure.kind == "failed" or not result.reasons else result


@contextmanager
def writing(lease: Lease) -> Iterator[Path]:
    """Write a video's outputs: yields an empty folder, which on success becomes the video's folder
    in one step, in place of an older one.

    Its summary.json must have `key`, and the fields of `summary.to_summary`. Files that others have
    put into the older folder are kept.

    Raises
    ------
    LeaseLostError
        Another run took the video over meanwhile; nothing of this one is left.
    OutputError
        It cannot be written (no space, no permission); an older result is unchanged.
    """
    with _unfinished(lease) as folder:
        yield folder
        _finish(folder)
        replace(folder, lease.out, lease.clip_id, own_files=lease.own_files)
        failure_file(lease.out, lease.clip_id).unlink(missing_ok=True)


@contextmanager
def publishing(lease: Lease) -> Iterator[Path]:
    """Publish the tables of the whole run (a lease of `RUN`): yields an empty folder; on success
    each file in it replaces the one of the same name in `out`.

    Raises
    ------
    LeaseLostError
        Another run took over meanwhile.
    OutputError
        They cannot be written.
    """
    with _unfinished(lease) as folder:
        yield folder
        _finish(folder)
        for path in sorted(folder.iterdir()):
            path.replace(lease.out / path.name)


def write_failure(lease: Lease, failure: Failure, key: dict[str, Any]) -> None:
    """Write the record of a failure with its key, so that a resumed run does not try again; an
    older result of the video is unchanged.

    Parameters
    ----------
    lease : Lease
        Of the video.
    failure : Failure
        The failure.
    key : dict of str to object
        What it depends on, see `fingerprint.make_key`.

    Raises
    ------
    LeaseLostError, OutputError
        As in `writing`.
    """
    with _unfinished(lease) as folder:
        path = failure_file(lease.out, lease.clip_id)
        written = folder / path.name
        write_json(written, {"key": key, "failure": asdict(failure)})
        _finish(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        written.replace(path)


@contextmanager
def _unfinished(lease: Lease) -> Iterator[Path]:
    folder = lease.folder / f"{lease.token}.new"
    try:
        try:
            folder.mkdir()
            (folder / _MARK).touch()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except (OSError, OutputError) as exc:
        if not lease.held():
            raise LeaseLostError(
                f"{lease.clip_id}: another run took it over while this one stood still; its "
                "result counts"
            ) from exc
        if isinstance(exc, OutputError):
            raise
        raise OutputError(
            f"cannot write to {str(lease.out)!r}: {describe(exc)}; mend that and run it again; "
            "what is done is kept"
        ) from exc


def _finish(folder: Path) -> None:
    (folder / _MARK).unlink()
    # Temporary files of a worker that died at this video, before another one did it.
    for path in folder.glob(".*"):
        path.unlink()


def _result(
    out: Path,
    clip_id: str,
    key: dict[str, Any],
    *,
    outputs: Mapping[str, FileCheck],
    columns: Columns | None,
    verify: bool,
) -> State:
    folder = result_folder(out, clip_id)
    try:
        if folder.is_symlink():
            raise ValueError("its folder is a link")
        summary = read_object(folder / "summary.json")
    except (FileNotFoundError, NotADirectoryError):
        return State("new")
    except (OSError, ValueError) as exc:
        return _damaged("summary.json", exc)
    owner = summary.get("video")
    if owner != clip_id and _is_folder_of(owner, out, folder):
        return State("taken", reasons=("the results are another video's",), owner=owner)
    changed = tuple(explain_differences(summary.get("key"), key))
    # First: what another version, or other settings, gave may well have other fields.
    if changed and is_key(summary.get("key")):
        return State("changed", reasons=changed)
    try:
        row = from_summary(summary, columns)
    except ValueError as exc:
        return _damaged("summary.json", exc)
    if row.video != clip_id:
        return State("incomplete", reasons=("the results are another video's",))
    if changed:
        return State("changed", reasons=changed)
    damaged = [
        reason
        for name, check in outputs.items()
        if (reason := check_integrity(folder / name, check, whole=verify))
    ]
    return State("incomplete", reasons=tuple(damaged)) if damaged else State("done", row=row)


def _failure(path: Path, clip_id: str, key: dict[str, Any]) -> State:
    """State by the record of a failure: `failed` where it has the same key."""
    try:
        record = read_object(path)
        if not equal(record.get("key"), key):
            return State("new")
        failure = from_failure(record.get("failure"))
    except (FileNotFoundError, NotADirectoryError):
        return State("new")
    except (OSError, ValueError) as exc:
        return _damaged("the record of its failure", exc)
    if failure.video != clip_id:
        return State("incomplete", reasons=("the record of its failure is another video's",))
    return State("failed", failure=failure)


def _damaged(what: str, exc: Exception) -> State:
    return State("incomplete", reasons=(f"{what} is damaged ({reason_of(exc)})",))


def _is_folder_of(clip_id: object, out: Path, folder: Path) -> bool:
    """Whether a video's results belong into a folder that was found by another's name."""
    with suppress(OSError, InputError):
        return isinstance(clip_id, str) and result_folder(out, clip_id).samefile(folder)
    return False
