"""Results taken to other programs: the files of each video, in each format, beside its tables."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from videoemo.errors import InputError, OutputError
from videoemo.exports.export_file import ExportFile
from videoemo.exports.formats import Format
from videoemo.exports.track_grid import check_rate
from videoemo.results import Results
from videoemo.runs.state.paths import inside
from videoemo.util.messages import count_noun
from videoemo.util.slow_work import SlowWork

__all__ = ["ExportRun", "Remark", "export_results"]


@dataclass
class Remark:
    """What a remark is about: the names of the videos and of the formats, each once, in order."""

    videos: dict[str, None] = field(default_factory=dict)
    formats: dict[str, None] = field(default_factory=dict)


@dataclass
class ExportRun:
    """What became of an export.

    Parameters
    ----------
    written, unchanged : list of Path
        Files that were written, and those that were there as they would be written.
    kept : list of Path
        Files that were there, are other ones, and were left as they are.
    failed : dict of str to str
        Why the results of a video could not be exported, by its name.
    remarks : dict of str to Remark
        What was left out or changed.
    """

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, Remark] = field(default_factory=dict)


def export_results(
    results: Results,
    formats: Sequence[Format],
    *,
    grid: float | None = None,
    redo: bool = False,
    notice: Callable[[str], None] | None = None,
) -> ExportRun:
    """Write the results of every scored video in other programs' formats, beside its tables.

    A file that is there and would be written otherwise is kept: somebody may have worked on it.

    Parameters
    ----------
    results : Results
        The results.
    formats : sequence of Format
        Which formats.
    grid : float or None
        The rate of an even grid in Hz, for the formats that have one.
    redo : bool, default=False
        Whether files that are there are replaced.
    notice : callable or None
        Called with how far it is, where it takes long.

    Raises
    ------
    InputError
        No video was scored, or a rate that no grid has.
    OutputError
        A file cannot be written.
    """
    if grid is not None:
        check_rate(grid)
    if not results.scored:
        raise InputError(
            f"{str(results.path)!r} holds no video that was scored: see its errors.csv for why"
        )
    run, slow, put = ExportRun(), SlowWork(notice), set[Path]()
    of_all = f"of {count_noun(len(results.scored), 'video')}"
    for n, scored in enumerate(results.scored):
        slow.go_on(f"exported: {n:,} {of_all}")
        video = replace(scored)  # what is read of it goes with it: there may be thousands
        try:
            for one in formats:
                exported = one.export(video, grid)
                for file in exported.files:
                    if file.path not in put:  # some are of all videos together
                        put.add(file.path)
                        inside(results.path, file.path.parent, what=f"{str(file.path.parent)!r}")
                        getattr(run, _put(file, redo=redo)).append(file.path)
                for remark in filter(None, [*exported.remarks, video.corrections_remark]):
                    about = run.remarks.setdefault(remark, Remark())
                    about.videos[video.name] = about.formats[one.name] = None
        except InputError as exc:
            run.failed[video.name] = str(exc)
    return run


def _put(file: ExportFile, *, redo: bool) -> Literal["written", "unchanged", "kept"]:
    """Put a file where it belongs, unless another one is there that is to be kept."""
    path = file.path
    if redo or not os.path.lexists(path):
        file.write(path)
        return "written"
    new = path.with_name(f".{path.stem}.{os.getpid()}.new{path.suffix}")
    try:
        file.write(new)
        same = path.is_file() and filecmp.cmp(path, new, shallow=False)
    except OSError as exc:
        raise OutputError(f"cannot read {path}: {exc.strerror or exc}") from exc
    finally:
        new.unlink(missing_ok=True)
    return "unchanged" if same else "kept"
