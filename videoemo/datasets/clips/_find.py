"""Finding of videos and pictures in files and folders."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from videoemo.datasets.clips._listing import scan
from videoemo.datasets.clips._picture_folders import PictureFolders
from videoemo.datasets.clips._search import FolderSearch, Found
from videoemo.datasets.suffixes import PICTURES, VIDEOS
from videoemo.errors import InputError
from videoemo.records import Clip
from videoemo.tables.results_folder import is_results_folder
from videoemo.util.messages import count_noun, first_names
from videoemo.util.slow_work import SlowWork

__all__ = ["find_clips", "find_videos"]

# Kinds of files that one line lists.
_MOST_KINDS = 10
# What follows the last dot of a name, as far as it says the kind of a file.
_KIND = re.compile(r"(hidden )?\.[\w-]{1,10}")


def find_clips(
    paths: Sequence[Path],
    *,
    exclude: Path | None = None,
    picture_folders: bool = False,
    notice: Callable[[str], None] | None = None,
) -> list[Clip]:
    """Find the videos and pictures in files and folders, each once; folders are searched
    recursively.

    A file that is given is taken whatever its suffix. What cannot be read is a clip, too, so that
    it becomes a failed row. Folders of results, of whatever run, are not searched.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    exclude : Path or None
        The output folder, which must hold no video of a folder given.
    picture_folders : bool, default=False
        Whether a folder of nothing but numbered pictures is one video.
    notice : callable or None
        Called with a line on which folders of pictures are one video, on what the folders hold
        beside videos and pictures, on folders of results, and on a search that takes long.

    Returns
    -------
    list of Clip
        Clips in path order. The id of one is its path within the folder given, or its own name;
        under the given path's name when several were given.

    Raises
    ------
    InputError
        A path does not exist, no video is found, or a folder given is, or holds, the output folder,
        and that holds videos.
    """
    for path in paths:
        _check_exists(path)
    results = [path for path in paths if _holds_results(path)]
    given = [path for path in paths if path not in results]
    numbered = PictureFolders()
    search = FolderSearch(
        VIDEOS | PICTURES,
        is_clip=numbered if picture_folders else None,
        slow=SlowWork(notice),
    )
    out = None if exclude is None else Path(os.path.realpath(exclude))
    clips: dict[Path, Clip] = {}
    for path, name in zip(given, _names(given), strict=True):
        apart = out if out is not None and out.is_relative_to(os.path.realpath(path)) else None
        for found in search.walk(path):
            if apart is not None and found.real.is_relative_to(apart):
                raise InputError(_not_apart(apart, found))
            inside = PurePosixPath(*found.path.relative_to(path).parts)
            prefix = name if len(given) > 1 or found.path == path else PurePosixPath()
            # By its real path: two spellings of one file are the same.
            clips.setdefault(found.real, Clip(found.path, str(prefix / inside)))
    results += search.results
    if not clips:
        raise InputError(_nothing_found(paths, search.left_out, results))
    others = [path for path in results if Path(os.path.realpath(path)) != out]
    if notice is not None:
        for line in numbered.notices(given=given):
            notice(line)
        if search.left_out:
            notice(f"not scored: {_counted(search.left_out)}")
        if others:
            n = count_noun(len(others), "folder")
            notice(f"not searched: {n} with results of videoemo ({first_names(others)})")
    return list(clips.values())


def find_videos(folder: Path) -> list[Path]:
    """Find the videos, not the pictures, of a folder recursively, in path order; folders in it that
    cannot be read are among them, and fail when they are to be.
    """
    return [found.path for found in FolderSearch(VIDEOS).walk(folder)]


def _check_exists(path: Path) -> None:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise InputError(f"no such file or folder: {str(path)!r}; check the path") from exc
    except PermissionError:
        return  # in a folder that cannot be entered: a failed row, as one found there would be
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "no file can have this name"
        raise InputError(f"cannot look at {str(path)!r}: {reason}; check the path") from exc


def _holds_results(path: Path) -> bool:
    try:
        return is_results_folder(path, {entry.name for entry in scan(path)})
    except OSError:  # a file, or a folder that cannot be read
        return False


def _not_apart(out: Path, found: Found) -> str:
    """Why no video may be among results: the next run would take the folder for one of results
    alone.
    """
    return (
        f"results go apart from videos, but {str(out)!r} holds {str(found.path)!r}: give a folder "
        "for the results alone with -o, such as -o results"
    )


def _names(paths: Sequence[Path]) -> list[PurePosixPath]:
    """Unique names of paths: their own, or, where two have the same, the paths from their common
    parent.
    """
    full = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - links keep the name they were given by
    own = [PurePosixPath(path.name or "root") for path in full]
    if len(set(own)) == len(own):
        return own
    parent = Path(os.path.commonpath([path.parent for path in full]))
    return [PurePosixPath(*path.relative_to(parent).parts) for path in full]


def _nothing_found(paths: Sequence[Path], left_out: Counter[str], results: list[Path]) -> str:
    where = ", ".join(repr(str(path)) for path in paths)
    if results:
        return (
            f"no video or picture in {where}; {first_names(results)} holds results of videoemo, in "
            "which none is looked for: give the folder of the videos, or a file by its own path"
        )
    held = f"it holds {_counted(left_out)}" if left_out else "it is empty"
    return (
        f"no video or picture in {where}: {held}; a file with another suffix is taken when it is "
        "given by its own path"
    )


def _counted(left_out: Counter[str]) -> str:
    """Such as `3 .txt, 2 .docx, 1 hidden .mp4, 4 others`."""
    kinds: Counter[str] = Counter()
    for suffix, n in left_out.items():
        kinds[suffix if _KIND.fullmatch(suffix) else ""] += n
    unnamed = kinds.pop("", 0)
    ranked = sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
    others = unnamed + sum(n for _, n in ranked[_MOST_KINDS:])
    words = [f"{n:,} {kind}" for kind, n in ranked[:_MOST_KINDS]]
    return ", ".join(words + ([count_noun(others, "other")] if others else []))
