"""Names of exported files, which any system can hold."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from videoemo.datasets.suffixes import PICTURES, VIDEOS
from videoemo.results import VideoResults
from videoemo.util.file_names import is_file_name

__all__ = ["beside_tables", "stem"]

# Characters that are never too many.
_SHORT = 20
# What Windows has in no name, and a backslash.
_FORBIDDEN = frozenset('/\\:*?"<>|')


def beside_tables(video: VideoResults, ending: str) -> Path:
    """Path of an exported file beside the tables of a video: `interview.eaf` for `interview.mp4`.

    Parameters
    ----------
    video : VideoResults
        The video.
    ending : str
        Such as `.eaf`; none that makes it the name of a table of ours, or of a video.
    """
    return video.folder / (stem(video.name, ending) + ending)


def stem(name: str, ending: str) -> str:
    """Beginning of the name of a file about a video: the video's own name, without its suffix.

    What some system has in no name becomes `_`, and what is too long is cut off.

    Parameters
    ----------
    name : str
        The video's id: a path with `/`.
    ending : str
        What follows the stem.
    """
    path = PurePosixPath(name)
    # That of a folder of pictures may be 2024.05.01.
    bare = path.stem if path.suffix.lower() in VIDEOS | PICTURES else path.name
    plain = "".join(one if one.isprintable() and one not in _FORBIDDEN else "_" for one in bare)
    if not is_file_name(plain[:_SHORT].rstrip(" .")):  # by its beginning, such as a device's name
        plain = f"_{plain}"
    while not is_file_name(plain, ending=ending):
        plain = plain[:-1]
    return plain
