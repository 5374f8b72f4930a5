"""The order in which a decoder gives the frames of a stream, from one pass without conversion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from videoemo.video._info import check_size
from videoemo.video.container.opening import DAMAGE, number_packets, open_container, packets

__all__ = ["DecodedOrder", "decode_order"]


@dataclass(frozen=True)
class DecodedOrder:
    """Frames by the numbers of their packets, from 0.

    Parameters
    ----------
    frames : list of int
        The packet of each frame, in the order of presentation.
    failed : set of int
        Packets on which the decoder failed.
    """

    frames: list[int]
    failed: set[int]


def decode_order(path: Path, stream: int, *, max_pixels: int | None) -> DecodedOrder:
    """Decode a stream once, from its beginning, to see which packets its frames come from.

    Parameters
    ----------
    path : Path
        The file.
    stream : int
        The number of the stream in it.
    max_pixels : int or None
        Refuse frames of more pixels than this; no limit where None.

    Raises
    ------
    TooLargeVideoError
        A frame has more than `max_pixels` pixels.
    """
    frames: list[int] = []
    failed: set[int] = set()
    with open_container(path) as container:
        chosen = container.streams[stream]
        chosen.thread_type = "SLICE"  # so that an error is the packet's on which it is raised
        for packet in number_packets(packets(container, chosen)):
            try:
                decoded = packet.decode()
            except DAMAGE:
                if packet.size:
                    failed.add(packet.pts)
                continue
            for frame in decoded:
                check_size(path, width=frame.width, height=frame.height, max_pixels=max_pixels)
                if frame.pts is not None:
                    frames.append(frame.pts)
    return DecodedOrder(frames, failed - set(frames))
