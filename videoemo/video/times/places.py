"""Indices of decoded frames: by their times, by their packets, or by their order."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from videoemo.video._info import Video
from videoemo.video.container.opening import number_packets

__all__ = ["Places", "find_places"]


class Places(Protocol):
    """Finds the indices of a video's frames as they come out of the decoder."""

    def mark(self, packets: Iterator[Any]) -> Iterator[Any]:
        """Packets for the decoder, with what the index of their frames will be found by."""

    def index(self, frame: Any, *, delay: int, last: int) -> int | None:
        """Index of a frame; None where it is not one to be presented.

        Parameters
        ----------
        frame : av.VideoFrame
            The frame.
        delay : int
            How many frames the decoder holds back.
        last : int
            The index of the frame before; -1 for none.
        """


def find_places(video: Video) -> Places:
    """How the indices of a video's frames are found."""
    if len(video.packets):
        return _ByPacket(video)
    return _ByTime(video) if video.timed else _ByOrder()


class _ByTime:
    def __init__(self, video: Video) -> None:
        self._ticks = video.ticks

    def mark(self, packets: Iterator[Any]) -> Iterator[Any]:
        return packets

    def index(self, frame: Any, *, delay: int, last: int) -> int | None:
        if frame.pts is None:
            return None
        index = int(np.searchsorted(self._ticks, frame.pts))
        return index if index < len(self._ticks) and self._ticks[index] == frame.pts else None


class _ByPacket:
    """By the number of the packet; of a packet with several frames in their order."""

    def __init__(self, video: Video) -> None:
        self._left: dict[int, deque[int]] = defaultdict(deque)
        for index, number in enumerate(video.packets.tolist()):
            self._left[number].append(index)

    def mark(self, packets: Iterator[Any]) -> Iterator[Any]:
        return number_packets(packets)

    def index(self, frame: Any, *, delay: int, last: int) -> int | None:
        left = self._left.get(frame.pts)
        return left.popleft() if left else None


class _ByOrder:
    """By the packet after which the frame came out, less those that the decoder holds back; the
    last ones come out without a packet.
    """

    def mark(self, packets: Iterator[Any]) -> Iterator[Any]:
        for packet in number_packets(packets):
            packet.pts = None
            yield packet

    def index(self, frame: Any, *, delay: int, last: int) -> int | None:
        return last + 1 if frame.dts is None else int(frame.dts) - delay
