"""`videoemo score` as a command: how long a run takes, when its first frame is done, and the largest memory of its processes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from videoemo.errors import VideoemoError

from .clips import looped
from .comparing import CLIPS, Clips
from .results import Hour, Memory, Start
from .workers import ROOT

__all__ = ["Finished", "measure_hour", "measure_memory", "measure_start", "score"]

FIRST_FRAME = ("--end", "0.02")  # of 24 or 25 frames a second only the one at 0 s
HOUR, MINUTES = "woman_360p.mp4", 5.0
LARGE = "group_1080p.mp4"


@dataclass(frozen=True)
class Finished:
    """A run that ended well.

    Parameters
    ----------
    seconds : from the start of the command to its end.
    first : from the start of the command to the end of its first video.
    video_seconds, frames : of the video, as the run has them.
    peak_mib : of the largest of its processes.
    """

    seconds: float
    first: float
    video_seconds: float
    frames: int
    peak_mib: float


def score(video: Path, *options: str) -> Finished:
    """Score one video, without pictures, into a folder that is removed again (POSIX).

    Raises
    ------
    VideoemoError : it did not end well.
    """
    with tempfile.TemporaryDirectory() as temporary:
        pipeline, out = Path(temporary) / "pipeline.toml", Path(temporary) / "out"
        pipeline.write_text("pictures = false\n", encoding="utf-8")
        command = [sys.executable, "-m", "videoemo", "score", str(video), "-o", str(out), "--log-json", "--pipeline", str(pipeline), *options]
        started, first, said = time.perf_counter(), None, []
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line.strip())
            if first is None and line.startswith("{") and json.loads(line)["event"] == "video":
                first = time.perf_counter() - started
        # Of this command and the workers that it waited for; what is known of all children would mix in other runs.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or first is None:
            raise VideoemoError(f"{' '.join(command)} ended with status {process.returncode}: {' | '.join(said[-3:])}")
        with (out / "videos.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
        return Finished(seconds, first, float(row["seconds"]), int(row["frames"]), usage.ru_maxrss * unit / 2**20)


def measure_start(clips: Clips, runs: int) -> Iterator[Start]:
    """The first frame of each clip, after a first start that makes what is cached."""
    for name in CLIPS:
        _, *seconds = [score(clips(name), *FIRST_FRAME).first for _ in range(runs + 1)]
        yield Start(clip=name, seconds=median(seconds), seconds_range=(min(seconds), max(seconds)))


def measure_hour(clips: Clips, _: int) -> Iterator[Hour]:
    """Five minutes of one face, once: they are long enough."""
    with tempfile.TemporaryDirectory() as temporary:
        finished = score(looped(clips(HOUR), Path(temporary) / HOUR, minutes=MINUTES))
    yield Hour(
        clip=HOUR,
        video_seconds=finished.video_seconds,
        frames=finished.frames,
        seconds=finished.seconds,
        minutes_an_hour=60 * finished.seconds / finished.video_seconds,
    )


def measure_memory(clips: Clips, _: int) -> Iterator[Memory]:
    """1080p, and five times as much of it."""
    once = score(clips(LARGE))
    with tempfile.TemporaryDirectory() as temporary:
        longer = score(looped(clips(LARGE), Path(temporary) / LARGE, minutes=4.5 * once.video_seconds / 60))
    for finished in (once, longer):
        yield Memory(clip=LARGE, video_seconds=finished.video_seconds, peak_mib=finished.peak_mib)
