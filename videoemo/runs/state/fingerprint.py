"""Fingerprints of results, as keys: two results with the same key are the same to the byte."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

from videoemo.util.leftovers import is_leftover
from videoemo.util.messages import brief
from videoemo.util.regular_files import open_regular

__all__ = ["equal", "explain_differences", "is_key", "make_key", "video_key"]

# Bytes hashed at either end of a file: a container's header and index are in them, and a copy that
# was cut off or is longer differs there.
_END = 64 * 1024
# Of each picture of a folder, which may have ten thousand.
_PICTURE_END = 4 * 1024
# Digits of a checksum that are shown.
_SHOWN = 12
# Characters of a value that are shown.
_LONGEST_SHOWN = 60
# Of more differences their number is told.
_MOST_TOLD = 8


def video_key(path: Path, *, whole: bool) -> dict[str, Any]:
    """Key of a video: its size in bytes, its modification time in ns, the SHA-256 of its first and
    last 64 KiB together.

    Make it before the video is read: one that changes meanwhile is then done again by the next run.
    It never raises: a path that cannot be read has a key that says why (`unreadable`), so that its
    failure holds until it can be.

    Parameters
    ----------
    path : Path
        A file, or a folder of numbered pictures, whose key has the names, sizes and times of all
        its files, and the SHA-256 of the first and last 4 KiB of each.
    whole : bool
        Whether the SHA-256 of all bytes is added.
    """
    try:
        return _folder_key(path, whole=whole) if path.is_dir() else _file_key(path, whole=whole)
    except OSError as exc:
        return {"unreadable": exc.strerror or str(exc)}


def make_key(video: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Key of a result, as it stands under `key` in a video's summary.json.

    Parameters
    ----------
    video : dict of str to object
        See `video_key`.
    settings : dict of str to object
        What the result depends on beside the video.
    """
    # Tuples are lists there.
    key: dict[str, Any] = json.loads(json.dumps({"video": video, "settings": settings}))
    return key


def equal(there: Any, here: dict[str, Any]) -> bool:
    """Whether two keys are equal; a hash of all bytes is compared where both have one."""
    return not explain_differences(there, here)


def is_key(given: Any) -> bool:
    """Whether something that stands in a file has the form of a key."""
    parts = [given.get(name) for name in ("video", "settings")] if isinstance(given, dict) else []
    return bool(parts) and all(isinstance(part, dict) for part in parts)


def explain_differences(there: Any, here: dict[str, Any]) -> list[str]:
    """Explain in words how the key of a result differs from the present one.

    Such as `min_face was 40, is 60`. Of the video itself only that it has changed, so that many
    videos share the same words.

    Parameters
    ----------
    there : object
        The key in a summary.json, or anything else that stands there.
    here : dict of str to object
        The key that the result would have now.
    """
    if not is_key(there):
        return ["the result does not say what it was made from"]
    videos = [dict(key["video"]) for key in (there, here)]
    if not all("sha256" in video for video in videos):
        for video in videos:
            video.pop("sha256", None)
    results = [video.pop("results", None) for video in videos]
    words = ["the video has changed"] if videos[0] != videos[1] else []
    words += ["the results of the video have changed"] if results[0] != results[1] else []
    was, now = (_flat(key["settings"]) for key in (there, here))
    names = [*now, *(name for name in was if name not in now)]
    words += [
        f"{_brief(name)} was {_brief(_shown(was.get(name)))}, is {_brief(_shown(now.get(name)))}"
        for name in names
        if was.get(name) != now.get(name)
    ]
    more = len(words) - _MOST_TOLD
    return words if more <= 1 else [*words[:_MOST_TOLD], f"and {more} more differences"]


def _brief(text: str) -> str:
    return brief(text, limit=_LONGEST_SHOWN)


def _file_key(path: Path, *, whole: bool) -> dict[str, Any]:
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")  # opening a pipe would wait for its other end
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        ends = hashlib.sha256(_ends(file, about.st_size, _END)).hexdigest()
        key = {"size": about.st_size, "modified": about.st_mtime_ns, "ends": ends}
        if whole:
            file.seek(0)
            key["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        return key


def _ends(file: BinaryIO, size: int, n: int) -> bytes:
    """The first and the last `n` bytes of an open file, each byte once."""
    first = file.read(n)
    file.seek(max(n, size - n))
    return first + file.read(n)


def _folder_key(folder: Path, *, whole: bool) -> dict[str, Any]:
    with os.scandir(folder) as listing:
        files = sorted(
            (entry for entry in listing if not is_leftover(entry.name)),
            key=lambda entry: entry.name,
        )
    about = [entry.stat() for entry in files]
    listed, ends = hashlib.sha256(), hashlib.sha256()
    for entry, one in zip(files, about, strict=True):
        listed.update(os.fsencode(entry.name) + f"\0{one.st_size} {one.st_mtime_ns}\n".encode())
        with open_regular(Path(entry.path)) as file:
            ends.update(_ends(file, one.st_size, _PICTURE_END))
    key = {
        "files": len(files),
        "size": sum(one.st_size for one in about),
        "listing": listed.hexdigest(),
        "ends": ends.hexdigest(),
    }
    if whole:
        content = hashlib.sha256()
        for entry in files:
            content.update(bytes.fromhex(_file_key(Path(entry.path), whole=True)["sha256"]))
        key["sha256"] = content.hexdigest()
    return key


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Flatten nested settings: `{"extractor": {"crop": "box"}}` to `{"extractor.crop": "box"}`.

    What is None is left out, however deep: a key that did not exist yet is the same as one not set.
    """
    flat = {}
    for name, value in _set(settings).items():
        inner = (
            {f"{name}.{key}": one for key, one in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
        flat.update(inner)
    return flat


def _set(value: Any) -> Any:
    """A value without what is not set in it."""
    if isinstance(value, dict):
        return {name: _set(one) for name, one in value.items() if one is not None}
    return [_set(one) for one in value] if isinstance(value, list) else value


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return " ".join(_shown(one) for one in value.values() if one not in (None, []))
    return (
        value[:_SHOWN]
        if isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2
        else str(value)
    )
