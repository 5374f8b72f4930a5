"""`videoemo compare` as a command: how long it takes, and how much memory."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eval.support.command import say
from eval.support.made_up import faces, write_results
from eval.support.process_tree import Peak
from eval.support.workers import ROOT
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import VideoemoError
from videoemo.inference.resolve import resolve

__all__ = ["compare_speed"]


def compare_speed(units: int, minutes: float) -> tuple[float, float]:
    """How long a comparison of two conditions takes, from the start of the command to its end.

    Parameters
    ----------
    units : int
        As many videos of one person each, made up, at 25 frames a second.
    minutes : float
        How long each is.

    Returns
    -------
    tuple of (float, float)
        Seconds, and the peak memory in MiB.

    Raises
    ------
    VideoemoError
        It did not end well.
    """
    resolved = resolve(load_pipeline(), notice=say)
    classes = tuple(resolved.card.classes)
    with tempfile.TemporaryDirectory() as temporary:
        out, design = Path(temporary, "out"), Path(temporary, "design.csv")
        names = [f"{i:05d}.mp4" for i in range(units)]
        say(f"making up {units:,} videos of {minutes:g} minutes")
        write_results(
            out,
            {Path(temporary, name): faces(minutes, 1, classes, i) for i, name in enumerate(names)},
            resolved,
        )
        with design.open("w", encoding="utf-8", newline="") as file:
            rows = ((name, "ab"[i % 2]) for i, name in enumerate(names))
            csv.writer(file).writerows([("video", "condition"), *rows])
        words = ["compare", str(out), "--design", str(design), "--by", "condition"]
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "videoemo", *words],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with Peak(process.pid) as peak:
            _, said = process.communicate()
        seconds = time.perf_counter() - started
    if process.returncode:
        last = " | ".join(said.strip().splitlines()[-3:])
        raise VideoemoError(f"{' '.join(words)} ended with status {process.returncode}: {last}")
    return seconds, peak.mib
