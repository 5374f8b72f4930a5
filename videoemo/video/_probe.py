"""Probing of videos: size, presentation and frame times, from one pass over the packets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av

from videoemo.errors import EmptyVideoError, InputError, UnreadableVideoError
from videoemo.util.messages import count_noun
from videoemo.video._info import Video, check_size
from videoemo.video.container.followed import is_followed
from videoemo.video.container.opening import explain_unreadable, open_container
from videoemo.video.container.regular import check_folder, check_regular_file
from videoemo.video.container.stream import describe_choice, pick_stream
from videoemo.video.container.truncation import is_truncated
from videoemo.video.pictures.picture import PictureKind, picture_kind, probe_picture
from videoemo.video.pictures.picture_folder import probe_folder
from videoemo.video.pictures.pillow import begins_as_picture, not_read
from videoemo.video.presentation.record import read_presentation, says_aspect_ratio
from videoemo.video.times.frame_times import FrameTimes
from videoemo.video.times.packets import scan_packets
from videoemo.video.times.stream_times import frame_times

__all__ = ["probe"]

# Containers whose clock may begin at any time, by libav's names.
_FREE_CLOCKS = frozenset(["mpegts", "mpeg"])
FOLLOWED = "another recording follows in the same file and is not read: cut the two apart"


def probe(
    path: str | Path,
    *,
    fps: float | None = None,
    stream: int | None = None,
    max_pixels: int | None = None,
) -> Video:
    """Describe a video or a picture: its size, the times of its frames, whether it is truncated.

    Reads the packets once and decodes a single frame, since only a frame carries its rotation
    and its colours; all frames, without converting them, where packets do not say which come, and
    when.

    Parameters
    ----------
    path : str or Path
        A video, a picture, or a folder of numbered pictures.
    fps : float or None
        Of a folder, the rate at which its pictures were taken; of nothing else.
    stream : int or None
        Which video stream of a container, from 0; None for the one that plays by default.
    max_pixels : int or None
        Refuse frames of more pixels than this, before one is decoded; no limit where None.

    Raises
    ------
    InputError
        There is no such file or no such stream, it is no regular file, or a folder without `fps`,
        or with other things than numbered pictures in it.
    UnreadableVideoError
        It cannot be opened, or none of its frames can be decoded.
    EmptyVideoError
        It holds no picture.
    TooLargeVideoError
        Its frames have more than `max_pixels` pixels.
    """
    path = Path(path)
    if os.path.isdir(path):  # noqa: PTH112 - what may not be looked at is an error below
        check_folder(path)
        if fps is None:
            raise InputError(
                f"{path}: it is a folder: give a file, or fps with a folder of numbered pictures"
            )
        _refuse_stream(path, stream)
        return probe_folder(path, fps=fps, max_pixels=max_pixels)
    check_regular_file(path)
    kind = picture_kind(path)
    if kind in (PictureKind.STILL, PictureKind.ANIMATION):
        _refuse_stream(path, stream)
        return probe_picture(path, kind, max_pixels=max_pixels)
    try:
        return _probe_container(path, kind, stream=stream, max_pixels=max_pixels)
    except (UnreadableVideoError, EmptyVideoError) as exc:
        if begins_as_picture(path):
            raise not_read(path) from exc
        raise


def _probe_container(
    path: Path, kind: PictureKind, *, stream: int | None, max_pixels: int | None
) -> Video:
    with open_container(path) as container:
        chosen = pick_stream(container, path, stream)
        check_size(path, width=chosen.width, height=chosen.height, max_pixels=max_pixels)
        aspect_ratio_said = says_aspect_ratio(container, chosen)
        found, frame = scan_packets(container, chosen)
        truncated = is_truncated(path)
        if not found and truncated:
            raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}")
        if not found:
            raise EmptyVideoError(f"{path}: its video stream holds no frames: record it again")
        if frame is None:
            n_packets = count_noun(len(found), "video packet")
            raise UnreadableVideoError(
                f"{path}: none of its {n_packets} can be decoded: copy it again"
            )
        presentation = read_presentation(
            container, chosen, frame, path, aspect_ratio_said=aspect_ratio_said
        )
        width, height = presentation.size
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        times = frame_times(
            found,
            container,
            chosen,
            path,
            interlaced=frame.interlaced_frame,
            truncated=truncated,
            max_pixels=max_pixels,
        )
        if not len(times.seconds):
            raise EmptyVideoError(f"{path}: none of its frames is presented: record it again")
        # The other streams of an AVIF sequence are its cover and its transparency.
        told = stream is None and kind is not PictureKind.MOVING
        choice = describe_choice(container, chosen) if told else None
        last = max(packet.pos for packet in found)
        followed = FOLLOWED if is_followed(path, container.format.name, last) else None
        return Video(
            path=path,
            width=width,
            height=height,
            seconds=times.seconds,
            duration=times.duration,
            presentation=presentation,
            interlaced=frame.interlaced_frame,
            truncated_at=times.end if truncated else None,
            timed=len(times.ticks) > 0,
            ticks=times.ticks,
            time_base=times.base,
            keyframes=times.keyframes,
            packets=times.packets,
            start=float((chosen.start_time or 0) * (chosen.time_base or 0)),
            clock_start=_clock_start(container, times),
            clock_is_free=container.format.name in _FREE_CLOCKS,
            edited=any(packet.is_hidden for packet in found),
            stream=chosen.index,
            n_streams=len(container.streams.video),
            remarks=(*filter(None, [choice, followed]), *times.remarks),
        )


def _clock_start(container: Any, times: FrameTimes) -> float:
    if not len(times.ticks):  # counted, not told
        return 0.0
    return min((container.start_time or 0) / av.time_base, float(times.seconds[0]))


def _refuse_stream(path: Path, stream: int | None) -> None:
    if stream:
        raise InputError(f"{path}: there is no video stream {stream}: it is a picture, or several")
