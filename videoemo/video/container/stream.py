"""Choice of a container's video stream."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import av

from videoemo.errors import EmptyVideoError, InputError, UnreadableVideoError
from videoemo.util.messages import count_noun
from videoemo.video.container.encryption import is_encrypted
from videoemo.video.container.opening import explain_unreadable, open_container, packets
from videoemo.video.container.truncation import is_truncated

__all__ = ["describe_choice", "pick_stream"]


def pick_stream(container: Any, path: Path, number: int | None) -> Any:
    """Pick the video stream to read.

    Without a number no picture is picked (a cover, or a stream of a single frame) where there is
    something else; and of several streams the one that plays by default, else the largest, else the
    first.

    Parameters
    ----------
    container : av.container.InputContainer
        The open container.
    path : Path
        Its file.
    number : int or None
        Which of its video streams is asked for, from 0.

    Raises
    ------
    InputError
        There is none of that number.
    EmptyVideoError
        There is none.
    UnreadableVideoError
        There is none because the file is truncated, no decoder for it, or it is encrypted.
    """
    streams = _films(container)
    if number is not None:
        if number >= len(container.streams.video):
            there = count_noun(len(container.streams.video), "video stream")
            raise InputError(
                f"{path}: there is no video stream {number}: it has {there}, counted from 0"
            )
        streams = [container.streams.video[number]]
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
    if len(streams) > 1:
        moving = _moving(path, streams)
        streams = [stream for stream in streams if stream.index in moving] or streams
    stream = max(streams, key=_rank)
    if is_encrypted(container, stream, path):
        raise UnreadableVideoError(f"{path}: it is encrypted: give a copy that is not")
    if stream.codec_context is None:
        raise UnreadableVideoError(
            f"{path}: there is no decoder for its kind of video: convert it to H.264 in MP4"
        )
    return stream


def describe_choice(container: Any, stream: Any) -> str | None:
    """Describe in words which of several video streams was picked; None where there is one alone.

    Parameters
    ----------
    container : av.container.InputContainer
        The open container.
    stream : av.video.stream.VideoStream
        The one that was picked.
    """
    others = [one for one in _films(container) if one.index != stream.index]
    if not others:
        return None
    number = [one.index for one in container.streams.video].index(stream.index)
    return (
        f"one of {len(others) + 1} video streams was taken, number {number} of {_size(stream)} "
        f"pixels; not {', '.join(_number(container, one) for one in others)} (--stream N takes "
        "another)"
    )


def _films(container: Any) -> list[Any]:
    """The video streams that are no cover pictures."""
    return [
        s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
    ]


def _number(container: Any, stream: Any) -> str:
    number = [one.index for one in container.streams.video].index(stream.index)
    return f"number {number} of {_size(stream)}"


def _size(stream: Any) -> str:
    context = stream.codec_context
    return f"{context.width}x{context.height}" if context else "unknown size"


def _moving(path: Path, streams: list[Any]) -> set[int]:
    """The indices of the streams that have more than one frame."""
    left = {stream.index for stream in streams if not stream.frames}  # it does not say how many
    moving = {stream.index for stream in streams if stream.frames > 1}
    found: Counter[int] = Counter()
    if left:
        with open_container(path) as container:
            for packet in packets(container, *(container.streams[index] for index in left)):
                found[packet.stream_index] += bool(packet.size)
                if found[packet.stream_index] > 1:
                    moving.add(packet.stream_index)
                    left.discard(packet.stream_index)
                if not left:
                    break
    return moving


def _rank(stream: Any) -> tuple[bool, int, int]:
    context = stream.codec_context
    default = bool(stream.disposition & av.stream.Disposition.default)
    return default, context.width * context.height if context else 0, -stream.index
