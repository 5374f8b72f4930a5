"""Progress of a run on standard error: a bar for people, or lines at intervals where that is no
terminal; JSON lines for machines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

from tqdm import tqdm

from videoemo.records import Clip
from videoemo.tables.videos import VideoRow
from videoemo.util.terminal import safe_stderr, say
from videoemo.util.text import escape, map_text, printable

__all__ = ["ConsoleProgress", "JsonProgress", "Progress"]

# Seconds between two lines where standard error is a file or a pipe.
_INTERVAL = 10.0


class Progress(Protocol):
    """Progress of a run: receives its events."""

    def begin(self, sizes: Mapping[str, int]) -> None:
        """Begin with some clips to do: the bytes of each, above 0, by its id."""

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count `n_frames` more frames of a clip, of which `share` is now done, 0 to 1. A clip that
        is begun again starts from a smaller share.
        """

    def end(self, row: VideoRow) -> None:
        """End a clip, which is done or has failed."""

    def notice(self, text: str) -> None:
        """Show a message to the user."""

    def stderr_line(self, line: str) -> None:
        """Show a line that a worker, or a library in it, wrote on standard error."""


class _Estimate:
    """Estimate of the time left, by the bytes of video done.

    Parameters
    ----------
    sizes : mapping of str to int
        Bytes of each clip, by its id.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes = sizes
        self._shares: dict[str, float] = {}  # of the clips in progress
        self._finished = 0
        self._started = monotonic()
        self.total = sum(sizes.values())
        self.videos = self.frames = 0

    def batch(self, clip_id: str, n_frames: int, share: float) -> None:
        """Count frames of a video."""
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
        return self._finished + sum(
            share * self._sizes[clip_id] for clip_id, share in self._shares.items()
        )

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds left at the speed so far."""
        return self.elapsed * max(self.total / max(self.done, 1.0) - 1, 0.0)

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / max(self.elapsed, 1e-9)


class ConsoleProgress:
    """Progress for people: videos done, frames a second and the time left."""

    def __init__(self) -> None:
        self._stderr = safe_stderr()

    def begin(self, sizes: Mapping[str, int]) -> None:
        """Start the clock."""
        self._n_videos, self._estimate = len(sizes), _Estimate(sizes)
        self._last_report = monotonic()
        self._bar = tqdm(
            total=self._estimate.total,
            file=self._stderr,
            bar_format="{bar:24} {percentage:3.0f}%  {desc}",
            leave=False,
            disable=None,  # not on a terminal: no bar
            dynamic_ncols=True,
        )

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count frames of a video."""
        self._estimate.batch(clip.id, n_frames, share)
        self._show(clip.id)

    def end(self, row: VideoRow) -> None:
        """Count a video, and report at once where it failed."""
        self._estimate.end(row.video)
        self._show(row.video)
        if row.failed:
            self._write(f"failed: {row.video}: {row.error}")
        if self._estimate.videos == self._n_videos:
            self._bar.close()

    def notice(self, text: str) -> None:
        """Show a message."""
        self._write(f"notice: {text}")

    def stderr_line(self, line: str) -> None:
        """Show a line of a worker."""
        self._write(line)

    def _write(self, line: str) -> None:
        tqdm.write(printable(line), file=self._stderr)

    def _show(self, clip_id: str) -> None:
        estimate = self._estimate
        left = f"{tqdm.format_interval(estimate.left)} left"
        speed = f"{estimate.videos}/{self._n_videos} videos  {estimate.rate:.0f} frames/s"
        self._bar.set_description_str(f"{left}  {speed}  {printable(clip_id)}", refresh=False)
        self._bar.update(estimate.done - self._bar.n)
        if self._bar.disable and monotonic() - self._last_report > _INTERVAL:
            self._last_report = monotonic()
            self._write(f"{speed}  {left}")


class JsonProgress:
    """Progress for machines: JSON objects whose `event` is begin, progress, video, notice or
    worker.
    """

    def begin(self, sizes: Mapping[str, int]) -> None:
        """Start the clock."""
        self._n_videos, self._estimate = len(sizes), _Estimate(sizes)
        self._last_report = monotonic()
        _print(event="begin", videos=self._n_videos, bytes=self._estimate.total)

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count frames of a video, and report at intervals."""
        self._estimate.batch(clip.id, n_frames, share)
        if monotonic() - self._last_report > _INTERVAL:
            self._report()

    def end(self, row: VideoRow) -> None:
        """Count a video, and report whether it is done or failed."""
        self._estimate.end(row.video)
        _print(
            event="video", video=row.video, status="failed" if row.failed else "ok", error=row.error
        )
        if self._estimate.videos == self._n_videos:
            self._report()

    def notice(self, text: str) -> None:
        """Report a message."""
        _print(event="notice", text=text)

    def stderr_line(self, line: str) -> None:
        """Report a line of a worker."""
        _print(event="worker", text=line)

    def _report(self) -> None:
        self._last_report, estimate = monotonic(), self._estimate
        _print(
            event="progress",
            videos=estimate.videos,
            of=self._n_videos,
            frames=estimate.frames,
            frames_a_second=round(estimate.rate, 3),
            seconds_taken=round(estimate.elapsed, 3),
            seconds_left=round(estimate.left, 3),
        )


def _print(**fields: Any) -> None:
    # In ASCII, whatever the encoding; with the text of tables, since JSON has no bytes.
    say(json.dumps(map_text(escape, fields)), error=True)
