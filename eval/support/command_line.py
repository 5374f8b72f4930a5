"""`videoemo score` as a command: how long a run takes, when its first frame is done, and how much
memory its processes take.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from eval.support.clips import looped
from eval.support.process_tree import Peak
from eval.support.results import Hour, Memory, Start
from eval.support.side_by_side import CLIPS, Clips
from eval.support.workers import ROOT
from videoemo.errors import VideoemoError

__all__ = ["Finished", "measure_hour", "measure_memory", "measure_start", "score"]

FIRST_FRAME = ("--end", "0.02")  # of 24 or 25 frames a second only the one at 0 s
HOUR, MINUTES = "woman_360p.mp4", 5.0
LARGE = "group_1080p.mp4"


@dataclass(frozen=True)
class Finished:
    """A run that ended well.

    Parameters
    ----------
    seconds : float
        From the start of the command to its end.
    first : float
        From the start of the command to the end of its first video.
    video_seconds, frames : float, int
        Of the video, as the run has them.
    peak_mib : float
        Of all its processes together; 0 where it was not sampled.
    """

    seconds: float
    first: float
    video_seconds: float
    frames: int
    peak_mib: float


def score(video: Path, *options: str, memory: bool = False) -> Finished:
    """Score one video, without pictures, into a folder that is removed again.

    Parameters
    ----------
    video : Path
        The video.
    *options : str
        Of the command.
    memory : bool, default=False
        Sample its memory, which takes some time from the run.

    Raises
    ------
    VideoemoError
        It did not end well.
    """
    with tempfile.TemporaryDirectory() as temporary:
        pipeline, out = Path(temporary) / "pipeline.toml", Path(temporary) / "out"
        pipeline.write_text("[outputs]\npictures = false\n", encoding="utf-8")
        command = [sys.executable, "-m", "videoemo", "score", str(video), "-o", str(out)]
        command += ["--log-json", "--pipeline", str(pipeline), *options]
        started, first, said = time.perf_counter(), None, []
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        with Peak(process.pid) if memory else nullcontext() as peak:
            for line in process.stderr:
                said.append(line.strip())
                if first is None and line.startswith("{") and json.loads(line)["event"] == "video":
                    first = time.perf_counter() - started
            process.wait()
        seconds = time.perf_counter() - started
        if process.returncode or first is None:
            raise VideoemoError(
                f"{' '.join(command)} ended with status "
                f"{process.returncode}: {' | '.join(said[-3:])}"
            )
        with (out / "videos.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        video_seconds, frames = float(row["seconds"]), int(row["frames"])
        return Finished(seconds, first, video_seconds, frames, peak.mib if peak else 0.0)


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
    once = score(clips(LARGE), memory=True)
    with tempfile.TemporaryDirectory() as temporary:
        longer = score(
            looped(clips(LARGE), Path(temporary) / LARGE, minutes=4.5 * once.video_seconds / 60),
            memory=True,
        )
    for finished in (once, longer):
        yield Memory(clip=LARGE, video_seconds=finished.video_seconds, peak_mib=finished.peak_mib)
