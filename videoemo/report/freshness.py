"""What a page was made from, as one number: a page is written anew only where that has changed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from videoemo._version import __version__
from videoemo.results import Source
from videoemo.runs.state.paths import OWN_FILES, PAGE_FILES

__all__ = ["inputs", "made_from"]

# Hexadecimal digits of the number: 64 bits tell the states of one video apart.
_DIGITS = 16
_SUFFIXES = (".py", ".html", ".css", ".js")


def inputs(folder: Path, source: Source, *, embed: bool) -> str:
    """Number of all that a page is made from: the files of a video's results by their sizes and
    times, the video itself, and this program.

    Parameters
    ----------
    folder : Path
        Of the video's results.
    source : Source
        The video.
    embed : bool
        Whether the page holds all it needs.

    Raises
    ------
    OSError
        The folder cannot be read.
    """
    video = [] if source.path is None else [os.fspath(source.path), *_about(source.path)]
    files = [[name, *_about(folder / name)] for name in _names(folder) if name not in PAGE_FILES]
    return _number([_program(), files, source.status, video, embed])


def made_from(folder: Path, inputs: str) -> str:
    """Number of what a page was made from and of the files that it is.

    Parameters
    ----------
    folder : Path
        Of the video's results.
    inputs : str
        See `inputs`.

    Raises
    ------
    OSError
        The folder cannot be read.
    """
    return _number([inputs, [name for name in _names(folder) if name in PAGE_FILES]])


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as listing:
        return sorted(OWN_FILES.intersection(entry.name for entry in listing))


def _number(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]


def _about(path: Path) -> list[int]:
    about = path.lstat()
    # The size of a folder of pictures says nothing; its time changes with them.
    return [about.st_size if stat.S_ISREG(about.st_mode) else 0, about.st_mtime_ns]


@cache
def _program() -> str:
    """Checksum of what makes pages: this package, and the version of what draws their charts."""
    digest, here = (
        hashlib.sha256(f"{__version__} {version('bokeh')}".encode()),
        Path(__file__).parent,
    )
    for path in sorted(here.rglob("*")):
        if path.suffix in _SUFFIXES:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(here)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
