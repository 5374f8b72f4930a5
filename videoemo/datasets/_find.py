"""The videos and pictures in files and folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from videoemo.datasets._listing import entries
from videoemo.errors import InputError, VideoError
from videoemo.records import Clip

__all__ = ["PICTURES", "VIDEOS", "find_clips", "videos_within"]

# What a folder is searched for; a file named outright is tried whatever it is called.
VIDEOS = frozenset(
    f".{kind}"
    for kind in (
        *("3g2", "3gp", "asf", "avi", "divx", "dv", "f4v", "flv", "gif", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mkv"),
        *("mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogm", "ogv", "qt", "ts", "vob", "webm", "wmv"),
    )
)


PICTURES = frozenset([".avif", ".bmp", ".jpeg", ".jpg", ".jp2", ".png", ".ppm", ".tif", ".tiff", ".webp"])


def find_clips(paths: Sequence[Path], *, leave_out: Path | None = None, picture_folders: bool = False) -> list[Clip]:
    """The videos and pictures named by files and folders, folders searched through and through, each once.

    Parameters
    ----------
    paths : files and folders.
    leave_out : a folder not to look into: the results of an earlier run.
    picture_folders : take a folder of nothing but numbered pictures as one video.

    Returns
    -------
    Clips in path order. The id of one is its path within the folder given, or its own name; under the given path's name when several were given.

    Raises
    ------
    InputError : a path does not exist, or no video is found.
    """
    for path in paths:
        if not (path.exists() or path.is_symlink()):
            raise InputError(f"no such file or folder: {str(path)!r}; check the path")
    clips: dict[Path, Clip] = {}
    for path, name in zip(paths, _names(paths), strict=True):
        for found in sorted(_walk(path, leave_out, picture_folders), key=lambda p: p.parts):
            inside = PurePosixPath(*found.relative_to(path).parts)
            prefix = name if len(paths) > 1 or found == path else PurePosixPath()
            clips.setdefault(_identity(found), Clip(found, str(prefix / inside)))
    if not clips:
        raise InputError(f"no video or picture in {', '.join(repr(str(path)) for path in paths)}; looked for {' '.join(sorted(VIDEOS | PICTURES))}")
    return list(clips.values())


def videos_within(folder: Path) -> list[Path]:
    """The videos, not the pictures, of a folder searched through and through, in path order.

    Raises
    ------
    InputError : a folder cannot be read.
    """
    return sorted((path for path in _walk(folder, None, False) if path.suffix.lower() in VIDEOS), key=lambda p: p.parts)


def _walk(path: Path, leave_out: Path | None, picture_folders: bool) -> list[Path]:
    if not path.is_dir():
        return [path]
    if picture_folders and _is_one_video(path):
        return [path]
    found = []
    for entry in entries(path):
        inner = path / entry.name
        if leave_out is not None and _identity(inner) == _identity(leave_out):
            continue
        if entry.is_dir():
            if entry.is_symlink() and _identity(inner) in {path.resolve(), *path.resolve().parents}:
                continue  # a link to a folder above would never end
            found += _walk(inner, leave_out, picture_folders)
        elif inner.suffix.lower() in VIDEOS | PICTURES:
            found.append(inner)
    return found


def _is_one_video(folder: Path) -> bool:
    """Whether it holds nothing but numbered pictures."""
    from videoemo.video import probe

    try:
        probe(folder, fps=1.0)
    except InputError:
        return False
    except VideoError:
        return True  # a damaged picture is for the run to report
    return True


def _identity(path: Path) -> Path:
    """The same for two spellings of one file; a dangling link is itself."""
    return path.resolve()


def _names(paths: Sequence[Path]) -> list[PurePosixPath]:
    """A different name for each path: its own, or, where two have the same, the path from their common parent."""
    full = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - links keep the name they were given by
    own = [PurePosixPath(path.name or "root") for path in full]
    if len(set(own)) == len(own):
        return own
    parent = Path(os.path.commonpath([path.parent for path in full]))
    return [PurePosixPath(*path.relative_to(parent).parts) for path in full]
