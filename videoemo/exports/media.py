"""Where the file of a video is, in the words of other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from videoemo.results import VideoResults

__all__ = ["Media", "find_media"]


_REMARKS = {
    "same": "",
    "changed": "another file is where the video was when it was scored",
    "missing": "the video is no longer where it was when it was scored: choose it there",
}


@dataclass(frozen=True)
class Media:
    """File of a video.

    Parameters
    ----------
    path : str
        Its absolute path, with `/`; its name alone where no more is known.
    relative : str
        Its path from the folder of its results, with `/`, beginning with `./` or `../`; empty where
        there is none, as on another drive.
    remark : str
        Why it cannot be opened there, the same for many videos; empty where it can.
    """

    path: str
    relative: str
    remark: str

    @property
    def url(self) -> str:
        """The path as ELAN writes it: characters as they are, `file://` before it."""
        rooted = self.path if self.path.startswith("/") else f"/{self.path}"
        # A share of a Windows server is //server/share.
        return f"file:{rooted}" if rooted.startswith("//") else f"file://{rooted}"


def find_media(video: VideoResults) -> Media:
    """Find the file of a video; where it is not, its place when it was scored."""
    source = video.source()
    path = str(video.summary.get("path", video.name)) if source.path is None else str(source.path)
    relative = str(video.summary.get("relative_path", ""))
    if relative and not relative.startswith(("./", "../")):
        relative = f"./{relative}"
    return Media(PurePath(path).as_posix(), relative, _REMARKS[source.status])
