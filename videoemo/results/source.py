"""The video that results are of: where it is now, and whether it is still the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from videoemo.runs.state.fingerprint import video_key
from videoemo.util.messages import brief, count_noun, shown

__all__ = ["Source", "find_source"]


@dataclass(frozen=True)
class Source:
    """The video that results are of.

    Parameters
    ----------
    status : {"same", "changed", "missing"}
        `same`, its size and the checksum of its ends are those of when it was scored; `changed`,
        another file is in its place; `missing`, nothing is there.
    path : Path or None
        Where it is; None where it is missing.
    reason : str
        The same in words, in one line.
    """

    status: Literal["same", "changed", "missing"]
    path: Path | None
    reason: str


def find_source(folder: Path, summary: dict[str, Any]) -> Source:
    """Find the video that results are of: where it lies from them, and else where it lay.

    Parameters
    ----------
    folder : Path
        Of the video's results.
    summary : dict of str to object
        Its summary.json.

    Raises
    ------
    ValueError
        The summary does not say where it was, in the form in which it is written.
    """
    key = summary["key"]["video"]
    places = list(dict.fromkeys(_places(folder, summary)))
    changed = []
    for path in places:
        now = video_key(path, whole=False)
        if "unreadable" in now:
            continue
        difference = _difference(key, now)
        if difference is None:
            return Source("same", path, f"it is at {brief(str(path))}")
        changed.append((path, difference))
    if changed:
        path, difference = changed[0]
        return Source(
            "changed", path, f"{brief(str(path))} is not the video that was scored: {difference}"
        )
    tried = ", nor at ".join(brief(str(path)) for path in places)
    return Source("missing", None, f"no video at {tried}: it was moved, renamed or removed")


def _places(folder: Path, summary: dict[str, Any]) -> Iterator[Path]:
    relative, absolute = summary.get("relative_path"), summary.get("path")
    for name, value in (("relative_path", relative), ("path", absolute)):
        if not isinstance(value, str | None) or "\0" in (value or ""):
            raise ValueError(f"{name}: expected the path of a file, got {shown(value)}")
    if relative is not None:
        # By its name alone: a video that is a link is that link.
        yield Path(os.path.normpath(folder.resolve() / PurePosixPath(relative)))
    if absolute is None or not Path(absolute).is_absolute():
        raise ValueError(f"path: expected an absolute path, got {shown(absolute)}")
    yield Path(absolute)


def _difference(was: dict[str, Any], now: dict[str, Any]) -> str | None:
    """How a file differs from the video, in words; None for the video itself."""
    if ("files" in was) != ("files" in now):
        kinds = ("a folder of pictures", "one file")
        return "it was {}, and is {}".format(*(kinds if "files" in was else kinds[::-1]))
    for name, unit in (("files", "picture"), ("size", "byte")):
        if was.get(name) != now.get(name):
            return f"it had {_count(was.get(name), unit)}, and has {_count(now.get(name), unit)}"
    return None if was.get("ends") == now.get("ends") else "its content is another one"


def _count(n: Any, unit: str) -> str:
    return count_noun(n, unit) if isinstance(n, int) else f"{shown(n)} {unit}s"
