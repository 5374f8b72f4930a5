"""Kill a run of `videoemo score` again and again, resume it each time, and compare what it ends
with to an uninterrupted run.

    python -m eval.crash [--clips 30] [--kills 20] [--jobs 2] [--seed 0]

The clips are made on the spot. Each kill is SIGKILL to the run's whole process group, at a random
moment from its start. Every file is compared to the byte, hidden ones too; of the summaries, which
hold durations, all but those. Exit status 1 when anything differs or is left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from eval.support.command import command
from eval.support.workers import ROOT
from videoemo.cli.demo_clip import write_clip

SETTINGS = """\
[sampling]
every = 3

[outputs]
pictures = false
"""


def start(folder: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    """The run, in a process group of its own."""
    score = [sys.executable, "-m", "videoemo", "score", str(folder), "-o", str(out)]
    options = ["--pipeline", str(folder / "settings.toml"), "--jobs", str(jobs)]
    return subprocess.Popen(
        [*score, *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a run, which must be a good one."""
    _, err = process.communicate()
    if process.returncode:
        sys.exit(f"the run ended with status {process.returncode}:\n{err.decode()}")


def killed(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kill a run with all its workers after some seconds; False when it had ended by itself."""
    try:
        process.communicate(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True


def make_clips(folder: Path, n: int) -> None:
    """Make a folder of n clips, with settings.toml: every third frame, no pictures, so that many
    moments fall between two clips.
    """
    folder.mkdir()
    first = write_clip(folder / "00.mp4")
    for number in range(1, n):
        (folder / f"{number:02}.mp4").write_bytes(first.read_bytes())
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")


def contents(out: Path) -> dict[str, Any]:
    """Every file of a run, by its path; of a summary all but what the clock and the command line
    put there.
    """
    found: dict[str, Any] = {}
    for path in sorted(out.rglob("*")):
        if path.name == "summary.json":
            found[str(path.relative_to(out))] = {
                **json.loads(path.read_text(encoding="utf-8")),
                "seconds_taken": None,
                "command": None,
            }
        elif path.is_file():
            found[str(path.relative_to(out))] = path.read_bytes()
    return found


def compared(whole: Path, out: Path) -> tuple[str, list[str]]:
    """How a run's files differ from an uninterrupted one's, in words; and the names of those that
    differ, are missing or are left over.
    """
    there, here = contents(whole), contents(out)
    differing = sorted(name for name in there.keys() & here.keys() if there[name] != here[name])
    words = (
        f"{len(here)} files, {len(differing)} differ, {len(here.keys() - there.keys())} are "
        "left over"
    )
    return words, [*differing, *sorted(here.keys() ^ there.keys())]


def state(out: Path) -> str:
    """What a kill left, in words."""
    done = len(list(out.glob("*/summary.json")))
    torn = len(list(out.glob(".videoemo/leases/*/*")))
    return f"{done} videos done, {torn} files of the dead left"


@command(__doc__)
@click.option("--clips", type=click.IntRange(min=1), default=30, show_default=True)
@click.option("--kills", type=click.IntRange(min=0), default=20, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(*, clips: int, kills: int, jobs: int, seed: int) -> None:
    """Print each kill and what it left, and the comparison."""
    random = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder, out, whole = (Path(temporary) / name for name in ("clips", "killed", "whole"))
        make_clips(folder, clips)
        began = time.monotonic()
        finish(start(folder, whole, jobs))
        seconds = time.monotonic() - began
        print(f"uninterrupted: {clips} clips, {jobs} workers, {seconds:.1f} s", flush=True)
        n_killed = 0
        for number in range(kills):
            # Seldom much later than the first videos are done, so that twenty kills leave something
            # to do.
            moment = random.uniform(0, seconds / 4)
            if not killed(start(folder, out, jobs), moment):
                print(f"run {number + 1}: ended before {moment:.1f} s", flush=True)
                continue
            n_killed += 1
            print(f"kill {n_killed} after {moment:.1f} s: {state(out)}", flush=True)
        finish(start(folder, out, jobs))
        words, amiss = compared(whole, out)
        print(f"{n_killed} kills, then to the end: {words}", flush=True)
        for name in amiss:
            print(f"  {name}")
        sys.exit(bool(amiss))


if __name__ == "__main__":
    main()
