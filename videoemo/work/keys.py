"""What a video's result depends on: two results with the same key are the same to the byte."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videoemo.cards import Card
from videoemo.recipes import Pipeline
from videoemo.serving import runtime_of
from videoemo.tables import SCHEMA

__all__ = ["differences", "make_key", "same", "settings_key", "video_key"]

# Bytes at either end of a file: a container's header and index are in them, and a copy that was cut off or goes on differs there.
_END = 64 * 1024
# Keys of a pipeline that a table does not depend on: which files are written beside it; and those in whose place stands what came of them:
# the extractor's card, and what runs the networks on this machine.
_NOT_OF_TABLES = frozenset(["csv", "device", "engine", "extractor", "extractor_offline", "group", "memory", "pictures", "precision", "timeout"])
# Keys of a card that say where a network comes from, not what it does.
_NOT_OF_NETWORK = frozenset(["figures", "file", "git_blob", "licence", "origin", "sha256", "size", "source", "trained_on"])
# Digits of a checksum that are shown.
_SHOWN = 12


def video_key(path: Path, *, whole: bool) -> dict[str, Any]:
    """What a video is: its size in bytes, its modification time in ns, the SHA-256 of its first and last 64 KiB together.

    Take it before the video is read: one that changes meanwhile is then done again by the next run.
    It never raises: a path that cannot be looked at has a key that says why (`unreadable`), so that its failure holds until it can be.

    Parameters
    ----------
    path : a file, or a folder of numbered pictures, which is keyed by the names, sizes and times of all its files.
    whole : add the SHA-256 of all bytes.
    """
    try:
        return _folder_key(path, whole=whole) if path.is_dir() else _file_key(path, whole=whole)
    except OSError as exc:
        return {"unreadable": exc.strerror or str(exc)}


def settings_key(pipeline: Pipeline, card: Card, detector: dict[str, str], *, model: dict[str, Any] | None = None) -> dict[str, Any]:
    """The settings and networks that a result depends on; not what only says which outputs are written.

    Parameters
    ----------
    card : of the extractor that serves.
    detector : the SHA-256 of each of the detector's weight files, by file name.
    model : `ClipClassifier.provenance()`, where each video is classified.

    Raises
    ------
    InputError : the pipeline asks for an engine that is not here.
    """
    return {
        "schema": SCHEMA,
        **{name: value for name, value in asdict(pipeline).items() if name not in _NOT_OF_TABLES},
        "extractor": {"checksum": card.checksum} | {name: value for name, value in asdict(card).items() if name not in _NOT_OF_NETWORK},
        **asdict(runtime_of(pipeline)),
        "detector": detector,
        "model": model and model["sha256"],
    }


def make_key(video: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The whole key, as it stands under `key` in a video's summary.json."""
    key: dict[str, Any] = json.loads(json.dumps({"video": video, "settings": settings}))  # tuples are lists there
    return key


def same(there: Any, here: dict[str, Any]) -> bool:
    """Whether two keys are of the same result. A full hash counts where both have one."""
    return not differences(there, here)


def differences(there: Any, here: dict[str, Any]) -> list[str]:
    """In words, what differs between the key of a result that is there and the one it would have now: `min_face was 40, is 60`.

    Of the video itself it is said only that it has changed, so that the same words hold for many videos.
    """
    if not (isinstance(there, dict) and isinstance(there.get("video"), dict) and isinstance(there.get("settings"), dict)):
        return ["the result does not say what it was made from"]
    videos = [key["video"] for key in (there, here)]
    if not all("sha256" in video for video in videos):
        videos = [{name: value for name, value in video.items() if name != "sha256"} for video in videos]
    words = ["the video has changed"] if videos[0] != videos[1] else []
    was, now = (_flat(key["settings"]) for key in (there, here))
    names = [*now, *(name for name in was if name not in now)]
    return words + [f"{name} was {_shown(was.get(name))}, is {_shown(now.get(name))}" for name in names if was.get(name) != now.get(name)]


def _file_key(path: Path, *, whole: bool) -> dict[str, Any]:
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")  # a pipe's open would wait for its other end
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        ends = hashlib.sha256(file.read(_END))
        file.seek(max(_END, about.st_size - _END))
        ends.update(file.read(_END))
        key = {"size": about.st_size, "modified": about.st_mtime_ns, "ends": ends.hexdigest()}
        if whole:
            file.seek(0)
            key["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        return key


def _folder_key(folder: Path, *, whole: bool) -> dict[str, Any]:
    with os.scandir(folder) as listing:
        files = sorted((entry for entry in listing if not entry.name.startswith(".")), key=lambda entry: entry.name)
    about = [entry.stat() for entry in files]
    listed = hashlib.sha256()
    for entry, one in zip(files, about, strict=True):
        listed.update(os.fsencode(entry.name) + f"\0{one.st_size} {one.st_mtime_ns}\n".encode())
    key = {"files": len(files), "size": sum(one.st_size for one in about), "listing": listed.hexdigest()}
    if whole:
        content = hashlib.sha256()
        for entry in files:
            content.update(bytes.fromhex(_file_key(Path(entry.path), whole=True)["sha256"]))
        key["sha256"] = content.hexdigest()
    return key


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """`{"extractor": {"crop": "box"}}` is `{"extractor.crop": "box"}`."""
    flat = {}
    for name, value in settings.items():
        inner = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
        flat.update(inner)
    return flat


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return value[:_SHOWN] if isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2 else str(value)
