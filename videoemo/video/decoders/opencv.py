"""Decoder OpenCV, which reads every frame in order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import UnreadableVideoError
from videoemo.video._info import DecodedFrame, Video
from videoemo.video.decoders.refusals import check_presents

__all__ = ["read"]

# OpenCV gives milliseconds as a float.
TOLERANCE = 1e-4
# A broken packet ends OpenCV's grab as the end of the video does: so many in a row are taken for
# the end.
BROKEN = 16


def read(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    """Decode the wanted frames, RGB; broken ones are missing.

    Parameters
    ----------
    video : Video
        The video.
    wanted : int64 (n,)
        The indices of the frames, ascending.

    Raises
    ------
    UnreadableVideoError
        OpenCV cannot open it, or would decode it wrongly without an error.
    """
    # libav's level "quiet", read once, when OpenCV opens its first video; and no file but this one.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "protocol_whitelist;file")
    import cv2

    if len(video.packets):
        raise UnreadableVideoError(
            f"{video.path}: OpenCV does not say from which packet a frame comes, and times do not "
            "tell here: use another decoder"
        )
    if video.interlaced:
        raise UnreadableVideoError(
            f"{video.path}: OpenCV gives garbage for interlaced frames: use another decoder"
        )
    check_presents(video, decoder="OpenCV", able={"rotation"})
    if video.n_streams > 1:
        raise UnreadableVideoError(
            f"{video.path}: OpenCV may take the wrong one of its {video.n_streams} video streams: "
            "use another"
        )
    capture = cv2.VideoCapture(str(video.path.absolute()), cv2.CAP_FFMPEG)
    try:
        broken = _grab(capture)
        if broken is None:
            raise UnreadableVideoError(
                f"{video.path}: OpenCV gets no frame from it: use another decoder"
            )
        left = wanted.tolist()[::-1]
        index = -1
        while broken is not None and left:
            found = _index(
                video, capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, last=index, broken=broken
            )
            if found is not None:
                index = found
                while left and left[-1] < index:
                    left.pop()  # it is missing
                if left and left[-1] == index:
                    left.pop()
                    good, bgr = capture.retrieve()
                    if good:
                        rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
                        yield DecodedFrame(index, rgb, (rgb.shape[1], rgb.shape[0]))
            broken = _grab(capture)
    finally:
        capture.release()


def _grab(capture: Any) -> int | None:
    """Grab the next frame; return the number of broken ones before it, or None at the end."""
    return next((broken for broken in range(BROKEN) if capture.grab()), None)


def _index(video: Video, elapsed: float, *, last: int, broken: int) -> int | None:
    """Index of the frame just grabbed: the one presented `elapsed` seconds after the stream's
    start; None where there is none.
    """
    # The last frames of some containers come without a time (0).
    if not video.timed or (elapsed == 0 and last >= 0):
        after = last + 1 + broken
        return after if after < video.n_frames else None
    seconds = elapsed + video.start
    near = int(np.searchsorted(video.seconds, seconds - TOLERANCE))
    return (
        near
        if last < near < video.n_frames and abs(video.seconds[near] - seconds) <= TOLERANCE
        else None
    )
