"""Packets of a stream, and whether their presentation times name its frames."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from videoemo.video.container.opening import DAMAGE, packets
from videoemo.video.times.clock import MAX_SECONDS

__all__ = ["UNTIMED", "Packet", "has_times", "name_frames", "scan_packets", "wrap_of"]

# Decoders reorder by no more frames than this (16 in a decoded picture buffer, H.264 A.3.1).
MAX_REORDER = 16
# AVFMT_NOTIMESTAMPS of libav.
NO_TIMESTAMPS = 0x0080
# Containers whose packets have no presentation times: those that libav derives for them are wrong
# where frames are reordered.
UNTIMED = ("avi",)
# Containers with times of decoding, too, not derived from those of presentation.
WITH_BOTH = ("mov,mp4,m4a,3gp,3g2,mj2", "mpegts", "mpeg", "flv")
# Containers whose times begin anew after so many ticks: libav takes earlier times than the first
# for later ones.
WRAPPING, TS_WRAP = ("mpegts", "mpeg"), 2**33


def has_times(container: Any) -> bool:
    """Whether a container has times: not a raw stream, for which libav's demuxer makes them up."""
    return not container.format.flags & NO_TIMESTAMPS


def wrap_of(format_name: str, base: Fraction) -> float:
    """Seconds after which the clock of a container begins anew; infinite where it never does."""
    return TS_WRAP * float(base) if format_name in WRAPPING else math.inf


class Packet(NamedTuple):
    """Fields of a PyAV packet, which itself would keep its data in memory."""

    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    is_hidden: bool
    is_partial: bool
    pos: int


def scan_packets(container: Any, stream: Any) -> tuple[list[Packet], Any]:
    """Read all packets of a stream, and the first frame that decodes (None where none does)."""
    found: list[Packet] = []
    frame = None
    shows = SHOWS.get(stream.codec_context.name)
    for packet in packets(container, stream):
        if packet.size:
            found.append(
                Packet(
                    packet.pts,
                    packet.dts,
                    packet.duration or 0,
                    packet.is_keyframe,
                    packet.is_discard or (shows is not None and not shows(bytes(packet))),
                    packet.is_corrupt,
                    packet.pos or 0,
                )
            )
        if frame is None:
            try:
                frame = next(iter(packet.decode()), None)
            except DAMAGE:
                continue  # a broken packet: the next one may do
    return found, frame


def name_frames(shown: list[Packet], *, base: Fraction, format_name: str, reorders: bool) -> bool:
    """Whether the presentation times of packets name the frames: all are there, no two are the
    same, and they are in an order that a decoder can bring them into.

    Parameters
    ----------
    shown : list of Packet
        Those of which frames are presented.
    base : Fraction
        Seconds a tick.
    format_name : str
        libav's name of the container's format.
    reorders : bool
        Whether the decoder brings frames into another order than that of their packets.
    """
    if any(packet.pts is None for packet in shown):
        return False
    given = np.array([packet.pts for packet in shown], np.int64)  # (n,)
    order = np.argsort(given, kind="stable")
    steps = np.diff(given[order])
    place = np.arange(len(given))
    decoding = np.array([packet.dts for packet in shown if packet.dts is not None], np.int64)
    in_order = bool(np.all(order == place))
    return not (
        np.any(steps == 0)
        or np.any(np.abs(order - place) > MAX_REORDER)
        or np.any(np.diff(decoding) < 0)
        or np.any(np.abs(given.astype(np.float64)) * float(base) > MAX_SECONDS)
        or np.any(steps * float(base) > wrap_of(format_name, base) / 2)
        or (reorders and in_order and _may_be_shuffled(shown, format_name))
    )


def _may_be_shuffled(shown: list[Packet], format_name: str) -> bool:
    """Whether times that ascend from packet to packet may be those of decoding, given for those of
    presentation: not where the container gives both, and they differ.
    """
    both = [packet.pts == packet.dts for packet in shown if packet.dts is not None]
    return (format_name not in WITH_BOTH or all(both)) and not all(
        packet.is_keyframe for packet in shown
    )


def _vp8_shows(data: bytes) -> bool:
    """Whether a VP8 frame is to be shown: show_frame (RFC 6386, 9.1)."""
    return bool(data[0] >> 4 & 1)


def _vp9_shows(data: bytes) -> bool:
    """Whether a VP9 frame is to be shown: show_existing_frame or show_frame (VP9 bitstream
    specification, 6.2), or is a superframe, which has one that is (annex B).
    """
    if data[-1] >> 5 == 0b110:
        return True
    # frame_marker (2 bits), profile (2), in profile 3 a reserved one
    left = data[0] << 4 & 0xFF if data[0] >> 4 & 0b11 != 0b11 else data[0] << 5 & 0xFF
    shows_existing, shows = left >> 7, left >> 5 & 1  # between them: frame_type
    return bool(shows_existing or shows)


def _theora_shows(data: bytes) -> bool:
    """Whether a packet of Theora is a frame, no header (Theora specification, 6.1), such as come
    again where recordings are joined.
    """
    return not data[0] >> 7


# libav's name of a decoder -> whether a packet has a frame that is shown.
SHOWS: dict[str, Callable[[bytes], bool]] = {
    "theora": _theora_shows,
    "vp8": _vp8_shows,
    "vp9": _vp9_shows,
}
