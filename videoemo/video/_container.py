"""Containers by PyAV: opening, choice of the video stream, packets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from videoemo.errors import EmptyVideoError, InputError, UnreadableVideoError
from videoemo.video._truncation import is_truncated, lacks_index

__all__ = ["explain_unreadable", "open_container", "packets", "pick_stream"]


@contextmanager
def open_container(path: Path) -> Iterator[Any]:
    """Open a file as a PyAV container, closed on leaving the context.

    Raises
    ------
    InputError
        There is no such file, or no permission to read it.
    UnreadableVideoError
        It is truncated, or of no known container.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file: check the path")
    if path.is_file() and lacks_index(path):
        raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}")
    # What matters of libav's messages is in our errors. Once a file, not once a process: importing
    # torchvision 0.25 turns them on, and PyAV then waits for ever where a decoding thread writes
    # one while a thread that holds the interpreter's lock waits for it.
    av.logging.set_level(None)
    try:
        # An absolute path: "12:30.mp4" on its own reads as the protocol "12".
        container = av.open(str(path.absolute()), metadata_errors="ignore")
    except PermissionError as exc:
        raise InputError(f"{path}: no permission to read it: change its permissions") from exc
    except (av.FFmpegError, OSError) as exc:
        raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}") from exc
    with container:
        yield container


def pick_stream(container: Any, path: Path) -> Any:
    """Pick the video stream to read: no cover picture; the default one, else the largest, else the
    first.

    Parameters
    ----------
    container : av.container.InputContainer
        The open container.
    path : Path
        Its file.

    Raises
    ------
    EmptyVideoError
        There is none.
    UnreadableVideoError
        There is none because the file is truncated, or no decoder for it.
    """
    streams = [
        s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
    ]
    if not streams and is_truncated(path):
        raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}")
    if not streams:
        held = (
            ", ".join(sorted({s.type for s in container.streams if s.type != "video"}))
            or "nothing else"
        )
        cover = " but a cover picture" if container.streams.video else ""
        raise EmptyVideoError(
            f"{path}: it holds no video stream{cover} ({held}): give a file with pictures"
        )
    stream = max(streams, key=_rank)
    if stream.codec_context is None:
        raise UnreadableVideoError(
            f"{path}: there is no decoder for its kind of video: convert it to H.264 in MP4"
        )
    return stream


def packets(container: Any, stream: Any) -> Iterator[Any]:
    """Iterate over the packets of a stream, and an empty one after the last, until they end or the
    demuxer fails.
    """
    demuxed = container.demux(stream)
    while True:
        try:
            packet = next(demuxed, None)
        except (av.FFmpegError, OSError):
            return
        if packet is None:
            return
        yield packet


def _rank(stream: Any) -> tuple[bool, int, int]:
    context = stream.codec_context
    default = bool(stream.disposition & av.stream.Disposition.default)
    return default, context.width * context.height if context else 0, -stream.index


def explain_unreadable(path: Path) -> str:
    """Explain in words why no demuxer takes a file."""
    if path.is_dir():
        return "it is a folder: give a file"
    if not path.stat().st_size:
        return "the file is empty (0 bytes): copy or record it again"
    if lacks_index(path):
        return (
            "it was cut off, or its recording never finished, before its index: copy it again or "
            "repair it"
        )
    if is_truncated(path):
        return "it was cut off before its first frame: copy it again"
    return "its contents are not those of a video: check that it is one, and that it plays"
