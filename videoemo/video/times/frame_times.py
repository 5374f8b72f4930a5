"""Presentation times of frames, from packets whose times can be taken as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.video._info import no_numbers
from videoemo.video.times.packets import Packet

__all__ = [
    "FrameTimes",
    "frame_rate",
    "time_base",
    "times_in_order",
    "times_of_packets",
]

# Containers with an index to seek by. In others (MPEG-TS, MPEG-PS) libav guesses times after a
# seek, and guesses wrongly.
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")
# What libav's demuxers, too, take where nothing says a rate.
DEFAULT_RATE = Fraction(25)
# Lower and higher rates are a writer's mistake.
LOWEST_RATE, HIGHEST_RATE = Fraction(1, 1000), Fraction(10_000)


@dataclass(frozen=True, kw_only=True)
class FrameTimes:
    """Presentation times of frames, in order.

    Parameters
    ----------
    seconds : float64 (n,)
        Strictly ascending.
    end : float
        Where the last frame ends, in seconds.
    duration : float
        From the first frame to there.
    ticks : int64 (n,)
        `seconds` in units of `base`, where frames are found by their times; empty elsewhere.
    base : Fraction
        Seconds a tick.
    keyframes : int64 (k,)
        The indices of those that can be sought.
    packets : int64 (n,)
        The numbers of the packets that the frames are decoded from, where frames are found by
        these; empty elsewhere.
    remarks : tuple of str
        What was repaired.
    """

    seconds: npt.NDArray[np.float64]
    end: float
    duration: float
    ticks: npt.NDArray[np.int64] = field(default_factory=no_numbers)
    base: Fraction
    keyframes: npt.NDArray[np.int64] = field(default_factory=no_numbers)
    packets: npt.NDArray[np.int64] = field(default_factory=no_numbers)
    remarks: tuple[str, ...] = ()


def time_base(stream: Any) -> Fraction:
    """Seconds a tick of a stream."""
    base: Fraction | None = stream.time_base
    return base if base is not None and base > 0 else Fraction(1)


def frame_rate(*rates: Fraction | None) -> Fraction:
    """The first of some frame rates that can be true, or libav's default."""
    return next((r for r in rates if r and LOWEST_RATE <= r <= HIGHEST_RATE), DEFAULT_RATE)


def times_in_order(shown: list[Packet], stream: Any) -> FrameTimes:
    """Times where the container has none of presentation: those of decoding, in order.

    Parameters
    ----------
    shown : list of Packet
        One a frame.
    stream : av.video.stream.VideoStream
        Their stream.
    """
    rate, base = frame_rate(stream.average_rate), time_base(stream)
    given = [packet.dts for packet in shown if packet.dts is not None]
    ticks = np.sort(np.array(given, np.int64))
    if len(ticks) < len(shown) or np.any(np.diff(ticks) == 0):
        base = 1 / rate
        ticks = np.arange(len(shown), dtype=np.int64)
    seconds, end, duration = _span(ticks, base, _default_duration(rate, base))
    return FrameTimes(seconds=seconds, end=end, duration=duration, base=base)


def times_of_packets(shown: list[Packet], stream: Any, format_name: str) -> FrameTimes:
    """Times of packets that name the frames.

    Parameters
    ----------
    shown : list of Packet
        One a frame, in any order, all with times, no two with the same.
    stream : av.video.stream.VideoStream
        Their stream.
    format_name : str
        libav's name of the container's format.
    """
    given = np.array([packet.pts for packet in shown], np.int64)
    order = np.argsort(given)
    ticks, base = given[order], time_base(stream)
    last = shown[order[-1]].duration if shown else 0
    if last <= 0:
        last = _default_duration(frame_rate(stream.average_rate), base)
    seconds, end, duration = _span(ticks, base, last)
    seekable = [format_name in INDEXED and shown[place].is_keyframe for place in order]
    keyframes = np.flatnonzero(seekable).astype(np.int64)
    return FrameTimes(
        seconds=seconds, end=end, duration=duration, ticks=ticks, base=base, keyframes=keyframes
    )


def _default_duration(rate: Fraction, base: Fraction) -> int:
    """Ticks that a frame lasts at a rate."""
    return max(1, round(1 / (rate * base)))


def _span(
    ticks: npt.NDArray[np.int64], base: Fraction, last: int
) -> tuple[npt.NDArray[np.float64], float, float]:
    """Seconds of frames, where they end, and how long they last."""
    seconds = ticks.astype(np.float64) * base.numerator / base.denominator
    first, end = (int(ticks[0]), int(ticks[-1]) + last) if len(ticks) else (0, 0)
    return seconds, float(end * base), float((end - first) * base)
