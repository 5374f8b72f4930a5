"""Replacement of a video's older results: in one step, recoverable at every moment, without the
loss of files that are not the run's.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from videoemo.errors import InputError, OutputError
from videoemo.runs.state.owner_tokens import find_token
from videoemo.runs.state.paths import result_folder
from videoemo.util.regular_files import open_regular

__all__ = ["OCCUPIED", "replace", "restore"]

# The errors of a rename onto a folder that is not empty.
OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)
# Two runs that replace results within each other may meet; more often than this is no accident.
_TRIES = 100
# Bytes of an id in JSON: far above the longest path.
_LONGEST_ID = 64 * 1024


def replace(new: Path, out: Path, clip_id: str, *, own_files: Collection[str]) -> None:
    """Replace a video's results by a folder of new ones; the older ones are set aside beside `new`,
    and removed at the end.

    Parameters
    ----------
    new : Path
        The folder of new results.
    out : Path
        The output folder.
    clip_id : str
        The video's id.
    own_files : collection of str
        Names of the files that a run puts there; any other file, such as notes, or the results of
        pictures inside, belongs to somebody else and is kept.

    Raises
    ------
    OutputError
        There is something that is no folder.
    OSError
        It cannot be done; the older results are unchanged, or set aside for `restore`.
    """
    target = result_folder(out, clip_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    for n in range(_TRIES):
        # Checked first: it may be the video itself, where the results go among the videos.
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise OutputError(
                f"cannot write {target}: there is a file; give another folder with -o"
            )
        try:
            new.rename(target)
        except OSError as exc:
            if exc.errno not in OCCUPIED or n == _TRIES - 1:
                raise
            with suppress(FileNotFoundError):  # another run set it aside too
                target.rename(new.with_name(f"{new.stem}.{n}.old"))
        else:
            break
    for aside in new.parent.glob(f"{new.stem}.*.old"):
        restore(aside, out, own_files=own_files, clip_id=clip_id)
        shutil.rmtree(aside, ignore_errors=True)


def restore(
    aside: Path, out: Path, *, own_files: Collection[str], clip_id: str | None = None
) -> bool:
    """Restore older results that were set aside, if there are no others; otherwise only the files
    among them that are not a run's.

    Parameters
    ----------
    aside : Path
        As `replace` named it, beside the lease's file.
    out : Path
        The output folder.
    own_files : collection of str
        As in `replace`.
    clip_id : str or None
        The video's id; None where only the lease's file tells.

    Returns
    -------
    bool
        Whether it is known which video's they are; otherwise they stay where they are.
    """
    if clip_id is None:
        clip_id = _read_id(aside.with_name(f"{find_token(aside.name)}.lease"))
    try:
        if clip_id is None:
            return False
        target = result_folder(out, clip_id)
    except InputError:
        return False
    try:
        if aside.is_symlink() or not aside.is_dir():
            return True
        aside.rename(target)
    except OSError as exc:
        if exc.errno not in OCCUPIED:
            return True  # another run was quicker
        for path in aside.iterdir():
            if path.name not in own_files and not (target / path.name).exists():
                with suppress(OSError):
                    path.rename(target / path.name)
    return True


def _read_id(lease: Path) -> str | None:
    """The id of a video, from the file of its lease; None where that is damaged, or not ours."""
    try:
        with open_regular(lease) as file:
            clip_id = json.loads(file.read(_LONGEST_ID))
    except (OSError, ValueError, RecursionError):
        return None
    return clip_id if isinstance(clip_id, str) else None
