"""Plan of a run: the videos to do, and the results that are there already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from videoemo.errors import OutputError
from videoemo.records import Clip
from videoemo.runs.state.fingerprint import make_key, video_key
from videoemo.runs.state.integrity import FileCheck
from videoemo.runs.state.paths import check_result_folders, result_folder
from videoemo.runs.state.results import State, state
from videoemo.tables.columns import Columns
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow
from videoemo.util.json_files import read_object
from videoemo.util.messages import count_noun, first_names, shown
from videoemo.util.slow_work import SlowWork

__all__ = ["Plan", "Resume", "make_plan"]

# Of one video, and of a forecast: three hundred centuries are as good as any other number.
_MOST_SECONDS = 1e12


@dataclass(frozen=True)
class Resume:
    """How a run resumes an earlier one.

    Parameters
    ----------
    redo : bool, default=False
        Do all videos again.
    retry_failed : bool, default=False
        Try the failed videos again.
    verify : bool, default=False
        Verify the results by reading every output and hashing every video completely.
    """

    redo: bool = False
    retry_failed: bool = False
    verify: bool = False


@dataclass
class Plan:
    """Plan of a run.

    Parameters
    ----------
    clips : sequence of Clip
        All of them, in path order.
    todo : list of Clip
        Those to do, the longest first.
    out : Path
        The output folder.
    outputs : mapping of str to FileCheck
        The files that each clip must have beside summary.json, and how the integrity of each is
        checked.
    own_files : frozenset of str
        Names of all files that a run may put into a clip's folder.
    resume : Resume
        How an earlier run is resumed.
    videos : dict of str to dict of str to object
        The video's part of each clip's key, by its id.
    settings : dict of str to object
        The settings' part, the same for all clips.
    known : dict of str to (VideoRow or Failure)
        The results of the clips that are not to do, by their ids.
    columns : Columns or None
        What the row of each clip must hold beside counts; None for nothing.
    redo_reasons : dict of (str, str) to list of str
        The ids of the clips that are done again, by the kind of their state and the reason.
    """

    out: Path
    outputs: Mapping[str, FileCheck]
    own_files: frozenset[str]
    resume: Resume
    clips: Sequence[Clip]
    videos: dict[str, dict[str, Any]]
    settings: dict[str, Any]
    todo: list[Clip] = field(default_factory=list)
    known: dict[str, VideoRow | Failure] = field(default_factory=dict)
    columns: Columns | None = None
    redo_reasons: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def key(self, clip: Clip) -> dict[str, Any]:
        """Key of a clip: what its result depends on."""
        return make_key(self.videos[clip.id], self.settings)

    @property
    def todo_sizes(self) -> dict[str, int]:
        """Bytes of each clip to do, by its id; at least 1, also of one that cannot be read, which
        will soon be a failed row.
        """
        return {clip.id: self._size(clip.id) for clip in self.todo}

    def find_result(self, clip: Clip) -> VideoRow | Failure | None:
        """Find the valid result of a clip on disk; None where it is to be done."""
        return self._valid_result(clip, self._state(clip))

    def add(self, clip: Clip) -> None:
        """Add a clip to those to do, or its result to the known ones."""
        found = self._state(clip)
        result = self._valid_result(clip, found)
        if result is not None:
            self.known[clip.id] = result
            return
        self.todo.append(clip)
        if found.reasons and not self.resume.redo:
            again = self.redo_reasons.setdefault((found.kind, "; ".join(found.reasons)), [])
            again.append(clip.id)

    def redo_notices(self) -> list[str]:
        """Notices of the results that are done again, one a reason; of damaged ones with names."""
        return [
            f"{len(ids)} {'video is' if len(ids) == 1 else 'videos are'} done again: {reason}"
            f"{f' ({first_names(ids)})' if kind == 'incomplete' else ''}"
            for (kind, reason), ids in sorted(self.redo_reasons.items())
        ]

    def forecast(self, jobs: int) -> list[str]:
        """Forecast of the run in lines for a terminal: what is to do, and how long it takes.

        Parameters
        ----------
        jobs : int
            The number of workers. The speed is that of the results there are, by bytes.
        """
        failed = sum(isinstance(result, Failure) for result in self.known.values())
        todo = sum(self.todo_sizes.values())
        done = {
            clip_id: taken
            for clip_id in self.known
            if (taken := _seconds_taken(result_folder(self.out, clip_id))) is not None
        }
        lines = [
            f"to do: {len(self.todo):,} of {len(self.clips):,} videos, {todo / 1e6:,.1f} MB",
            *self.redo_notices(),
        ]
        if self.known:
            lines.append(f"done: {len(self.known) - failed:,}; failed before: {failed:,}")
        if done:
            size_done = sum(map(self._size, done))
            seconds = min(sum(done.values()) / size_done * todo / jobs, _MOST_SECONDS)
            workers = count_noun(jobs, "worker")
            lines.append(f"at the speed so far: {timedelta(seconds=round(seconds))} with {workers}")
        return lines

    def _size(self, clip_id: str) -> int:
        size: int = self.videos[clip_id].get("size", 0)  # none where it cannot be read
        return max(size, 1)

    def _state(self, clip: Clip) -> State:
        return state(
            self.out,
            clip.id,
            self.key(clip),
            outputs=self.outputs,
            columns=self.columns,
            verify=self.resume.verify,
        )

    def _valid_result(self, clip: Clip, found: State) -> VideoRow | Failure | None:
        if found.owner in self.videos:
            return _taken(clip, found.owner)
        if self.resume.redo:
            return None
        return found.row or (None if self.resume.retry_failed else found.failure)


def make_plan(
    clips: Sequence[Clip],
    out: Path,
    settings: dict[str, Any],
    *,
    outputs: Mapping[str, FileCheck],
    own_files: Collection[str] = (),
    columns: Columns | None = None,
    resume: Resume,
    further: Mapping[str, dict[str, Any]] | None = None,
    notice: Callable[[str], None] | None = None,
) -> Plan:
    """Plan a run from the results in its output folder.

    Parameters
    ----------
    clips : sequence of Clip
        All of the run.
    out : Path
        The output folder.
    settings : dict of str to object
        What the results depend on beside the clips.
    outputs : mapping of str to FileCheck
        The files that each clip must have beside summary.json, and how the integrity of each is
        checked.
    own_files : collection of str
        Names of other files that a run may put into a clip's folder.
    columns : Columns or None
        What the row of each clip must hold beside counts; None for nothing.
    resume : Resume
        How an earlier run is resumed.
    further : mapping of str to dict, or None
        What else the result of a clip depends on than its file, such as `results`, by its id.
    notice : callable or None
        Called with how far it is, where it takes long.

    Raises
    ------
    InputError
        There is no place for the results; see `check_result_folders`.
    """
    check_result_folders(out, (clip.id for clip in clips))
    slow, of_all = SlowWork(notice), f"of {count_noun(len(clips), 'video')}"
    videos: dict[str, dict[str, Any]] = {}
    for n, clip in enumerate(clips, start=1):
        own = video_key(clip.path, whole=resume.verify)
        videos[clip.id] = {**own, **(further or {}).get(clip.id, {})}
        slow.go_on(f"looking at the videos: {n:,} {of_all}")
    everything = frozenset([*outputs, *own_files, "summary.json"])
    plan = Plan(out, outputs, everything, resume, clips, videos, settings, columns=columns)
    for n, clip in enumerate(clips, start=1):
        plan.add(clip)
        slow.go_on(f"looking for results of before: {n:,} {of_all}")
    # So that no long one is begun when all others are done; by bytes, since no video is opened for
    # the plan. Ties stay in path order.
    size = plan.todo_sizes
    plan.todo.sort(key=lambda clip: -size[clip.id])
    return plan


def _taken(clip: Clip, other: str) -> Failure:
    """The failure of a clip whose results would take the place of another's."""
    message = (
        f"{clip.path}: the output folder cannot tell its name from that of {shown(other)}, whose "
        "results are there: rename one of the two, or give a folder on another disk with -o"
    )
    return Failure(clip.id, "write", OutputError.__name__, message)


def _seconds_taken(folder: Path) -> float | None:
    try:
        seconds = read_object(folder / "summary.json")["seconds_taken"]["all"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = type(seconds) in (float, int) and 0 <= seconds <= _MOST_SECONDS
    return float(seconds) if known else None
