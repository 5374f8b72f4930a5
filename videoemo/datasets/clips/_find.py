"""Search for videos and pictures in folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from videoemo.datasets.clips._listing import list_entries
from videoemo.errors import InputError, VideoError
from videoemo.records import Clip

__all__ = ["PICTURES", "VIDEOS", "find_clips", "find_videos"]

# Suffixes of the files that a search of a folder finds; a file given by its own path is tried
# whatever its suffix.
VIDEOS = frozenset(
    [
        *(".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".m2ts"),
        *(".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"),
        *(".mxf", ".ogm", ".ogv", ".qt", ".ts", ".vob", ".webm", ".wmv"),
    ]
)
PICTURES = frozenset(
    [".avif", ".bmp", ".jpeg", ".jpg", ".jp2", ".png", ".ppm", ".tif", ".tiff", ".webp"]
)


def find_clips(
    paths: Sequence[Path], *, exclude: Path | None = None, picture_folders: bool = False
) -> list[Clip]:
    """Find the videos and pictures in files and folders, each once; folders are searched
    recursively.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    exclude : Path or None
        A folder that is not searched: the results of an earlier run.
    picture_folders : bool, default=False
        Whether a folder of nothing but numbered pictures is one video.

    Returns
    -------
    list of Clip
        Clips in path order. The id of one is its path within the folder given, or its own name;
        under the given path's name when several were given.

    Raises
    ------
    InputError
        A path does not exist, or no video is found.
    """
    for path in paths:
        if not (path.exists() or path.is_symlink()):
            raise InputError(f"no such file or folder: {str(path)!r}; check the path")
    clips: dict[Path, Clip] = {}
    for path, name in zip(paths, _names(paths), strict=True):
        for found in sorted(_walk(path, exclude, picture_folders), key=lambda p: p.parts):
            inside = PurePosixPath(*found.relative_to(path).parts)
            prefix = name if len(paths) > 1 or found == path else PurePosixPath()
            # Resolved: the same for two spellings of one file; a dangling link is itself.
            clips.setdefault(found.resolve(), Clip(found, str(prefix / inside)))
    if not clips:
        raise InputError(
            f"no video or picture in {', '.join(repr(str(path)) for path in paths)}; looked "
            f"for {' '.join(sorted(VIDEOS | PICTURES))}"
        )
    return list(clips.values())


def find_videos(folder: Path) -> list[Path]:
    """Find the videos, not the pictures, of a folder recursively, in path order.

    Raises
    ------
    InputError
        A folder cannot be read.
    """
    return sorted(
        (path for path in _walk(folder, None, False) if path.suffix.lower() in VIDEOS),
        key=lambda p: p.parts,
    )


def _walk(path: Path, exclude: Path | None, picture_folders: bool) -> list[Path]:
    if not path.is_dir():
        return [path]
    if picture_folders and _is_picture_sequence(path):
        return [path]
    found = []
    for entry in list_entries(path):
        inner = path / entry.name
        if exclude is not None and inner.resolve() == exclude.resolve():
            continue
        if entry.is_dir():
            if entry.is_symlink() and inner.resolve() in {path.resolve(), *path.resolve().parents}:
                continue  # a link to a folder above would never end
            found += _walk(inner, exclude, picture_folders)
        elif inner.suffix.lower() in VIDEOS | PICTURES:
            found.append(inner)
    return found


def _is_picture_sequence(folder: Path) -> bool:
    """Whether a folder holds nothing but numbered pictures."""
    from videoemo.video import probe

    try:
        probe(folder, fps=1.0)
    except InputError:
        return False
    except VideoError:
        return True  # a damaged picture is for the run to report
    return True


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
