"""Presentation times of frames in the order in which they are decoded, repaired where need be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.util.messages import count_noun
from videoemo.video.times.clock import MAX_SECONDS, Clock, repair_clock
from videoemo.video.times.decoded_order import DecodedOrder
from videoemo.video.times.frame_times import FrameTimes, frame_rate, time_base, times_of_packets
from videoemo.video.times.packets import UNTIMED, Packet, has_times, wrap_of

__all__ = ["times_of_frames"]


@dataclass(frozen=True)
class _Frames:
    """Frames in the order of presentation.

    Parameters
    ----------
    numbers : int64 (n,)
        Of the packet that each is decoded from.
    packets : list of Packet
        The packets themselves.
    lost : bool (n,)
        Which cannot be decoded; they stand where they would in the order of decoding.
    """

    numbers: npt.NDArray[np.int64]
    packets: list[Packet]
    lost: npt.NDArray[np.bool_]


def times_of_frames(
    found: list[Packet],
    shown: list[int],
    decoded: DecodedOrder,
    container: Any,
    stream: Any,
    *,
    interlaced: bool,
) -> FrameTimes:
    """Times of frames as they are decoded: those of their packets, where these are in order, and
    repaired ones elsewhere.

    Parameters
    ----------
    found : list of Packet
        All packets of the stream.
    shown : list of int
        The numbers of those of which frames are presented.
    decoded : DecodedOrder
        What came out of the decoder.
    container : av.container.InputContainer
        The open container.
    stream : av.video.stream.VideoStream
        The stream.
    interlaced : bool
        Whether frames are woven from two fields, of which each may have a packet.
    """
    frames = _present(found, shown, decoded, interlaced=interlaced)
    base, name = time_base(stream), container.format.name
    own_rate = stream.codec_context.framerate
    rate = frame_rate(own_rate, stream.average_rate)
    if not has_times(container):
        return _times_by_rate(frames, rate, base, assumed=frame_rate(own_rate) != own_rate)
    timed = name not in UNTIMED and any(packet.pts is not None for packet in frames.packets)
    given, wrap = _given_times(frames, base, timed=timed), wrap_of(name, base)
    if timed and _are_in_order(given, frames.lost, wrap):
        return times_of_packets(frames.packets, stream, name)
    given, remarks = _unshuffle(given, frames)
    durations = np.array([packet.duration for packet in frames.packets]) * float(base)
    clock = repair_clock(_unwrap(given, wrap), step=float(1 / rate), durations=durations)
    last = float(durations[-1]) if durations[-1] > 0 else clock.step
    return FrameTimes(
        seconds=clock.seconds,
        end=float(clock.seconds[-1]) + last,
        duration=float(clock.seconds[-1] - clock.seconds[0]) + last,
        base=base,
        packets=frames.numbers,
        remarks=(*remarks, *_describe(clock, given, frames.lost)),
    )


def _present(
    found: list[Packet], shown: list[int], decoded: DecodedOrder, *, interlaced: bool
) -> _Frames:
    """Frames in the order in which they were decoded, and the lost ones among them.

    Of fields, two packets make a frame: only those on which the decoder failed are lost.
    """
    asked = set(shown)
    came = np.array([number for number in decoded.frames if number in asked], np.int64)
    missing = decoded.failed & asked if interlaced else asked.difference(came.tolist())
    lost = np.array(sorted(missing), np.int64)
    places = np.searchsorted(np.sort(came), lost)
    numbers = np.insert(came, places, lost)
    return _Frames(
        numbers=numbers,
        packets=[found[number] for number in numbers.tolist()],
        lost=np.insert(np.zeros(len(came), np.bool_), places, True),
    )


def _times_by_rate(frames: _Frames, rate: Fraction, base: Fraction, *, assumed: bool) -> FrameTimes:
    """Times of a raw stream, which has none."""
    n = len(frames.packets)
    remark = f"no times and no rate are given: {_per_second(rate)} are assumed"
    return FrameTimes(
        seconds=np.arange(n) * rate.denominator / rate.numerator,
        end=float(n / rate),
        duration=float(n / rate),
        base=base,
        packets=frames.numbers,
        remarks=(remark,) if assumed else (),
    )


def _given_times(frames: _Frames, base: Fraction, *, timed: bool) -> npt.NDArray[np.float64]:
    """Seconds of presentation, or else of decoding, as given, NaN where missing: float64 (n,)."""
    ticks = [packet.pts if timed else packet.dts for packet in frames.packets]
    given = np.array([np.nan if tick is None else tick for tick in ticks], np.float64)
    # A second frame from one packet has no time of its own.
    _, first = np.unique(frames.numbers, return_index=True)
    own = np.zeros(len(given), np.bool_)
    own[first] = True
    return np.where(own, given, np.nan) * base.numerator / base.denominator


def _are_in_order(given: npt.NDArray[np.float64], lost: npt.NDArray[np.bool_], wrap: float) -> bool:
    """Whether times can be taken as they are: all there, none twice, those decoded ascending."""
    steps = np.diff(np.sort(given))
    return bool(
        np.all(np.abs(given) < MAX_SECONDS)
        and np.all(steps > 0)
        and np.all(steps < wrap / 2)
        and np.all(np.diff(given[~lost]) > 0)
    )


def _unshuffle(
    given: npt.NDArray[np.float64], frames: _Frames
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Put times of decoding, which are given for those of presentation, into order: they ascend
    from packet to packet, and not from frame to frame.
    """
    in_packets = given[np.argsort(frames.numbers, kind="stable")]
    if 2 * _n_falls(in_packets) < _n_falls(given[~frames.lost]):
        return in_packets, ("times of decoding are given for those of presentation: put in order",)
    # Where a lost frame stands is only about right: its time may not fit there.
    return np.where(frames.lost, np.nan, given), ()


def _n_falls(times: npt.NDArray[np.float64]) -> int:
    return int((np.diff(times[~np.isnan(times)]) < 0).sum())


def _unwrap(given: npt.NDArray[np.float64], wrap: float) -> npt.NDArray[np.float64]:
    """Undo that libav takes an earlier time than the first for one after a wrap of the clock."""
    known = np.flatnonzero(~np.isnan(given))
    jumps = np.diff(given[known], prepend=given[known[:1]])
    unwrapped = given.copy()
    unwrapped[known] -= np.cumsum(np.where(jumps > wrap / 2, wrap, 0.0)) if wrap < np.inf else 0.0
    return unwrapped


def _describe(
    clock: Clock, given: npt.NDArray[np.float64], lost: npt.NDArray[np.bool_]
) -> Iterator[str]:
    """Describe in words what was repaired."""
    if clock.n_restarts:
        times = count_noun(clock.n_restarts, "time")
        yield f"the clock begins anew {times}: it goes on where the frame before ended"
    n_filled = int(((np.isnan(given) | clock.misplaced) & ~lost).sum())
    if n_filled:
        yield (
            f"{n_filled} of {count_noun(len(given), 'frame')} had no time, or a wrong one: filled "
            f"in at {_per_second(1 / clock.step)}"
        )


def _per_second(rate: Fraction | float) -> str:
    return f"{float(rate):.5g} frames a second"
