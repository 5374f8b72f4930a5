"""Decoder PyAV: right for every container, with seeks to keyframes where few frames are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.video._info import DecodedFrame, Video
from videoemo.video.container.opening import DAMAGE, open_container, packets
from videoemo.video.presentation.presenter import Presenter
from videoemo.video.times.places import find_places

__all__ = ["read"]

# Codecs in which what no other frame refers to is marked so for good; in H.265 a layer of more
# frames a second may refer to it.
_MARKED = ("h264",)
# A seek empties the decoder: decoding on is as fast where it would skip fewer frames than this
# (640x360 H.264, two cores).
MIN_SEEK = 16


class _UnsureError(Exception):
    """Frames that a sequential pass would get may be missing."""


def read(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    """Decode the wanted frames, as presented; broken ones are missing.

    A fast pass decodes on all processors, seeks from keyframe to keyframe, and has the decoder drop
    frames that are neither wanted nor referred to. Where the file does not allow that (a seek that
    lands too late, an error in which whole frames are lost, a wanted frame that does not come where
    others are dropped), the rest is read again from the beginning, on one thread.

    Parameters
    ----------
    video : Video
        The video.
    wanted : int64 (n,)
        The indices of the frames, ascending.
    """
    last = -1
    try:
        for frame in _read_fast(video, wanted):
            yield frame
            last = frame.index
    except _UnsureError:
        yield from _read_sequentially(video, wanted[wanted > last])


def _read_fast(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    with open_container(video.path) as container:
        stream = container.streams[video.stream]
        # Frames in the order of packets need packets in the order of frames: no frame
        # threads there.
        stream.thread_type = "AUTO" if video.timed else "SLICE"
        presenter = Presenter(video.path, video.presentation, stream.codec_context)
        needed = _needed(video, wanted, stream.codec_context.name)
        for key, run in _runs(video, wanted):
            if key:
                container.seek(int(video.ticks[key]), stream=stream)
            decoded = _decode(container, stream, video, needed=needed)
            yield from _convert(presenter, decoded, run, key=key, may_miss=needed is None)


def _needed(video: Video, wanted: npt.NDArray[np.int64], codec: str) -> frozenset[int] | None:
    """Presentation times, in ticks, of the packets that the decoder may not drop; None where it
    may drop none: packets tell by their times whether they are wanted.
    """
    by_time = video.timed and not len(video.packets)
    if not by_time or video.interlaced or codec not in _MARKED or len(wanted) == video.n_frames:
        return None
    return frozenset(video.ticks[wanted].tolist())


def _read_sequentially(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    with open_container(video.path) as container:
        stream = container.streams[video.stream]
        stream.thread_type = "NONE"
        presenter = Presenter(video.path, video.presentation, stream.codec_context)
        try:
            yield from _convert(presenter, _decode(container, stream, video), wanted, key=0)
        except _UnsureError:
            return  # the end of the stream: all that can be decoded has come


def _runs(
    video: Video, wanted: npt.NDArray[np.int64]
) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Runs of wanted frames, each with the keyframe to seek first; 0 for the beginning of the file,
    where it is opened.
    """
    # (n,)
    keys = np.append(0, video.keyframes)[np.searchsorted(video.keyframes, wanted, side="right")]
    before = np.append(-1, wanted[:-1])
    seeks = np.flatnonzero(keys - before > MIN_SEEK)
    for first, stop in zip(np.append(0, seeks), np.append(seeks, len(wanted)), strict=True):
        if first < stop:
            yield int(keys[first]) if first in seeks else 0, wanted[first:stop]


def _decode(
    container: Any, stream: Any, video: Video, *, needed: frozenset[int] | None = None
) -> Iterator[tuple[int, Any]]:
    """Decode frames from where the container stands: index and frame, ascending."""
    last = -1
    places = find_places(video)
    for packet in places.mark(packets(container, stream)):
        if needed is not None:
            keeps = packet.pts is None or packet.pts in needed
            stream.codec_context.skip_frame = "DEFAULT" if keeps else "NONREF"
        try:
            frames = packet.decode()
        except DAMAGE as exc:
            if not packet.size:
                # The decoder was flushing its last frames: those after the broken one are lost
                # with it.
                raise _UnsureError from exc
            continue
        for frame in frames:
            index = places.index(frame, delay=stream.codec_context.reorder_depth, last=last)
            if index is not None and last < index < video.n_frames:
                yield index, frame
                last = index


def _convert(
    presenter: Presenter,
    decoded: Iterator[tuple[int, Any]],
    wanted: npt.NDArray[np.int64],
    *,
    key: int,
    may_miss: bool = True,
) -> Iterator[DecodedFrame]:
    """Present the wanted ones of decoded frames, up to the last of them; those that do not come are
    missing, if they may be.
    """
    left = wanted.tolist()[::-1]
    landed = key == 0
    for index, frame in decoded:
        if not landed and index > key:
            raise _UnsureError  # the seek went too far
        landed = True
        presenter.follow(frame)
        while left and left[-1] < index:
            if not may_miss:
                raise _UnsureError
            left.pop()  # it is missing
        if left and left[-1] == index:
            yield DecodedFrame(index, presenter(frame), presenter.size(frame))
            left.pop()
        if not left:
            return
    if not landed or (left and not may_miss):
        raise _UnsureError
