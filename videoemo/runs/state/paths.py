"""Paths under an output folder: a video's results under its id, the state of runs in one hidden
folder.

OUT/<clip id>/                    faces.parquet, summary.json, ...
OUT/<clip id>.results/            the same, where the id has the name of a file of ours
OUT/<clip id>/report.html         a page of the report, in OUT/index.html, with OUT/assets/
OUT/compare/                      what `compare` wrote: a report of its own, tables and figures
OUT/.videoemo/failed/<name>.json  a video that failed, and why
OUT/.videoemo/leases/<name>/      the owner of a video's lease, and its unfinished outputs
OUT/.videoemo/runs/<token>.json   the settings of a run that is at work
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from videoemo.errors import InputError
from videoemo.util.messages import shown

__all__ = [
    "ANNOTATED_FILES",
    "ASSETS",
    "COMPARE",
    "FOUND",
    "FOUND_PICTURE",
    "INDEX",
    "INDEX_DATA",
    "LABELLED",
    "LABELS",
    "OWN_FILES",
    "PAGE",
    "PAGE_DATA",
    "PAGE_FILES",
    "PROXY_PICTURE",
    "PROXY_VIDEO",
    "RUN",
    "SCORED",
    "START",
    "STATE_FOLDER",
    "check_result_folders",
    "failure_file",
    "failures_folder",
    "inside",
    "lease_folder",
    "leases_folder",
    "result_folder",
    "runs_folder",
]

# A report: its index and what that reads, in OUT itself, the folder there of what all its pages
# use, and what it writes into the folders of videos.
INDEX, INDEX_DATA, ASSETS = "index.html", "index.js", "assets"
# The folder of what `compare` wrote.
COMPARE = "compare"
PAGE, PAGE_DATA, PROXY_VIDEO, PROXY_PICTURE = "report.html", "report.js", "proxy", "proxy.jpg"
PAGE_FILES = (PAGE, PAGE_DATA, f"{PROXY_VIDEO}.mp4", f"{PROXY_VIDEO}.webm", PROXY_PICTURE)
# What `label` wrote of a video, and over all.
LABELS = "labels.parquet"
LABELLED = ("labels.csv", "labels.json")
# What `find` wrote over all, and of a video.
FOUND = ("found.csv", "found_expressions.csv", "found.json")
FOUND_PICTURE = "found.png"
# Names of the files that are written into OUT itself.
_TABLES = (
    *("videos.csv", "errors.csv", "overview.png", "summary.json", INDEX, INDEX_DATA),
    *LABELLED,
    *FOUND,
)
# Videos with what was found drawn into them, or with faces covered, in a folder of their own; and
# the folder there of the results of one that was scored on the way.
ANNOTATED_FILES = ("annotated.mp4", "annotated.webm", "covered.mp4", "covered.webm")
SCORED = "scored"
# Names of all files that are written, into OUT and into the folders of videos, and of the one that
# is a reviewer's.
OWN_FILES = frozenset(
    [
        *_TABLES,
        ASSETS,
        COMPARE,
        *PAGE_FILES,
        *ANNOTATED_FILES,
        SCORED,
        *("faces.parquet", "faces.csv", "tracks.csv", "expressions.csv", "corrections.csv"),
        *("windows.csv", "timeline.png", "thumbnail.png", "group.parquet", "synchrony.csv"),
        *("group.png", "identities.parquet"),
        "embeddings.parquet",
        LABELS,
        FOUND_PICTURE,
    ]
)
# Hidden, so that no search for videos enters it; beside the results, so that a rename from it into
# place is one step.
STATE_FOLDER = ".videoemo"
# What is added to the name of a folder of results that would be that of one of these.
_SUFFIX = ".results"
# The ids under which the tables of a whole run are leased, and its start: no video has them.
RUN, START = ".", "./"
# Hexadecimal digits of a name: 128 bits, so that no two ids collide, in far less than the 255 bytes
# that a file's name may have.
_DIGITS = 32


def leases_folder(out: Path) -> Path:
    """Folder of all leases under an output folder.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    return inside(out, out / STATE_FOLDER / "leases", what="the state of the work")


def lease_folder(out: Path, clip_id: str) -> Path:
    """Folder of the lease of one video; one for all ids that a file system may hold to be the
    same.
    """
    return out / STATE_FOLDER / "leases" / _name(_folded(clip_id))


