"""Decoder decord, which counts frames and ignores edit lists: only where its times are the
container's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from videoemo.errors import UnreadableVideoError
from videoemo.video._info import DecodedFrame, Video
from videoemo.video.decoders.refusals import check_presents

__all__ = ["read"]

# decord keeps frames it has read ahead, more and more of them while its consumer is slow; a new
# reader lets go of most. Peak memory over ten minutes at 640x360, every frame, 50 ms of work a
# batch: 5.4 GB with one reader, 0.65 GB so (0.3 GB for one minute).
REOPEN_BYTES = 256 * 2**20
# decord gives seconds as float32: at two hours that is 0.5 ms.
TOLERANCE = 1e-3


def read(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    """Decode the wanted frames, RGB.

    Parameters
    ----------
    video : Video
        The video.
    wanted : int64 (n,)
        The indices of the frames, ascending.

    Raises
    ------
    UnreadableVideoError
        decord is not installed, cannot open it, or would give other frames than the wanted ones.
    """
    try:
        import decord
    except ImportError as exc:
        raise UnreadableVideoError(
            f"{video.path}: decord is not installed: pip install 'videoemo[decord]', or use "
            "another decoder"
        ) from exc
    decord.logging.set_level(decord.logging.QUIET)
    check_presents(video, decoder="decord")
    if video.edited or video.interlaced or not len(video.keyframes) or video.n_streams > 1:
        raise UnreadableVideoError(
            f"{video.path}: decord is used for MP4 and Matroska with one video stream and without "
            "edit list or fields: use another decoder"
        )
    try:
        reader = decord.VideoReader(str(video.path.absolute()))
        shown = reader.get_frame_timestamp(range(len(reader)))[:, 0] + video.start  # (n,)
    except decord.DECORDError as exc:
        raise UnreadableVideoError(
            f"{video.path}: decord cannot open it: use another decoder"
        ) from exc
    if len(shown) != video.n_frames or not np.allclose(
        shown, video.seconds, rtol=0, atol=TOLERANCE
    ):
        raise UnreadableVideoError(
            f"{video.path}: decord's times are not those of the container: use another decoder"
        )
    length = max(1, REOPEN_BYTES // (video.width * video.height * 3))
    for given, index in enumerate(wanted.tolist()):
        if given and given % length == 0:
            del reader  # before the next one takes its memory
            reader = decord.VideoReader(str(video.path.absolute()))
        try:
            rgb = reader[index].asnumpy()
        except decord.DECORDError:
            continue  # a broken frame: it is missing
        yield DecodedFrame(index, rgb, (rgb.shape[1], rgb.shape[0]))
