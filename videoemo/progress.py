"""How a long run goes, on standard error: a line that is rewritten on a terminal, one line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import monotonic

from tqdm import tqdm

from videoemo.records import Clip
from videoemo.tables import VideoRow

__all__ = ["ConsoleProgress"]

# Seconds between two lines where standard error is a file or a pipe.
_QUIET = 10.0


class ConsoleProgress:
    """Videos done, frames a second and the time left, which is judged by the bytes of video done."""

    def begin(self, clips: Sequence[Clip]) -> None:
        """Start the clock."""
        self._sizes = {clip.id: _size(clip) for clip in clips}
        self._n_videos, self._videos, self._frames = len(clips), 0, 0
        self._started = self._said = monotonic()
        self._bar = tqdm(
            total=sum(self._sizes.values()),
            file=sys.stderr,
            bar_format="{bar:24} {percentage:3.0f}%  {remaining} left  {desc}",
            leave=False,
            disable=None,  # not on a terminal: no bar
            dynamic_ncols=True,
        )
        self._before = 0.0

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """Count some frames."""
        self._frames += n_frames
        self._advance(clip.id, share)

    def end(self, row: VideoRow) -> None:
        """Count a video; say at once when it failed."""
        self._advance(row.video, 1.0)
        self._before += self._sizes[row.video]
        self._videos += 1
        if row.failed:
            tqdm.write(f"failed: {row.video}: {row.error}", file=sys.stderr)
        if self._videos == self._n_videos:
            self._bar.close()

    def _advance(self, clip_id: str, share: float) -> None:
        done = self._before + share * self._sizes[clip_id]
        elapsed = monotonic() - self._started
        speed = f"{self._videos}/{self._n_videos} videos  {self._frames / max(elapsed, 1e-9):.0f} frames/s"
        self._bar.set_description_str(f"{speed}  {clip_id}", refresh=False)
        self._bar.update(done - self._bar.n)
        if self._bar.disable and monotonic() - self._said > _QUIET:
            self._said = monotonic()
            left = elapsed * (sum(self._sizes.values()) / max(done, 1.0) - 1)
            print(f"{speed}  {tqdm.format_interval(max(left, 0))} left", file=sys.stderr, flush=True)


def _size(clip: Clip) -> int:
    """Bytes; 1 for what cannot be looked at, which will be a failed row soon."""
    try:
        if clip.path.is_dir():
            return sum(path.stat().st_size for path in clip.path.iterdir()) + 1
        return clip.path.stat().st_size + 1
    except OSError:
        return 1