def runs_folder(out: Path) -> Path:
    """Folder of the records of all runs at work.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    return inside(out, out / STATE_FOLDER / "runs", what="the state of the work")


def failures_folder(out: Path) -> Path:
    """Folder of the records of all failed videos."""
    return out / STATE_FOLDER / "failed"


def failure_file(out: Path, clip_id: str) -> Path:
    """File with the record of a failed video.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    return (
        inside(out, failures_folder(out), what="the state of the work") / f"{_name(clip_id)}.json"
    )


def result_folder(out: Path, clip_id: str) -> Path:
    """Folder of a video's results: its id, below the output folder.

    A part of the id that is the name of a file of a run, in capitals or small letters, gets
    `.results` added: the results of a picture `overview.png` are in `overview.png.results`, and
    those of one that is called so in `overview.png.results.results`.

    Raises
    ------
    InputError
        It would be outside the output folder.
    """
    folder = _place(out, clip_id)
    inside(out, folder.parent, what=f"the video's name {shown(clip_id)}")
    return folder


def check_result_folders(out: Path, clip_ids: Iterable[str]) -> None:
    """Check, before hours of work, that there is a place for the tables of a run and the results of
    each video.

    Parameters
    ----------
    out : Path
        The output folder; it need not exist.
    clip_ids : iterable of str
        The ids of the videos.

    Raises
    ------
    InputError
        A folder is where a table must be; a file, such as the video itself, or a link is where a
        folder of results must be; or an id that is no path below a folder.
    """
    for name in _TABLES:
        if os.path.isdir(out / name):  # noqa: PTH112 - false, where pathlib raises, for what cannot be looked at
            raise InputError(
                f"no place for {name}, since {str(out / name)!r} is a folder: remove it, "
                "or give another folder for the results with -o"
            )
    checked = {out}
    for clip_id in clip_ids:
        folder = _place(out, clip_id)
        for path in (folder, *folder.parents):
            if path in checked:
                break
            checked.add(path)
            linked = path == folder and path.is_symlink()
            if os.path.lexists(path) and (linked or not os.path.isdir(path)):  # noqa: PTH112 - false, where pathlib raises, for what cannot be looked at
                raise InputError(
                    f"no place for the results of {shown(clip_id)}: {str(path)!r} is there, and "
                    "no folder: give one for the results alone with -o, such as -o results"
                )


def _place(out: Path, clip_id: str) -> Path:
    """Folder of a video's results, by the names alone: a link may lead out of the output folder."""
    parts = PurePosixPath(clip_id).parts
    if not _names_a_file(clip_id) or ".." in parts:
        raise InputError(
            f"the video's name {shown(clip_id)} cannot be that of a folder of results: rename the "
            "video"
        )
    return out.joinpath(*map(_folder_name, parts))


def _names_a_file(clip_id: str) -> bool:
    """Whether a relative path is spelt in the one way in which ours are, and can be that of a
    file.
    """
    try:
        os.fsencode(clip_id)
    except UnicodeEncodeError:
        return False
    return (
        bool(clip_id) and "\0" not in clip_id and "/".join(PurePosixPath(clip_id).parts) == clip_id
    )


def inside(out: Path, folder: Path, *, what: str) -> Path:
    """A folder into which files are to be put, once it is certain that it is in the output folder.

    Parameters
    ----------
    out : Path
        The output folder.
    folder : Path
        By its name in it; it need not exist.
    what : str
        What leads there, for the message.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    # Resolved: a link in a folder from somebody else may lead out of it, and on Windows `C:x` is
    # elsewhere.
    if not folder.resolve().is_relative_to(_resolved(out.absolute())):
        raise InputError(f"{what} leads out of the output folder {str(out)!r}: give another folder")
    return folder


@cache
def _resolved(out: Path) -> Path:
    return out.resolve()


def _name(clip_id: str) -> str:
    """File name for an id, which may contain `/` or be too long for one."""
    return hashlib.sha256(os.fsencode(clip_id)).hexdigest()[:_DIGITS]


def _folder_name(part: str) -> str:
    """A part of an id as the name of a folder; no two have the same."""
    name = part.casefold()
    while name.endswith(_SUFFIX):
        name = name.removesuffix(_SUFFIX)
    name = name.rstrip(" .")  # which Windows leaves out
    taken = name in OWN_FILES or name.startswith(STATE_FOLDER)
    return part + _SUFFIX if taken else part


def _folded(name: str) -> str:
    """A name as a file system has it that does not tell capitals from small letters, or an accent
    from the same accent composed.
    """
    return unicodedata.normalize("NFC", name).casefold()
