"""When a stream's frames are to be presented, told by its packets alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt

from videoemo.video._container import packets

__all__ = ["Packet", "Times", "scan", "times"]

# Containers whose packets have no presentation times: those that libav makes up for them do not survive reordered frames.
UNTIMED = ("avi",)
# Containers with an index to jump by. In others (MPEG-TS, MPEG-PS) libav guesses times after a jump, and guesses wrongly.
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")


class Packet(NamedTuple):
    """What is kept of a packet: the packet itself would keep its data."""

    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    is_hidden: bool
    is_partial: bool


@dataclass(frozen=True)
class Times:
    """The frames to be presented, in order.

    Parameters
    ----------
    ticks : int64 (n,), in units of `base` seconds.
    last : ticks that the last one is shown.
    keyframes : int64 (k,), which of them can be jumped to.
    base : seconds a tick.
    timed : whether the container holds presentation times.
    """

    ticks: npt.NDArray[np.int64]
    last: int
    keyframes: npt.NDArray[np.int64]
    base: Fraction
    timed: bool


def scan(container: Any, stream: Any) -> tuple[list[Packet], Any]:
    """All packets of the stream, and the first frame that decodes (None where none does)."""
    found: list[Packet] = []
    frame = None
    for packet in packets(container, stream):
        if packet.size:
            found.append(_kept(packet))
        if frame is None:
            try:
                frame = next(iter(packet.decode()), None)
            except av.FFmpegError:
                continue  # a broken packet: the next one may do
    return found, frame


def times(found: list[Packet], stream: Any, *, format_name: str, cut: bool) -> Times:
    """The frames that the packets make, without those that an edit list hides and the half of one at the end of a cut file.

    A packet without a time among packets that have one is part of a frame (a second field, a hidden reference), not a frame.
    """
    shown = [p for p in found if not p.is_hidden and not (cut and p is found[-1] and p.is_partial)]
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
    last = shown[-1].duration if timed and shown else 0
    return Times(
        ticks=ticks,
        last=last or max(1, round(1 / (rate * base))),
        keyframes=np.flatnonzero([p.is_keyframe and format_name in INDEXED for p in shown]).astype(np.int64),
        base=base,
        timed=timed,
    )


def _kept(packet: Any) -> Packet:
    return Packet(packet.pts, packet.dts, packet.duration or 0, packet.is_keyframe, packet.is_discard, packet.is_corrupt)
