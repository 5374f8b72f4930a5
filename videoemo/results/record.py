"""What a folder of results says: its table of videos, and of each video the record of how it was
scored, or why it failed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videoemo.config.toml import build_record
from videoemo.errors import InputError, RecipeError
from videoemo.runs.state.fingerprint import is_key
from videoemo.runs.state.paths import STATE_FOLDER, failure_file, result_folder
from videoemo.tables.columns import Columns
from videoemo.tables.corrections import CORRECTIONS, Corrections, read_corrections
from videoemo.tables.faces import SCHEMA
from videoemo.tables.results_folder import MARKER
from videoemo.tables.summary import Failure, from_failure, from_summary
from videoemo.tables.videos import VideoRow, VideosTable, read_videos
from videoemo.util.json_files import read_object
from videoemo.util.messages import brief, reason_of, shown
from videoemo.zoo.heads import Head

__all__ = ["Record", "damaged", "read_corrections_of", "read_record", "read_videos_table"]


@dataclass(frozen=True)
class Record:
    """What a run found of a video.

    Parameters
    ----------
    key : dict of str to object
        What it was made from, see `fingerprint.make_key`.
    columns : Columns
        Those of its network, and of its classifier.
    result : VideoRow or Failure
        Its row; or why it failed.
    content : dict of str to object
        All that its summary.json, or the record of its failure, holds.
    """

    key: dict[str, Any]
    columns: Columns
    result: VideoRow | Failure
    content: dict[str, Any]


def read_videos_table(out: Path) -> VideosTable:
    """Read videos.csv of a folder of results.

    Raises
    ------
    InputError
        There is none, or it is damaged, or of another version.
    """
    if not os.path.isdir(out):  # noqa: PTH112 - false, where pathlib raises, for what cannot be looked at
        raise InputError(f"no folder {str(out)!r}: give the folder that -o named")
    try:
        return read_videos(out / "videos.csv")
    except FileNotFoundError as exc:
        raise InputError(f"{str(out)!r} {_what_is_missing(out)}") from exc
    except OSError as exc:
        raise InputError(
            f"{str(out)!r} holds no results of a finished run (videos.csv: {reason_of(exc)}): "
            "give the folder that -o named"
        ) from exc
    except ValueError as exc:
        raise InputError(
            f"{str(out / 'videos.csv')!r} is no table of this version of videoemo "
            f"({reason_of(exc)}): run `score` again, or give the folder that -o named"
        ) from exc


def read_record(
    out: Path, clip_id: str, outputs: Sequence[str], scores: tuple[str, ...] | None
) -> Record:
    """Read what a finished run found of a video; no link is followed.

    Parameters
    ----------
    out : Path
        The folder of the run.
    clip_id : str
        The video's id.
    outputs : sequence of str
        The names of the network's classes and values, in the order of the columns of videos.csv.
    scores : tuple of str or None
        The columns of the classifier's scores there; None where there is no classifier.

    Raises
    ------
    InputError
        There is no record, or it is damaged, another video's, or of another version; or the id
        would lie outside the folder.
    """
    there = result_folder(out, clip_id)
    if there.is_symlink():
        raise damaged(out, clip_id, "its folder is a link")
    what, failed = "summary.json", False
    try:
        try:
            content = read_object(there / "summary.json")
        except FileNotFoundError:
            what, failed = "the record of its failure", True
            content = read_object(failure_file(out, clip_id))
        key = _key(content, out)
        columns = _columns(key, outputs, scores)
        result: VideoRow | Failure = (
            from_failure(content.get("failure")) if failed else from_summary(content, columns)
        )
        if result.video != clip_id:
            raise ValueError(f"video: expected {shown(clip_id)}, got {shown(result.video)}")
    except FileNotFoundError as exc:
        raise damaged(out, clip_id, "there are none") from exc
    except (OSError, ValueError, RecipeError) as exc:
        raise damaged(out, clip_id, f"{what}: {reason_of(exc)}") from exc
    return Record(key, columns, result, content)


def damaged(out: Path, clip_id: str, reason: str) -> InputError:
    """Error that says what is wrong with a video's results, and what to do.

    Parameters
    ----------
    out : Path
        The folder of the run.
    clip_id : str
        The video's id.
    reason : str
        Such as `faces.parquet is cut off`.
    """
    return InputError(
        f"the results of {brief(clip_id)} in {str(out)!r} are missing or damaged ({reason}): run "
        "`score` again, with --verify"
    )


def read_corrections_of(out: Path, clip_id: str, columns: Columns) -> Corrections | None:
    """Read what somebody put right in a video's results, see `tables.corrections`; None for
    nothing.

    Raises
    ------
    InputError
        They are damaged.
    """
    path = result_folder(out, clip_id) / CORRECTIONS
    if not os.path.lexists(path):
        return None
    try:
        return read_corrections(path, columns.classes)
    except (OSError, ValueError) as exc:
        raise InputError(
            f"{str(path)!r} is damaged ({reason_of(exc)}): mend it, or import the corrections again"
        ) from exc


def _what_is_missing(out: Path) -> str:
    """What a folder without videos.csv is instead, and what to do."""
    if (out / "summary.json").exists() and (out / "faces.parquet").exists():
        return "holds the results of one video: give the folder above, the one that -o named"
    if (out / MARKER).exists() or (out / STATE_FOLDER).exists():
        return (
            "holds no results of a finished run (videos.csv: not written yet): run `score` again "
            "with the same -o, and it goes on where it was interrupted"
        )
    return "holds no results of a finished run (no videos.csv): give the folder that -o named"


def _key(content: dict[str, Any], out: Path) -> dict[str, Any]:
    key: Any = content.get("key")
    if not is_key(key):
        raise ValueError("it does not say what it was made from")
    schema = key["settings"].get("schema")
    if schema != SCHEMA:
        raise InputError(
            f"{str(out)!r} was made by another version of videoemo (tables of version "
            f"{shown(schema)}, here {SCHEMA}): run `score` again"
        )
    settings: dict[str, Any] = key
    return settings


def _columns(
    key: dict[str, Any], outputs: Sequence[str], scores: tuple[str, ...] | None
) -> Columns:
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
    values = tuple(head.name for head in heads if head.is_number)
    if [*classes, *values] != list(outputs):
        raise ValueError(
            f"outputs: expected {shown(list(outputs))} as in videos.csv, got "
            f"{shown([*classes, *values])}"
        )
    return Columns(classes, values, scores, looked_at=bool(key["settings"].get("reuse")))
