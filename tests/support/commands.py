"""Command lines of videoemo, and what they are given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.clips import pad, write_clip, write_long_clip
from tests.support.extraction_recipe import write_recipe
from videoemo.cli.demo_clip import write_portrait
from videoemo.cli.main import main
from videoemo.runs.workers.process import thread_settings

# The fixture `videoemo`: runs a command line; exit status, standard output, standard error.
Run = Callable[..., tuple[int, str, str]]

SETTINGS = "[outputs]\npictures = false\n"


def start(*args: object, threads: int = 1) -> subprocess.Popen[str]:
    """A command in a process group of its own; with two threads, its worker has processes beside
    it where there are two processors.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "videoemo", *map(str, args)],
        env=os.environ | thread_settings(threads),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*args: object) -> None:
    """A command in this process, which ends with it; for one that was forked."""
    sys.argv = ["videoemo", *map(str, args)]
    main()


def settings(folder: Path, text: str = SETTINGS) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def dataset(folder: Path) -> tuple[object, ...]:
    """A manifest of three clips, of which the last takes long and one lies beside the folder; the
    command that extracts them but for its output.
    """
    folder.mkdir()
    write_portrait(folder / "a.bmp")
    pad(write_clip(folder.parent / "b.mp4", n=3))
    write_long_clip(folder / "c.mp4")
    (folder / "clips.csv").write_text("path,label\na.bmp,Happy\n../b.mp4,Sad\nc.mp4,Sad\n")
    return (
        "extract",
        "--dataset",
        write_recipe(folder / "toy.toml"),
        "--root",
        folder,
        "-o",
        folder.parent / "out" / "toy.parquet",
    )
