"""Presentation times of a stream's frames."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

from videoemo.video.times.decoded_order import decode_order
from videoemo.video.times.decoded_times import times_of_frames
from videoemo.video.times.frame_times import FrameTimes, time_base, times_in_order, times_of_packets
from videoemo.video.times.packets import UNTIMED, Packet, has_times, name_frames

__all__ = ["frame_times"]

# Frames that come in less than this part of the time that one takes are fields.
FIELD = 0.75
# Film on video, 24 frames a second at 30, has every other field shown again.
PULLDOWN = 1.25


def frame_times(
    found: list[Packet],
    container: Any,
    stream: Any,
    path: Path,
    *,
    interlaced: bool,
    truncated: bool,
    max_pixels: int | None,
) -> FrameTimes:
    """Presentation times of the frames that packets make.

    Without those that are hidden (by an edit list, or as references) and the partial one at the end
    of a truncated file. Where the times of packets do not name the frames, these are decoded once,
    to see which come, and in which order.

    Parameters
    ----------
    found : list of Packet
        All packets of the stream.
    container : av.container.InputContainer
        The open container.
    stream : av.video.stream.VideoStream
        The stream.
    path : Path
        The file.
    interlaced : bool
        Whether frames are woven from two fields.
    truncated : bool
        Whether the file is truncated.
    max_pixels : int or None
        Refuse frames of more pixels than this, where they are decoded; no limit where None.

    Raises
    ------
    TooLargeVideoError
        A frame has more than `max_pixels` pixels.
    """
    partial = len(found) - 1 if truncated and found and found[-1].is_partial else None
    numbers = [
        number for number, packet in enumerate(found) if not packet.is_hidden and number != partial
    ]
    shown, name = [found[number] for number in numbers], container.format.name
    if name in UNTIMED and len(found) - len(shown) == (partial is not None):
        return times_in_order(shown, stream)
    reorders = stream.codec_context.reorder_depth > 0
    if (
        name not in UNTIMED
        and name_frames(shown, base=time_base(stream), format_name=name, reorders=reorders)
        and not (interlaced and _steps(shown, stream) < FIELD)
        and (has_times(container) or _has_own_rate(shown, stream))
    ):
        return times_of_packets(shown, stream, name)
    decoded = decode_order(path, stream.index, max_pixels=max_pixels)
    return times_of_frames(found, numbers, decoded, container, stream, interlaced=interlaced)


def _steps(shown: list[Packet], stream: Any) -> float:
    """The mean time from packet to packet, in that of a frame at the rate in the stream's header;
    NaN where that says none.
    """
    rate: Fraction | None = stream.codec_context.framerate
    given = [packet.pts for packet in shown if packet.pts is not None]
    mean = (max(given) - min(given)) * time_base(stream) / max(1, len(given) - 1)
    return float(mean * rate) if rate else math.nan


def _has_own_rate(shown: list[Packet], stream: Any) -> bool:
    """Whether the times that libav makes up for a raw stream are at the rate in its header."""
    steps = _steps(shown, stream)
    return len(shown) == 1 or any(abs(steps - right) < 0.01 for right in (1, PULLDOWN))
