r"""Exported text: UTF-8, `\n` at the end of each line, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.names import beside_tables
from videoemo.results import VideoResults
from videoemo.util.files import atomic_write

__all__ = ["export_lines", "write_lines"]


def export_lines(
    video: VideoResults,
    ending: str,
    lines: Callable[[], Iterable[str]],
    remarks: Iterable[str],
) -> Exported:
    """One video as one file of text beside its tables.

    Parameters
    ----------
    video : VideoResults
        The video.
    ending : str
        Of the file's name, see `beside_tables`.
    lines : callable
        Gives its lines, the same each time.
    remarks : iterable of str
        As in `Exported`.
    """

    def write(path: Path) -> None:
        write_lines(lines(), path)

    return Exported((ExportFile(beside_tables(video, ending), write),), tuple(remarks))


def write_lines(lines: Iterable[str], path: Path) -> None:
    """Write lines to a file.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with atomic_write(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
