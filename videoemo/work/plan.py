"""What a run has to do, and what is known already."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from videoemo.progress import sizes
from videoemo.records import Clip
from videoemo.tables import VideoRow
from videoemo.work.keys import make_key, video_key
from videoemo.work.results import State, state
from videoemo.work.rows import Failure

__all__ = ["Plan", "Resume", "make_plan"]


@dataclass(frozen=True)
class Resume:
    """What of an earlier run counts.

    Parameters
    ----------
    redo : nothing: all is done again.
    retry_failed : what was done, but what failed is tried again.
    verify : what was done, once every output was opened and read whole, and every video hashed whole.
    """

    redo: bool = False
    retry_failed: bool = False
    verify: bool = False


@dataclass
class Plan:
    """What a run has to do, and what is known already.

    Parameters
    ----------
    clips : all of them, in path order.
    todo : those to do, the longest first.
    videos, settings : the parts of each clip's key, the former by its id.
    known : what became of those that are not to do, by their ids.
    why : of those to do that were done before, how many are done again for which reason.
    """

    out: Path
    outputs: tuple[str, ...]
    resume: Resume
    clips: Sequence[Clip]
    videos: dict[str, dict[str, Any]]
    settings: dict[str, Any]
    todo: list[Clip] = field(default_factory=list)
    known: dict[str, VideoRow | Failure] = field(default_factory=dict)
    why: Counter[str] = field(default_factory=Counter)

    def key(self, clip: Clip) -> dict[str, Any]:
        """What the result of a clip depends on."""
        return make_key(self.videos[clip.id], self.settings)

    def look(self, clip: Clip) -> VideoRow | Failure | None:
        """What became of a clip, as far as it counts; None where it is to be done."""
        return self._counts(self._state(clip))

    def sort(self, clip: Clip) -> None:
        """Put a clip with those to do, or with those that are known."""
        found = self._state(clip)
        counts = self._counts(found)
        if counts is not None:
            self.known[clip.id] = counts
            return
        self.todo.append(clip)
        if found.reasons and not self.resume.redo:
            self.why["; ".join(found.reasons)] += 1

    def lines(self) -> list[str]:
        """Why results that are there do not count, in words."""
        return [f"{n} {'video is' if n == 1 else 'videos are'} done again: {reason}" for reason, n in sorted(self.why.items())]

    def forecast(self, jobs: int) -> list[str]:
        """What would be done, and how long that takes so many workers, by the bytes and the seconds of what is done."""
        failed = sum(isinstance(result, Failure) for result in self.known.values())
        size = sizes(self.clips)
        todo = sum(size[clip.id] for clip in self.todo)
        done = {clip_id: taken for clip_id in self.known if (taken := _seconds_taken(self.out / clip_id)) is not None}
        told = [f"to do: {len(self.todo):,} of {len(self.clips):,} videos, {todo / 1e6:,.1f} MB", *self.lines()]
        told += [f"done: {len(self.known) - failed:,}; failed before: {failed:,}"] if self.known else []
        if done:
            seconds = sum(done.values()) / sum(size[clip_id] for clip_id in done) * todo / jobs
            told.append(f"at the speed so far: {timedelta(seconds=round(seconds))} with {jobs} {'worker' if jobs == 1 else 'workers'}")
        return told

    def _state(self, clip: Clip) -> State:
        return state(self.out, clip.id, self.key(clip), outputs=self.outputs, verify=self.resume.verify)

    def _counts(self, found: State) -> VideoRow | Failure | None:
        if self.resume.redo:
            return None
        return found.row or (None if self.resume.retry_failed else found.failure)


def make_plan(clips: Sequence[Clip], out: Path, settings: dict[str, Any], *, outputs: tuple[str, ...], resume: Resume) -> Plan:
    """Look at what is there.

    Parameters
    ----------
    settings : `keys.settings_key`.
    outputs : the files that each clip must have beside summary.json.
    """
    videos = {clip.id: video_key(clip.path, whole=resume.verify) for clip in clips}
    plan = Plan(out, outputs, resume, clips, videos, settings)
    for clip in clips:
        plan.sort(clip)
    # So that no long one is begun when all others are done; by bytes, since a video is not opened to tell. Ties stay in path order.
    size = sizes(plan.todo)
    plan.todo.sort(key=lambda clip: -size[clip.id])
    return plan


def _seconds_taken(folder: Path) -> float | None:
    try:
        return float(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["seconds_taken"]["all"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
