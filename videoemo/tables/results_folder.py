"""Folders of results: marked, and recognised, so that no search takes one for videos."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from videoemo.errors import OutputError
from videoemo.util.regular_files import open_regular

__all__ = ["MARKER", "is_results_folder", "mark_results_folder"]

MARKER = ".videoemo-results"
_TEXT = "Results of videoemo. It never looks for videos in a folder with this file.\n"
# How videos.csv begins.
_HEADING = b"video,status,error,seconds,frames,"


def mark_results_folder(out: Path) -> None:
    """Mark an output folder that exists as one of results, by a hidden file.

    Raises
    ------
    OutputError
        It cannot be written to.
    """
    try:
        with (out / MARKER).open("x", encoding="utf-8") as file:
            file.write(_TEXT)
    except FileExistsError:
        return
    except OSError as exc:
        raise OutputError(
            f"cannot write to the output folder {str(out)!r}: {exc.strerror or exc}; give another "
            "with -o"
        ) from exc


def is_results_folder(folder: Path, names: Collection[str]) -> bool:
    """Whether a folder holds the results of a run, or those of one video.

    Without the marker, as where it was left out of a copy, by what only videoemo writes together: a
    video's summary.json and faces.parquet, or a run's summary.json and videos.csv.

    Parameters
    ----------
    folder : Path
        The folder.
    names : collection of str
        The names of all that is in it, hidden files too.
    """
    if MARKER in names:
        return True
    if "summary.json" not in names:
        return False
    return "faces.parquet" in names or ("videos.csv" in names and _is_ours(folder / "videos.csv"))


def _is_ours(table: Path) -> bool:
    try:
        with open_regular(table) as file:
            return file.read(len(_HEADING)) == _HEADING
    except OSError:
        return False
