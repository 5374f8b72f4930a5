"""Folders of numbered pictures, each of which is one video."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from videoemo.datasets.clips._listing import list_entries
from videoemo.datasets.suffixes import PICTURES, VIDEOS
from videoemo.errors import InputError, VideoError
from videoemo.util.messages import brief, count_noun, first_names

__all__ = ["PictureFolders"]


class PictureFolders:
    """Tells folders of nothing but numbered pictures from others, and remembers which it met.

    Attributes
    ----------
    taken : list of Path
        Those that are one video.
    refused : list of tuple of (Path, str)
        Those with numbered pictures and no video that are none, and why.
    """

    def __init__(self) -> None:
        self.taken: list[Path] = []
        self.refused: list[tuple[Path, str]] = []

    def __call__(self, folder: Path) -> bool:
        """Whether a folder is one video."""
        from videoemo.video import probe

        try:
            probe(folder, fps=1.0)
        except InputError as exc:
            if _has_numbered_pictures(folder):
                self.refused.append((folder, str(exc).removeprefix(f"{folder}: ")))
            return False
        except (VideoError, OSError):
            pass  # pictures that are damaged, or cannot be read, are for the run to report
        self.taken.append(folder)
        return True

    def notices(self, *, given: Collection[Path]) -> Iterator[str]:
        """What is to be said to the user, in lines.

        Parameters
        ----------
        given : collection of Path
            What the user named, which needs no words where it is one video.
        """
        found = [folder for folder in self.taken if folder not in given]
        if found:
            n = count_noun(len(found), "folder")
            names = first_names(found)
            yield f"each one video, since fps is given: {n} of numbered pictures ({names})"
        if self.refused:
            folder, reason = self.refused[0]
            others = f" (and {len(self.refused) - 1:,} more)" if len(self.refused) > 1 else ""
            yield f"not one video but single pictures: {brief(str(folder))}{others}: {reason}"


def _has_numbered_pictures(folder: Path) -> bool:
    """Whether a folder holds at least two pictures with numbers in their names, and no video."""
    names = [Path(entry.name) for entry in list_entries(folder)]
    if any(name.suffix.lower() in VIDEOS for name in names):
        return False
    pictures = [name for name in names if name.suffix.lower() in PICTURES]
    return sum(any(map(str.isdigit, name.stem)) for name in pictures) >= 2
