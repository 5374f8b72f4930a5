"""Results that appear whole or not at all, and what became of each video."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from videoemo.errors import LeaseLostError, OutputError
from videoemo.tables import VideoRow
from videoemo.work.keys import differences, same
from videoemo.work.leases import Lease
from videoemo.work.loading import damage, read_json
from videoemo.work.places import failure_file, result_folder
from videoemo.work.replacing import replace
from videoemo.work.rows import Failure, read_row

__all__ = ["State", "publishing", "state", "write_failed", "writing"]

# In a folder that is being written: a run whose lease is taken over finds it gone, even if it has made the folder anew.
_MARK = ".unfinished"


@dataclass(frozen=True)
class State:
    """What is known of a video.

    Parameters
    ----------
    kind : `done`; `failed`, with the same key; `new`; `changed`, done with another key; `incomplete`, an output is missing or damaged.
    row : of a video that is done.
    failure : of one that failed.
    reasons : what changed, is missing or is damaged, in words.
    """

    kind: Literal["done", "failed", "new", "changed", "incomplete"]
    row: VideoRow | None = None
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()


def state(out: Path, clip_id: str, key: dict[str, Any], *, outputs: Sequence[str], verify: bool) -> State:
    """What became of a video: done when its outputs exist, load, and carry the same key (in summary.json, under `key`).

    Parameters
    ----------
    outputs : the files it must have beside summary.json, such as `faces.parquet`, `timeline.png`.
    verify : open each and read it whole; otherwise only its first and last bytes are looked at, and summary.json.

    Raises
    ------
    InputError : an id that would lie outside the output folder.
    """
    there = _result(result_folder(out, clip_id), clip_id, key, outputs=outputs, verify=verify)
    if there.kind == "done":
        return there
    kept = _failure(failure_file(out, clip_id), key)
    return there if kept is None else State("failed", failure=kept)


@contextmanager
def writing(lease: Lease) -> Iterator[Path]:
    """Yield an empty folder for a video's outputs; on success it becomes the video's folder in one step, and an older one goes.

    Its summary.json must have `key`, and the fields of `row_fields`. What others have put into the older folder is kept.

    Raises
    ------
    LeaseLostError : another run took the video over meanwhile; nothing of this one is left.
    OutputError : it cannot be written (no space, no permission); an older result stands as it was.
    """
    with _unfinished(lease) as folder:
        yield folder
        _finish(folder)
        replace(folder, lease.out, lease.clip_id)
        failure_file(lease.out, lease.clip_id).unlink(missing_ok=True)


@contextmanager
def publishing(lease: Lease) -> Iterator[Path]:
    """Yield an empty folder for the tables of the whole run (a lease of `RUN`); on success each file in it replaces its namesake in `out`.

    Raises
    ------
    LeaseLostError : another run took over meanwhile.
    OutputError : they cannot be written.
    """
    with _unfinished(lease) as folder:
        yield folder
        _finish(folder)
        for path in sorted(folder.iterdir()):
            path.replace(lease.out / path.name)


def write_failed(lease: Lease, failure: Failure, key: dict[str, Any]) -> None:
    """Keep a failure with its key, so that a resume does not try again; an older result of the video stands as it was.

    Raises
    ------
    LeaseLostError, OutputError : as in `writing`.
    """
    with _unfinished(lease) as folder:
        path = failure_file(lease.out, lease.clip_id)
        written = folder / path.name
        written.write_text(json.dumps({"key": key, "failure": asdict(failure)}), encoding="utf-8")
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
            raise LeaseLostError(f"{lease.clip_id}: another run took it over while this one stood still; its result counts") from exc
        if isinstance(exc, OutputError):
            raise
        raise OutputError(f"cannot write to {str(lease.out)!r}: {exc.strerror or exc}; mend that and run it again; what is done is kept") from exc


def _finish(folder: Path) -> None:
    (folder / _MARK).unlink()
    for path in folder.glob(".*"):  # temporary files of a worker that died at it, before another one did it
        path.unlink()


def _result(folder: Path, clip_id: str, key: dict[str, Any], *, outputs: Sequence[str], verify: bool) -> State:
    try:
        summary = read_json(folder / "summary.json")
        row = read_row(summary)
    except (FileNotFoundError, NotADirectoryError):
        return State("new")
    except (OSError, ValueError, ArithmeticError) as exc:  # the last: a number that is none of ours is too large
        return State("incomplete", reasons=(f"summary.json is damaged ({exc})",))
    if row.video != clip_id:
        return State("incomplete", reasons=("the results are another video's",))
    changed = differences(summary.get("key"), key)
    if changed:
        return State("changed", reasons=tuple(changed))
    damaged = [reason for name in outputs if (reason := damage(folder / name, whole=verify))]
    return State("incomplete", reasons=tuple(damaged)) if damaged else State("done", row=row)


def _failure(path: Path, key: dict[str, Any]) -> Failure | None:
    """What was kept of a failure with the same key; one that cannot be read is none: the video is tried again."""
    with suppress(OSError, ValueError, TypeError, LookupError):
        kept = read_json(path)
        if same(kept.get("key"), key):
            return Failure(**kept["failure"])
    return None
