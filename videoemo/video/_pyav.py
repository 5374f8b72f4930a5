"""Frames by PyAV: right for every container, with jumps to keyframes where few frames are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from videoemo.video._container import opened, packets
from videoemo.video._upright import upright
from videoemo.video._video import Video

__all__ = ["read"]

# A jump empties the decoder: decoding on is as fast where it would skip fewer frames than this (640x360 H.264, two cores).
MIN_JUMP = 16


class _UnsureError(Exception):
    """The fast pass may have missed frames that a careful one gets."""


def read(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """The wanted frames that can be decoded, RGB.

    A fast pass decodes on all processors and jumps from keyframe to keyframe. Where the file does not bear that (a jump that lands
    too late, an error that takes whole frames down with it), the rest is read again from the front, on one thread.
    """
    last = -1
    try:
        for index, rgb in _fast(video, wanted):
            yield index, rgb
            last = index
    except _UnsureError:
        yield from _careful(video, wanted[wanted > last])


def _fast(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    with opened(video.path) as container:
        stream = container.streams[video.stream]
        # Frames in the order of packets need packets in the order of frames: no frame threads there.
        stream.thread_type = "AUTO" if video.timed else "SLICE"
        for key, part in _stretches(video, wanted):
            if key:
                container.seek(int(video.ticks[key]), stream=stream)
            yield from _chosen(video, _presented(container, stream, video), part, key=key)


def _careful(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    with opened(video.path) as container:
        stream = container.streams[video.stream]
        stream.thread_type = "NONE"
        try:
            yield from _chosen(video, _presented(container, stream, video), wanted, key=0)
        except _UnsureError:
            return  # the end of the stream: what it could give has come


def _stretches(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Runs of wanted frames, each with the keyframe to jump to first; 0 for the front of the file, where it is opened."""
    keys = np.append(0, video.keyframes)[np.searchsorted(video.keyframes, wanted, side="right")]  # (n,)
    before = np.append(-1, wanted[:-1])
    jumps = np.flatnonzero(keys - before > MIN_JUMP)
    for first, stop in zip(np.append(0, jumps), np.append(jumps, len(wanted)), strict=True):
        if first < stop:
            yield int(keys[first]) if first in jumps else 0, wanted[first:stop]


def _presented(container: Any, stream: Any, video: Video) -> Iterator[tuple[int, Any]]:
    """Index and frame of what comes out of the decoder, ascending."""
    last = -1
    for order, packet in enumerate(packets(container, stream)):
        if not video.timed and packet.size:
            packet.pts, packet.dts = None, order
        try:
            frames = packet.decode()
        except av.FFmpegError as exc:
            if not packet.size:
                raise _UnsureError from exc  # the decoder was giving out its last frames: those after the broken one are lost with it
            continue
        for frame in frames:
            index = _index(video, frame, delay=stream.codec_context.reorder_depth, last=last)
            if index is not None and last < index < video.n_frames:
                yield index, frame
                last = index


def _index(video: Video, frame: Any, *, delay: int, last: int) -> int | None:
    if not video.timed:
        # The packet that pushed the frame out, less those the decoder holds back; the last ones are pushed out by none.
        return last + 1 if frame.dts is None else int(frame.dts) - delay
    if frame.pts is None:
        return None
    index = int(np.searchsorted(video.ticks, frame.pts))
    return index if index < video.n_frames and video.ticks[index] == frame.pts else None


def _chosen(
    video: Video, presented: Iterator[tuple[int, Any]], wanted: npt.NDArray[np.int64], *, key: int
) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Those wanted, converted, up to the last of them."""
    reformatter = VideoReformatter()
    left = wanted.tolist()[::-1]
    landed = key == 0
    for index, frame in presented:
        if not landed and index > key:
            raise _UnsureError  # the jump went too far
        landed = True
        while left and left[-1] < index:
            left.pop()  # it did not come
        if left and left[-1] == index:
            # The turn is the video's: asking each frame for its side data would keep it alive until the next garbage collection.
            yield index, upright(_rgb(frame, reformatter), rotation=video.rotation, mirrored=video.mirrored)
            left.pop()
        if not left:
            return
    if not landed:
        raise _UnsureError


def _rgb(frame: Any, reformatter: Any) -> npt.NDArray[np.uint8]:
    # One thread: on small pictures the threads of the conversion cost more than they save.
    if any(component.is_alpha for component in frame.format.components):
        rgba = reformatter.reformat(frame, format="rgba", threads=1).to_ndarray().astype(np.uint16)  # (h, w, 4)
        rgb, alpha = rgba[..., :3], rgba[..., 3:]
        on_white: npt.NDArray[np.uint8] = ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        return on_white
    return np.asarray(reformatter.reformat(frame, format="rgb24", threads=1).to_ndarray(), np.uint8)
