"""How a long run goes, on standard error: for people a line that is rewritten, or one now and then; for machines a JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Protocol

from tqdm import tqdm

from videoemo.records import Clip
from videoemo.tables import VideoRow

__all__ = ["ConsoleProgress", "JsonProgress", "Progress", "sizes"]

# Seconds between two lines where standard error is a file or a pipe.
_QUIET = 10.0


class Progress(Protocol):
    """What is told how a run goes."""

    def begin(self, clips: Sequence[Clip]) -> None:
        """The run begins with these clips to do."""

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """So many frames of a clip are done, and this share of it, 0 to 1. A clip that is begun again starts from a smaller share."""

    def end(self, row: VideoRow) -> None:
        """A clip is done, or has failed."""

    def notice(self, text: str) -> None:
        """Something that the user should know."""

    def said(self, line: str) -> None:
        """A line that a worker, or a library in it, wrote on standard error."""


class _Course:
    """How far a run is, judged by the bytes of video done, whichever videos are being worked on.

    Parameters
    ----------
    sizes : bytes of each clip, by its id.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes = sizes
        self._shares: dict[str, float] = {}  # of those that are begun
        self._finished = 0
        self._started = monotonic()
        self.total = sum(sizes.values())
        self.videos = self.frames = 0

    def batch(self, clip_id: str, n_frames: int, share: float) -> None:
        """Count some frames."""
        self.frames += n_frames
        self._shares[clip_id] = share

    def end(self, clip_id: str) -> None:
        """Count a video."""
        self._shares.pop(clip_id, None)
        self._finished += self._sizes[clip_id]
        self.videos += 1

    @property
    def done(self) -> float:
        """Bytes of video done."""
        return self._finished + sum(share * self._sizes[clip_id] for clip_id, share in self._shares.items())

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds that the rest will take at the speed so far."""
        return self.elapsed * max(self.total / max(self.done, 1.0) - 1, 0.0)

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / max(self.elapsed, 1e-9)


class ConsoleProgress:
    """Videos done, frames a second and the time left."""

    def begin(self, clips: Sequence[Clip]) -> None:
        """Start the clock."""
        self._n_videos, self._course = len(clips), _Course(sizes(clips))
        self._said = monotonic()
        self._bar = tqdm(
            total=self._course.total,
            file=sys.stderr,
            bar_format="{bar:24} {percentage:3.0f}%  {desc}",
            leave=False,
            disable=None,  # not on a terminal: no bar
            dynamic_ncols=True,
        )

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count some frames."""
        self._course.batch(clip.id, n_frames, share)
        self._show(clip.id)

    def end(self, row: VideoRow) -> None:
        """Count a video; say at once when it failed."""
        self._course.end(row.video)
        self._show(row.video)
        if row.failed:
            tqdm.write(f"failed: {row.video}: {row.error}", file=sys.stderr)
        if self._course.videos == self._n_videos:
            self._bar.close()

    def notice(self, text: str) -> None:
        """Say it."""
        tqdm.write(f"notice: {text}", file=sys.stderr)

    def said(self, line: str) -> None:
        """Pass it on."""
        tqdm.write(line, file=sys.stderr)

    def _show(self, clip_id: str) -> None:
        course = self._course
        left = f"{tqdm.format_interval(course.left)} left"
        speed = f"{course.videos}/{self._n_videos} videos  {course.rate:.0f} frames/s"
        self._bar.set_description_str(f"{left}  {speed}  {clip_id}", refresh=False)
        self._bar.update(course.done - self._bar.n)
        if self._bar.disable and monotonic() - self._said > _QUIET:
            self._said = monotonic()
            print(f"{speed}  {left}", file=sys.stderr, flush=True)


class JsonProgress:
    """The same for machines: objects whose `event` is begin, progress, video, notice or worker."""

    def begin(self, clips: Sequence[Clip]) -> None:
        """Start the clock."""
        self._n_videos, self._course = len(clips), _Course(sizes(clips))
        self._said = monotonic()
        _print(event="begin", videos=self._n_videos, bytes=self._course.total)

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count some frames; say so now and then."""
        self._course.batch(clip.id, n_frames, share)
        if monotonic() - self._said > _QUIET:
            self._say()

    def end(self, row: VideoRow) -> None:
        """Count a video, and say what became of it."""
        self._course.end(row.video)
        _print(event="video", video=row.video, status="failed" if row.failed else "ok", error=row.error)
        if self._course.videos == self._n_videos:
            self._say()

    def notice(self, text: str) -> None:
        """Say it."""
        _print(event="notice", text=text)

    def said(self, line: str) -> None:
        """Pass it on."""
        _print(event="worker", text=line)

    def _say(self) -> None:
        self._said, course = monotonic(), self._course
        rate, elapsed, left = (round(value, 3) for value in (course.rate, course.elapsed, course.left))
        _print(
            event="progress",
            videos=course.videos,
            of=self._n_videos,
            frames=course.frames,
            frames_a_second=rate,
            seconds_taken=elapsed,
            seconds_left=left,
        )


def _print(**fields: Any) -> None:
    print(json.dumps(fields, ensure_ascii=False), file=sys.stderr, flush=True)


def sizes(clips: Sequence[Clip]) -> dict[str, int]:
    """The bytes of each clip, by its id; at least 1, which is also what one has that cannot be looked at, and will be a failed row soon."""
    return {clip.id: _size(clip) for clip in clips}


def _size(clip: Clip) -> int:
    try:
        if clip.path.is_dir():
            return sum(path.stat().st_size for path in clip.path.iterdir()) + 1
        return clip.path.stat().st_size + 1
    except OSError:
        return 1
