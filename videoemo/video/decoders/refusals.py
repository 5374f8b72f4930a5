"""Videos that OpenCV and decord would present otherwise than players do, and so do not read."""

from __future__ import annotations

from collections.abc import Set

from videoemo.errors import UnreadableVideoError
from videoemo.video._info import Video
from videoemo.video.container.opening import DAMAGE, open_container, packets
from videoemo.video.presentation.presenter import Presenter

__all__ = ["check_presents"]

# Codecs of which any frame may have another size; of others a keyframe.
RESIZED_ANYWHERE = ("vp9", "av1", "libdav1d", "libvpx-vp9")


def check_presents(video: Video, *, decoder: str, able: Set[str] = frozenset()) -> None:
    """Check that a decoder presents frames as they are to be.

    Parameters
    ----------
    video : Video
        The video; its keyframes are decoded.
    decoder : str
        The decoder's name, for the message.
    able : set of str
        What it undoes by itself, by the names of `Presentation.undone`.

    Raises
    ------
    UnreadableVideoError
        It would present them otherwise.
    """
    left = [name.replace("_", " ") for name in video.presentation.undone() if name not in able]
    if left:
        raise UnreadableVideoError(
            f"{video.path}: {decoder} does not undo what the file asks for ({', '.join(left)}): "
            "use another decoder"
        )
    other = _other_size(video)
    if other is not None:
        raise UnreadableVideoError(
            f"{video.path}: {decoder} does not say that frames change their size (to "
            f"{other[0]}x{other[1]}), nor keep their shape: use another decoder"
        )


def _other_size(video: Video) -> tuple[int, int] | None:
    """The first size in which a frame asks to be presented that is not the video's."""
    with open_container(video.path) as container:
        stream = container.streams[video.stream]
        presenter = Presenter(video.path, video.presentation, stream.codec_context)
        all_frames = stream.codec_context.name in RESIZED_ANYWHERE
        for packet in packets(container, stream):
            if packet.size and not (all_frames or packet.is_keyframe):
                continue
            try:
                frames = packet.decode()
            except DAMAGE:
                continue
            for frame in frames:
                presenter.follow(frame)
                size = presenter.size(frame)
                if size != (video.width, video.height):
                    return size
    return None
