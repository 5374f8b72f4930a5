"""A video's older results give way to new ones: in one step, with a way back at every moment, and without what is not ours getting lost."""

from __future__ import annotations

import errno
import json
import shutil
from contextlib import suppress
from pathlib import Path

from videoemo.errors import InputError, OutputError
from videoemo.work.owners import token_in
from videoemo.work.places import result_folder

__all__ = ["OCCUPIED", "OURS", "put_back", "replace"]

# What a rename says to a folder in its way that is not empty.
OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)
# What we put into a video's folder; anything else there is somebody's own, such as notes, or the results of pictures inside.
OURS = frozenset(
    [
        *("faces.csv", "faces.parquet", "group.parquet", "group.png", "summary.json"),
        *("synchrony.csv", "timeline.png", "tracks.csv", "vectors.parquet", "windows.csv"),
    ]
)
# Two runs that replace results within each other may meet; more often than this is no accident.
_TRIES = 100


def replace(new: Path, out: Path, clip_id: str) -> None:
    """Put a folder of new results in a video's place; what stands there is put aside beside `new`, and removed after.

    Raises
    ------
    OutputError : something that is no folder stands in the place.
    OSError : it cannot be done; the older results stand, or stand aside for `put_back`.
    """
    place = result_folder(out, clip_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    for n in range(_TRIES):
        # Asked first: what stands there may be the video itself, where the results go among the videos.
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise OutputError(f"cannot write {place}: there is a file; give another folder with -o")
        try:
            new.rename(place)
        except OSError as exc:
            if exc.errno not in OCCUPIED or n == _TRIES - 1:
                raise
            with suppress(FileNotFoundError):  # another run put it aside too
                place.rename(new.with_name(f"{new.stem}.{n}.old"))
        else:
            break
    for aside in new.parent.glob(f"{new.stem}.*.old"):
        put_back(aside, out)
        shutil.rmtree(aside, ignore_errors=True)


def put_back(aside: Path, out: Path) -> None:
    """The older results to their place, if nothing is there; otherwise only what is not ours among them.

    Parameters
    ----------
    aside : as `replace` named it, beside the lease's file.
    """
    try:
        place = result_folder(out, json.loads((aside.parent / f"{token_in(aside.name)}.lease").read_text(encoding="utf-8")))
        if aside.is_symlink() or not aside.is_dir():
            return
        aside.rename(place)
    except (ValueError, TypeError, InputError):
        return  # the file is none of ours
    except OSError as exc:
        if exc.errno not in OCCUPIED:
            return  # another run was quicker
        for path in aside.iterdir():
            if path.name not in OURS and not (place / path.name).exists():
                with suppress(OSError):
                    path.rename(place / path.name)
