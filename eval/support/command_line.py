"""The commands as users give them: how long a run takes and when its first frame is done, how much
memory its processes take, what many short videos cost, and what cores are worth.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from eval.support.clips import cut, looped
from eval.support.process_tree import Peak
from eval.support.results import Cores, Help, Hour, Memory, Short, Start
from eval.support.side_by_side import CLIPS, Clips
from eval.support.workers import ROOT, kept_to
from videoemo.errors import VideoemoError

__all__ = [
    "Finished",
    "measure_cores",
    "measure_help",
    "measure_hour",
    "measure_memory",
    "measure_short",
    "measure_start",
    "score",
]

FIRST_FRAME = ("--end", "0.02")  # of 24 or 25 frames a second only the one at 0 s
SMALL, LARGE = "woman_360p.mp4", "group_1080p.mp4"
# Clip -> so many minutes of it stand for an hour: long enough that the start hardly counts.
MINUTES = {SMALL: 5.0, LARGE: 2.0}
N_SHORT, SHORT_SECONDS = 1000, 2.0
# Seconds of video that tell what cores are worth.
CORES_SECONDS = 120.0


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
        Of all videos, as the run has them.
    peak_mib : float
        Of all its processes together; 0 where it was not sampled.
    """

    seconds: float
    first: float
    video_seconds: float
    frames: int
    peak_mib: float


def score(video: Path, *options: str, memory: bool = False) -> Finished:
    """Score a video or a folder of videos, without pictures, into a folder that is removed again.

    Parameters
    ----------
    video : Path
        The video or the folder.
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
            rows = list(csv.DictReader(file))
        video_seconds = sum(float(row["seconds"]) for row in rows)
        frames = sum(int(row["frames"]) for row in rows)
        return Finished(seconds, first, video_seconds, frames, peak.mib if peak else 0.0)


def measure_start(clips: Clips, runs: int) -> Iterator[Start]:
    """The first frame of each clip, after a first start that makes what is cached."""
    for name in CLIPS:
        _, *seconds = [score(clips(name), *FIRST_FRAME).first for _ in range(runs + 1)]
        yield Start(
            runs=runs,
            clip=name,
            seconds=median(seconds),
            seconds_range=(min(seconds), max(seconds)),
        )


def measure_help(_: Clips, runs: int) -> Iterator[Help]:
    """`videoemo --help`, after a first time that has all files read."""
    command = [sys.executable, "-m", "videoemo", "--help"]
    seconds = []
    for _run in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - started)
    del seconds[0]
    yield Help(runs=runs, seconds=median(seconds), seconds_range=(min(seconds), max(seconds)))


def measure_hour(clips: Clips, _: int) -> Iterator[Hour]:
    """Minutes of one face, and of five faces in 1080p, once: they are long enough."""
    for name, minutes in MINUTES.items():
        with tempfile.TemporaryDirectory() as temporary:
            finished = score(looped(clips(name), Path(temporary) / name, minutes=minutes))
        yield Hour(
            clip=name,
            video_seconds=finished.video_seconds,
            frames=finished.frames,
            seconds=finished.seconds,
            minutes_an_hour=60 * finished.seconds / finished.video_seconds,
        )


def measure_memory(clips: Clips, _: int) -> Iterator[Memory]:
    """1080p, and five times as much of it; each once."""
    once = score(clips(LARGE), memory=True)
    with tempfile.TemporaryDirectory() as temporary:
        longer = score(
            looped(clips(LARGE), Path(temporary) / LARGE, minutes=4.5 * once.video_seconds / 60),
            memory=True,
        )
    for finished in (once, longer):
        yield Memory(clip=LARGE, video_seconds=finished.video_seconds, peak_mib=finished.peak_mib)


def measure_short(clips: Clips, _: int) -> Iterator[Short]:
    """A thousand videos of two seconds, and the same frames in one; each once."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, long = _many(clips(SMALL), Path(temporary), n=N_SHORT)
        short, joined = score(folder), score(long)
    yield Short(
        clip=SMALL,
        n_videos=N_SHORT,
        video_seconds=short.video_seconds / N_SHORT,
        frames=short.frames,
        seconds=short.seconds,
        long_seconds=joined.seconds * short.frames / joined.frames,
    )


def measure_cores(clips: Clips, _: int) -> Iterator[Cores]:
    """One video, and as many frames in short ones, on one core and on two; each once."""
    n = round(CORES_SECONDS / SHORT_SECONDS)
    with tempfile.TemporaryDirectory() as temporary:
        folder, long = _many(clips(SMALL), Path(temporary), n=n)
        for n_videos, path in ((1, long), (n, folder)):
            for cores in (1, 2):
                with kept_to(cores):
                    start = score(long, *FIRST_FRAME).seconds
                    finished = score(path)
                yield Cores(
                    clip=SMALL,
                    n_videos=n_videos,
                    cores=cores,
                    frames=finished.frames,
                    seconds=finished.seconds - start,
                )


def _many(clip: Path, parent: Path, *, n: int) -> tuple[Path, Path]:
    """A folder of `n` short pieces of a clip, and one video of at least as many frames."""
    pieces, folder, joined = parent / "pieces", parent / "short", parent / "joined.mp4"
    pieces.mkdir()
    folder.mkdir()
    cut_up = cut(clip, pieces, joined, seconds=SHORT_SECONDS)
    for i in range(n):
        shutil.copyfile(cut_up[i % len(cut_up)], folder / f"{i:04d}.mp4")
    return folder, looped(joined, parent / "long.mp4", minutes=n * SHORT_SECONDS / 60)
