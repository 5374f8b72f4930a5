"""Which videos browsers play as they are, and which pictures they show."""

from __future__ import annotations

from typing import Any

from videoemo.errors import VideoError
from videoemo.video._info import Video
from videoemo.video.container.opening import open_container
from videoemo.video.pictures.pillow import open_picture
from videoemo.video.presentation.crop import NO_CROP

__all__ = ["browsers_play", "browsers_show"]

# libav's name of a container's format, the suffixes with which browsers take it, and its codecs
# with their pixel formats, such that current Chromium, Firefox and Safari play it.
_EIGHT_BITS = ("yuv420p", "yuvj420p")
_H264_AV1_VP9 = {
    "h264": _EIGHT_BITS,
    "av1": (*_EIGHT_BITS, "yuv420p10le"),
    "vp9": (*_EIGHT_BITS, "yuv420p10le"),
}
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ((".mp4", ".m4v", ".mov"), _H264_AV1_VP9),
    "matroska,webm": (
        (".webm",),
        {"vp8": _EIGHT_BITS, "vp9": _H264_AV1_VP9["vp9"], "av1": _H264_AV1_VP9["av1"]},
    ),
}
# Pillow's names of the formats of still pictures.
_PICTURES = ("AVIF", "BMP", "JPEG", "PNG", "WEBP")


def browsers_play(video: Video) -> bool:
    """Whether browsers play a video as it is, with the frames and the times that it has here.

    They do not where its container, codec or pixel format is none of theirs; where it has several
    video streams, of which they may take another; where its times had to be mended, or an edit list
    hides frames; and where it has to be cropped or mirrored, which not all of them do.

    Parameters
    ----------
    video : Video
        As probed.
    """
    if video.pictures or video.animation or video.n_streams > 1:
        return False
    if not video.timed or video.edited:
        return False
    if video.presentation.crop != NO_CROP or video.presentation.mirrored:
        return False
    try:
        with open_container(video.path) as container:
            return _is_theirs(container, video)
    except VideoError:
        return False


def browsers_show(video: Video) -> bool:
    """Whether browsers show a still picture as it is.

    Parameters
    ----------
    video : Video
        As probed: of one frame, from one file.
    """
    if len(video.pictures) != 1 or video.pictures[0] != video.path:
        return False
    try:
        with open_picture(video.path) as picture:
            return picture.format in _PICTURES
    except VideoError:
        return False


def _is_theirs(container: Any, video: Video) -> bool:
    suffixes, codecs = _CONTAINERS.get(container.format.name, ((), {}))
    context = container.streams[video.stream].codec_context
    return (
        video.path.suffix.lower() in suffixes
        and context is not None
        and context.pix_fmt in codecs.get(context.codec.canonical_name, ())
    )
