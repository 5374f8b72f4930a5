"""What a container says of its video, from one pass over its packets."""

from __future__ import annotations

from pathlib import Path

from videoemo.errors import EmptyVideoError, InputError, UnreadableVideoError
from videoemo.video._chunks import is_cut
from videoemo.video._container import opened, pick_stream, why_unreadable
from videoemo.video._packets import scan, times
from videoemo.video._pictures import is_picture, probe_folder, probe_picture
from videoemo.video._upright import turn_of
from videoemo.video._video import Video, check_size

__all__ = ["probe"]


def probe(path: str | Path, *, fps: float | None = None, max_pixels: int | None = None) -> Video:
    """What a video or a picture holds: its size, the times of its frames, whether it is whole.

    Reads the packets once and decodes a single frame, since only a frame carries its rotation.

    Parameters
    ----------
    path : a video, a picture, or a folder of numbered pictures.
    fps : of a folder, the rate at which its pictures were taken; of nothing else.
    max_pixels : refuse frames of more pixels than this, before one is decoded; no limit where None.

    Raises
    ------
    InputError : there is no such file, or it is a folder without `fps`, or with other things than numbered pictures in it.
    UnreadableVideoError : it cannot be opened, or none of its frames can be decoded.
    EmptyVideoError : it holds no picture.
    TooLargeVideoError : its frames have more than `max_pixels` pixels.
    """
    path = Path(path)
    if path.is_dir():
        if fps is None:
            raise InputError(f"{path}: it is a folder: give a file, or fps with a folder of numbered pictures")
        return probe_folder(path, fps=fps, max_pixels=max_pixels)
    if is_picture(path):
        return probe_picture(path, max_pixels=max_pixels)
    with opened(path) as container:
        stream = pick_stream(container, path)
        check_size(path, width=stream.width, height=stream.height, max_pixels=max_pixels)
        found, frame = scan(container, stream)
        cut = is_cut(path)
        when = times(found, stream, format_name=container.format.name, cut=cut)
        if not len(when.ticks) and cut:
            raise UnreadableVideoError(f"{path}: {why_unreadable(path)}")
        if not len(when.ticks):
            raise EmptyVideoError(f"{path}: its video stream holds no frames: record it again")
        if frame is None:
            raise UnreadableVideoError(f"{path}: none of its {len(found)} video packets can be decoded: copy it again")
        rotation, mirrored = turn_of(frame)
        width, height = (frame.height, frame.width) if rotation % 180 else (frame.width, frame.height)
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        end = int(when.ticks[-1]) + when.last
        return Video(
            path=path,
            width=width,
            height=height,
            seconds=when.ticks * when.base.numerator / when.base.denominator,
            duration=float((end - int(when.ticks[0])) * when.base),
            rotation=rotation,
            mirrored=mirrored,
            interlaced=frame.interlaced_frame,
            truncated_at=float(end * when.base) if cut else None,
            timed=when.timed,
            ticks=when.ticks,
            time_base=when.base,
            keyframes=when.keyframes,
            start=float((stream.start_time or 0) * stream.time_base),
            edited=any(packet.is_hidden for packet in found),
            stream=stream.index,
            n_streams=len(container.streams.video),
        )
