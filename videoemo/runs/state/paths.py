"""Paths under an output folder: a video's results under its id, the state of runs in one hidden
folder.

OUT/<clip id>/                    faces.parquet, summary.json, ...
OUT/.videoemo/failed/<name>.json  a video that failed, and why
OUT/.videoemo/leases/<name>/      the owner of a video's lease, and its unfinished outputs
OUT/.videoemo/runs/<token>.json   the settings of a run that is at work
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path, PurePosixPath

from videoemo.errors import InputError
from videoemo.util.messages import shown

__all__ = [
    "RUN",
    "START",
    "failure_file",
    "failures_folder",
    "lease_folder",
    "leases_folder",
    "result_folder",
    "runs_folder",
]

# Hidden, so that no search for videos enters it; beside the results, so that a rename from it into
# place is one step.
_STATE = ".videoemo"
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
    return _inside(out, out / _STATE / "leases", what="the state of the work")


def lease_folder(out: Path, clip_id: str) -> Path:
    """Folder of the lease of one video."""
    return out / _STATE / "leases" / _name(clip_id)


def runs_folder(out: Path) -> Path:
    """Folder of the records of all runs at work.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    return _inside(out, out / _STATE / "runs", what="the state of the work")


def failures_folder(out: Path) -> Path:
    """Folder of the records of all failed videos."""
    return out / _STATE / "failed"


def failure_file(out: Path, clip_id: str) -> Path:
    """File with the record of a failed video.

    Raises
    ------
    InputError
        A link there leads out of the output folder.
    """
    return (
        _inside(out, failures_folder(out), what="the state of the work") / f"{_name(clip_id)}.json"
    )


def result_folder(out: Path, clip_id: str) -> Path:
    """Folder of a video's results.

    Raises
    ------
    InputError
        It would be outside the output folder, or in the state's.
    """
    parts = PurePosixPath(clip_id).parts
    what = f"the video's name {shown(clip_id)}"
    if not _names_a_file(clip_id) or ".." in parts or parts[0] == _STATE:
        raise InputError(f"{what} cannot be that of a folder of results: rename the video")
    folder = out.joinpath(*parts)
    _inside(out, folder.parent, what=what)
    return folder


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


def _inside(out: Path, folder: Path, *, what: str) -> Path:
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
