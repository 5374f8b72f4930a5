"""Probing of videos: size, orientation and frame times, from one pass over the packets."""

from __future__ import annotations

from pathlib import Path

from videoemo.errors import EmptyVideoError, InputError, UnreadableVideoError
from videoemo.video._container import explain_unreadable, open_container, pick_stream
from videoemo.video._info import Video, check_size
from videoemo.video._orientation import read_orientation
from videoemo.video._packets import frame_times, scan_packets
from videoemo.video._picture_folder import probe_folder
from videoemo.video._pictures import PictureKind, picture_kind, probe_picture
from videoemo.video._truncation import is_truncated

__all__ = ["probe"]


def probe(path: str | Path, *, fps: float | None = None, max_pixels: int | None = None) -> Video:
    """Describe a video or a picture: its size, the times of its frames, whether it is truncated.

    Reads the packets once and decodes a single frame, since only a frame carries its rotation.

    Parameters
    ----------
    path : str or Path
        A video, a picture, or a folder of numbered pictures.
    fps : float or None
        Of a folder, the rate at which its pictures were taken; of nothing else.
    max_pixels : int or None
        Refuse frames of more pixels than this, before one is decoded; no limit where None.

    Raises
    ------
    InputError
        There is no such file, or it is a folder without `fps`, or with other things than numbered
        pictures in it.
    UnreadableVideoError
        It cannot be opened, or none of its frames can be decoded.
    EmptyVideoError
        It holds no picture.
    TooLargeVideoError
        Its frames have more than `max_pixels` pixels.
    """
    path = Path(path)
    if path.is_dir():
        if fps is None:
            raise InputError(
                f"{path}: it is a folder: give a file, or fps with a folder of numbered pictures"
            )
        return probe_folder(path, fps=fps, max_pixels=max_pixels)
    kind = picture_kind(path)
    if kind in (PictureKind.STILL, PictureKind.ANIMATION):
        return probe_picture(path, kind, max_pixels=max_pixels)
    with open_container(path) as container:
        stream = pick_stream(container, path)
        check_size(path, width=stream.width, height=stream.height, max_pixels=max_pixels)
        found, frame = scan_packets(container, stream)
        truncated = is_truncated(path)
        times = frame_times(found, stream, format_name=container.format.name, truncated=truncated)
        if not len(times.ticks) and truncated:
            raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}")
        if not len(times.ticks):
            raise EmptyVideoError(f"{path}: its video stream holds no frames: record it again")
        if frame is None:
            raise UnreadableVideoError(
                f"{path}: none of its {len(found)} video packets can be decoded: copy it again"
            )
        rotation, mirrored = read_orientation(frame)
        width, height = (
            (frame.height, frame.width) if rotation % 180 else (frame.width, frame.height)
        )
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        end = int(times.ticks[-1]) + times.last_duration
        return Video(
            path=path,
            width=width,
            height=height,
            seconds=times.ticks * times.base.numerator / times.base.denominator,
            duration=float((end - int(times.ticks[0])) * times.base),
            rotation=rotation,
            mirrored=mirrored,
            interlaced=frame.interlaced_frame,
            truncated_at=float(end * times.base) if truncated else None,
            timed=times.timed,
            ticks=times.ticks,
            time_base=times.base,
            keyframes=times.keyframes,
            start=float((stream.start_time or 0) * stream.time_base),
            edited=any(packet.is_hidden for packet in found),
            stream=stream.index,
            n_streams=len(container.streams.video),
        )
