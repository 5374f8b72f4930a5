"""The videos of a folder of results annotated, by worker processes; what is done is kept."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from videoemo.annotation.search import thorough
from videoemo.annotation.style import Style
from videoemo.config.pipeline import Pipeline
from videoemo.errors import InputError
from videoemo.inference.resolve import resolve
from videoemo.records import Clip
from videoemo.results import Results, VideoResults
from videoemo.runs.execute import execute, publishing_tables
from videoemo.runs.job import Work
from videoemo.runs.plan import Resume, make_plan
from videoemo.runs.progress import Progress
from videoemo.runs.state.integrity import FileCheck
from videoemo.runs.state.paths import ANNOTATED_FILES, result_folder
from videoemo.runs.workers.interfaces import Limits
from videoemo.tables.corrections import CORRECTIONS
from videoemo.tables.faces import SCHEMA, FaceTable
from videoemo.tables.failures import write_failures
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow
from videoemo.util.json_files import read_object
from videoemo.util.messages import count_noun, first_names
from videoemo.video import find_encoder
from videoemo.video.container.truncation import is_truncated, lacks_index
from videoemo.video.writing.encoders import Encoder

__all__ = ["Annotated", "annotate", "require_no_results"]

# Of what is drawn, how and where: goes up when that changes, so that videos are made again.
VERSION = 1


@dataclass(frozen=True)
class Annotated:
    """What became of a run.

    Parameters
    ----------
    rows : list of VideoRow
        One a video that was annotated, in path order.
    failures : list of Failure
        Of those that could not be.
    covered : dict of str to int
        The counts of all videos together, see `FrameCovering.counts`; empty where nothing is
        covered.
    seconds : float
        It took so long.
    before : int
        How many of the videos had been done before.
    file : str
        The name of the video in the folder of each.
    """

    rows: list[VideoRow]
    failures: list[Failure]
    covered: dict[str, int]
    seconds: float
    before: int
    file: str


def annotate(
    results: Results,
    out: Path,
    style: Style,
    *,
    progress: Progress,
    jobs: int = 1,
    redo: bool = False,
) -> Annotated:
    """Annotate every video of some results, each into a folder below `out`.

    A video that moved away or is not the one that was scored, or cannot be read, becomes a failure,
    and the others go on; pictures are left out. What an earlier run did with the same results and
    style counts.

    Parameters
    ----------
    results : Results
        What is drawn.
    out : Path
        The folder for the videos.
    style : Style
        How they are drawn, and who is covered.
    progress : Progress
        Called with how the run goes.
    jobs : int, default=1
        Worker processes.
    redo : bool, default=False
        Whether what an earlier run did is done again.

    Raises
    ------
    InputError
        `out` holds results of `score`, there is no video to annotate, or what looks for faces is
        not here.
    WeightsError, FetchError
        Likewise.
    WorkerError
        The workers cannot be started.
    OutputError
        `out` cannot be written, or there is no encoder of video.
    """
    require_no_results(out)
    encoder = find_encoder()
    if encoder.remark:
        progress.notice(encoder.remark)
    found = _find_videos(results, style.spare, progress.notice)
    clips, failures = found.clips, found.failures
    searching = None if style.cover is None else _searching(found, progress.notice)
    name = f"{style.file_stem}{encoder.suffix}"
    plan = make_plan(
        clips,
        out,
        _settings(style, encoder),
        outputs={name: FileCheck(b"", b"", _check_whole, always=True)},
        own_files=ANNOTATED_FILES,
        resume=Resume(redo=redo, retry_failed=True),
        further=found.results,
        notice=progress.notice,
    )
    load = partial(_load_task, results.path, style, encoder, searching)
    limits = (
        Limits()
        if searching is None
        else Limits(
            load_timeout=searching.limits.load_timeout, load_memory=searching.limits.load_memory
        )
    )
    before, started = len(plan.known), perf_counter()
    with execute(plan, load, load, limits=limits, jobs=jobs, progress=progress) as leases:
        known = [plan.known[clip.id] for clip in clips]
        failures = sorted(
            [*failures, *(one for one in known if isinstance(one, Failure))],
            key=lambda failure: failure.video,
        )
        with publishing_tables(leases) as folder:
            if failures:
                write_failures(failures, folder / "errors.csv")
        if not failures:
            (out / "errors.csv").unlink(missing_ok=True)
    rows = [one for one in known if isinstance(one, VideoRow)]
    covered = Counter[str]()
    for row in rows if style.cover is not None else ():
        covered.update(read_object(result_folder(out, row.video) / "summary.json")["covered"])
    return Annotated(
        rows, failures, dict(covered), seconds=perf_counter() - started, before=before, file=name
    )


def require_no_results(out: Path) -> None:
    """Check that a folder is no folder of results, in whose place videos would be put.

    Raises
    ------
    InputError
        It is one.
    """
    if (out / "videos.csv").exists():
        raise InputError(
            f"{str(out)!r} holds the results of a run of score: give another folder for the videos "
            "with -o"
        )


@dataclass(frozen=True)
class _Found:
    """The videos of some results.

    Parameters
    ----------
    clips : list of Clip
        Those that are there, in path order.
    pipelines : list of Pipeline
        With which they were scored, in the same order.
    results : dict of str to dict of str to object
        What their annotation depends on beside the video and the style, by their ids.
    failures : list of Failure
        Those that are not.
    """

    clips: list[Clip]
    pipelines: list[Pipeline]
    results: dict[str, dict[str, Any]]
    failures: list[Failure]


def _find_videos(results: Results, spare: tuple[int, ...], notice: Callable[[str], None]) -> _Found:
    found, pictures = _Found([], [], {}, []), list[str]()
    for one in results.scored:
        if not one.row.seconds:  # it lasts no time
            pictures.append(one.name)
            continue
        try:
            source = one.source()
            if source.status != "same" or source.path is None:
                raise InputError(source.reason)
            if spare:
                _require_tracks(one.table, spare)
            pipeline, state = one.pipeline, _state(one)
        except InputError as exc:
            notice(f"failed: {one.name}: {exc}")
            found.failures.append(Failure(one.name, "probe", type(exc).__name__, str(exc)))
            continue
        found.clips.append(Clip(source.path, one.name))
        found.pipelines.append(pipeline)
        found.results[one.name] = {"results": state}
    if pictures and not (found.clips or found.failures):
        raise InputError(
            f"{first_names(pictures)}: a picture, not a video: its faces are drawn nowhere; give "
            "a video, or results of videos"
        )
    if pictures:
        notice(f"{count_noun(len(pictures), 'picture')} left out: only videos are annotated")
    failed = sum(row.failed for row in results.rows)
    if failed:
        notice(f"{count_noun(failed, 'video')} left out that could not be scored")
    if not (found.clips or found.failures):
        raise InputError(f"no video was scored in {str(results.path)!r}: there is none to annotate")
    return found


def _require_tracks(table: FaceTable, wanted: tuple[int, ...]) -> None:
    there = np.unique(table.track[table.track >= 0]).tolist()
    absent = sorted(set(wanted).difference(there))
    if absent:
        n = len(there)
        has = f"its {count_noun(n, 'track')} {'is' if n == 1 else 'are'} {_listed(there)}"
        raise InputError(
            f"there is no track {', '.join(map(str, absent))} to spare: "
            f"{has if there else 'no face was found in it'}"
        )


def _listed(tracks: list[int]) -> str:
    """Numbers, or the first and the last of many."""
    if len(tracks) <= 8:
        return ", ".join(map(str, tracks))
    return f"{tracks[0]} to {tracks[-1]}, by tracks.csv"


def _state(one: VideoResults) -> str:
    """A checksum of what the results of a video were made from, and of what was put right."""
    made_from = hashlib.sha256(json.dumps(one.summary["key"], sort_keys=True).encode())
    corrections = one.folder / CORRECTIONS
    if corrections.exists():
        made_from.update(corrections.read_bytes())
    return made_from.hexdigest()


def _searching(found: _Found, notice: Callable[[str], None]) -> Pipeline | None:
    """The settings with which faces are looked for in the first video; those of all must be of
    networks that are here.
    """
    for at, pipeline in enumerate(found.pipelines):
        if pipeline.network not in [one.network for one in found.pipelines[:at]]:
            resolve(thorough(pipeline, pictures=False), notice=notice)
    if not found.clips:
        return None
    return thorough(found.pipelines[0], pictures=found.clips[0].path.is_dir())


def _settings(style: Style, encoder: Encoder) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "annotation": VERSION,
        "encoder": encoder.name,
        **asdict(style),
        "spare": sorted(set(style.spare)),
    }


def _check_whole(path: Path) -> None:
    """Raise ValueError for a video that was cut off."""
    if (path.suffix == ".mp4" and lacks_index(path)) or is_truncated(path):
        raise ValueError("it was cut off")


def _load_task(results: Path, style: Style, encoder: Encoder, searching: Pipeline | None) -> Work:
    """`task.prepare`, with what it needs imported in the worker alone."""
    from videoemo.annotation.task import prepare

    return prepare(results, style, encoder, searching)
