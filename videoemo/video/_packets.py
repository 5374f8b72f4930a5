"""Presentation times of a stream's frames, from its packets alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt

from videoemo.video._container import packets

__all__ = ["FrameTimes", "Packet", "frame_times", "scan_packets"]

# Containers whose packets have no presentation times: those that libav derives for them are wrong
# where frames are reordered.
UNTIMED = ("avi",)
# Containers with an index to seek by. In others (MPEG-TS, MPEG-PS) libav guesses times after a
# seek, and guesses wrongly.
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")


class Packet(NamedTuple):
    """Fields of a PyAV packet, which itself would keep its data in memory."""

    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    is_hidden: bool
    is_partial: bool


@dataclass(frozen=True)
class FrameTimes:
    """Presentation times of frames, in order.

    Parameters
    ----------
    ticks : int64 (n,)
        In units of `base` seconds.
    last_duration : int
        Of the last frame, in ticks.
    keyframes : int64 (k,)
        The indices of those that can be sought.
    base : Fraction
        Seconds a tick.
    timed : bool
        Whether the container holds presentation times.
    """

    ticks: npt.NDArray[np.int64]
    last_duration: int
    keyframes: npt.NDArray[np.int64]
    base: Fraction
    timed: bool


def scan_packets(container: Any, stream: Any) -> tuple[list[Packet], Any]:
    """Read all packets of a stream, and the first frame that decodes (None where none does)."""
    found: list[Packet] = []
    frame = None
    for packet in packets(container, stream):
        if packet.size:
            found.append(
                Packet(
                    packet.pts,
                    packet.dts,
                    packet.duration or 0,
                    packet.is_keyframe,
                    packet.is_discard,
                    packet.is_corrupt,
                )
            )
        if frame is None:
            try:
                frame = next(iter(packet.decode()), None)
            except av.FFmpegError:
                continue  # a broken packet: the next one may do
    return found, frame


def frame_times(
    found: list[Packet], stream: Any, *, format_name: str, truncated: bool
) -> FrameTimes:
    """Presentation times of the frames that packets make.

    Without those that an edit list hides and the partial one at the end of a truncated file. A
    packet without a time among packets that have one is part of a frame (a second field, a hidden
    reference), not a frame.

    Parameters
    ----------
    found : list of Packet
        All packets of the stream.
    stream : av.video.stream.VideoStream
        The stream.
    format_name : str
        libav's name of the container's format.
    truncated : bool
        Whether the file is truncated.
    """
    partial = found[-1] if truncated and found and found[-1].is_partial else None
    shown = [p for p in found if not p.is_hidden and p is not partial]
    with_time = [p for p in shown if p.pts is not None]
    timed = format_name not in UNTIMED and 2 * len(with_time) >= len(shown)
    rate = stream.average_rate or Fraction(25)
    base = stream.time_base
    if timed:
        given = np.array([p.pts for p in with_time], np.int64)
        ticks, order = np.unique(given, return_index=True)
        shown = [with_time[i] for i in order]
    elif all(p.dts is not None for p in shown):
        ticks = np.sort(np.array([p.dts for p in shown], np.int64))
    else:
        base = 1 / rate
        ticks = np.arange(len(shown), dtype=np.int64)
    last_duration = shown[-1].duration if timed and shown else 0
    return FrameTimes(
        ticks=ticks,
        last_duration=last_duration or max(1, round(1 / (rate * base))),
        keyframes=np.flatnonzero([p.is_keyframe and format_name in INDEXED for p in shown]).astype(
            np.int64
        ),
        base=base,
        timed=timed,
    )
