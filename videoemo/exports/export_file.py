"""What a format gives for a video: files, and what they had to leave out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ExportFile", "Exported"]


@dataclass(frozen=True)
class ExportFile:
    """File of an export, that can be written.

    Parameters
    ----------
    path : Path
        Where it belongs.
    write : callable
        Writes it to a path; the same bytes each time.
    """

    path: Path
    write: Callable[[Path], None]


@dataclass(frozen=True)
class Exported:
    """One video in one format.

    Parameters
    ----------
    files : tuple of ExportFile
        Its files.
    remarks : tuple of str, default=()
        What is left out or changed, one sentence each without the name of the video, so that many
        videos share it.
    """

    files: tuple[ExportFile, ...]
    remarks: tuple[str, ...] = ()
