"""Decoding: batches of frames of a video, a picture or a folder of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError, UnreadableVideoError
from videoemo.records import Frames
from videoemo.video._info import DecodedFrame, Video, check_size
from videoemo.video._probe import probe
from videoemo.video._sampling import check_sampling, sample
from videoemo.video.decoders import decord, opencv, pyav
from videoemo.video.pictures.animation import read_animation
from videoemo.video.pictures.picture import read_pictures

__all__ = ["AUTO", "DECODERS", "frames", "frames_at"]

Decoder = Callable[[Video, npt.NDArray[np.int64]], Iterator[DecodedFrame]]

DECODERS: dict[str, Decoder] = {"pyav": pyav.read, "opencv": opencv.read, "decord": decord.read}
# What "auto" tries, in this order; the next one only where the one before cannot open the video.
#
# PyAV is right for every container tried, and takes the least processor time for every access.
# Processor seconds, the least of four runs, of PyAV 18.1, OpenCV 5.0 and decord 0.6 on a shared
# machine of two cores (wall times there varied with the other work):
#
#                                            PyAV   OpenCV   decord
#   640x360 H.264, 59 s, every frame         0.98     1.03     1.40
#   640x360 H.264, 59 s, every 25th          0.76     0.77     0.84
#   640x360 H.264, 59 s, every 250th         0.14     0.67     0.16
#   1920x1080 H.264, 4.2 s, every frame      0.81     0.86     1.91
#   1920x1080 H.264, 4.2 s, every 25th       0.57     0.61     0.61
#
# Since then PyAV drops frames that are neither wanted nor referred to: a fifth less (640x360) and a
# third (1920x1080) for every fifth frame.
#
# The others are wrong in places, and refuse there: OpenCV gives black frames for interlaced video
# and knows no AV1; decord ignores edit lists, cannot read MPEG-TS, turns no frames; neither makes
# pixels square, crops, or maps tones. decord reads nothing that PyAV does not, and is no part of an
# ordinary installation: it serves who asks for it.
AUTO = ("pyav", "opencv")

# The shape of an array -> one that may hold anything.
Empty = Callable[[tuple[int, ...]], npt.NDArray[np.uint8]]

# A video has about so many batches, within these bounds: the first batch is ready early, and the
# work once a batch hardly counts (work at 640x360, where the bytes are those of 48 frames: 5 % less
# than with 32; with 128 frames it was no less).
N_BATCHES, MIN_FRAMES, MAX_FRAMES = 8, 32, 64
BATCH_BYTES = 32 * 2**20
# Of larger frames than this (more than 720p) fewer, three of 1080p: some ten batches are in memory
# at a time (peak on 1080p: 50 MiB less than with five; work and time the same).
LARGE_FRAME, LARGE_BATCH_BYTES = 4 * 2**20, 18 * 2**20


def _empty(shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """An array in the memory of this process."""
    return np.empty(shape, np.uint8)


def frames(
    video: str | Path | Video,
    *,
    every: int = 1,
    fps: float | None = None,
    start: float | None = None,
    end: float | None = None,
    stream: int | None = None,
    decoder: str = "auto",
    max_pixels: int | None = None,
    empty: Empty = _empty,
    sizes: set[tuple[int, int]] | None = None,
) -> Iterator[Frames]:
    """Decode a video in batches of frames, in order, in memory that does not grow with the video.

    A batch has at most 64 frames and 32 MiB, of frames above 4 MiB at most 18 MiB (one frame where
    a frame is larger), all of one size. A frame that cannot be decoded is missing from the batches,
    and the others keep their index and time: the missing ones are those of `video.sample` that no
    batch has.

    Parameters
    ----------
    video : str or Path or Video
        A video, a picture (one frame at 0 s), or a folder of numbered pictures.
    every : int, default=1
        Every n-th presented frame of the range; at least 1.
    fps : float or None
        So many frames per second (see `video.sample`); of a folder, the rate at which its pictures
        were taken.
    start, end : float or None
        The range in seconds on the container's own clock, half-open.
    stream : int or None
        Which video stream of a container, from 0, where `video` is a path; None for the one that
        plays by default.
    decoder : str, default="auto"
        "auto", or one of `DECODERS`.
    max_pixels : int or None
        Refuse frames of more pixels than this; no limit where None.
    empty : callable
        Allocates the array of a batch, uint8 of the shape it is given.
    sizes : set of tuple of (int, int), or None
        Where the sizes that frames ask for (width and height, in px) are added: where there are
        several, those that differ from that of the first frame were scaled to it.

    Raises
    ------
    InputError
        A path, an option or a folder that cannot be used.
    VideoError
        A video that cannot be read; the kinds are in `errors`.
    """
    if decoder != "auto" and decoder not in DECODERS:
        raise InputError(f"decoder={decoder!r}: give one of auto, {', '.join(DECODERS)}")
    check_sampling(every=every, start=start, end=end)
    if not isinstance(video, Video):
        video = Path(video)
        folder_fps = fps if video.is_dir() else None
        video = probe(video, fps=folder_fps, stream=stream, max_pixels=max_pixels)
        fps = fps if folder_fps is None else None
    check_size(video.path, width=video.width, height=video.height, max_pixels=max_pixels)
    wanted = sample(video.seconds, every=every, fps=fps, start=start, end=end)
    return _batches(video, wanted, decoder=decoder, max_pixels=max_pixels, empty=empty, sizes=sizes)


def frames_at(
    video: Video,
    index: npt.NDArray[np.int64],
    *,
    decoder: str = "auto",
    max_pixels: int | None = None,
) -> Iterator[Frames]:
    """Decode single frames of a video, in batches as `frames` gives them.

    Parameters
    ----------
    video : Video
        A video, a picture, or a folder of pictures.
    index : int64 (n,)
        Which presented frames, from 0, ascending.
    decoder : str, default="auto"
        "auto", or one of `DECODERS`.
    max_pixels : int or None
        Refuse frames of more pixels than this; no limit where None.

    Raises
    ------
    VideoError
        The video cannot be read; the kinds are in `errors`.
    """
    return _batches(video, index, decoder=decoder, max_pixels=max_pixels, empty=_empty, sizes=None)


def _batches(
    video: Video,
    wanted: npt.NDArray[np.int64],
    *,
    decoder: str,
    max_pixels: int | None,
    empty: Empty,
    sizes: set[tuple[int, int]] | None,
) -> Iterator[Frames]:
    batch: npt.NDArray[np.uint8] | None = None
    indices: list[int] = []
    n_left = len(wanted)  # at most so many are still to come
    most = min(MAX_FRAMES, max(MIN_FRAMES, len(wanted) // N_BATCHES))
    for frame in _decode(video, wanted, decoder=decoder, max_pixels=max_pixels):
        rgb, (width, height) = frame.rgb, frame.size
        check_size(video.path, width=width, height=height, max_pixels=max_pixels)
        if sizes is not None:
            sizes.add(frame.size)
        if batch is not None and batch.shape[1:] != rgb.shape:
            yield _frames(video, batch, indices)
            batch = None
        if batch is None:
            indices = []
            most_bytes = BATCH_BYTES if rgb.nbytes <= LARGE_FRAME else LARGE_BATCH_BYTES
            length = max(1, min(most, most_bytes // rgb.nbytes, n_left))
            batch = empty((length, *rgb.shape))  # (n, h, w, 3)
        batch[len(indices)] = rgb
        indices.append(frame.index)
        n_left -= 1
        if len(indices) == len(batch):
            yield _frames(video, batch, indices)
            batch = None
    if batch is not None:
        yield _frames(video, batch, indices)


def _frames(video: Video, batch: npt.NDArray[np.uint8], indices: list[int]) -> Frames:
    index = np.array(indices, np.int64)
    return Frames(rgb=batch[: len(index)], seconds=video.seconds[index], index=index)


def _decode(
    video: Video, wanted: npt.NDArray[np.int64], *, decoder: str, max_pixels: int | None
) -> Iterator[DecodedFrame]:
    """Decode with one decoder, or with the first of `AUTO` that can open the video."""
    if video.pictures or video.animation:
        yield from (
            read_pictures(video, wanted, max_pixels=max_pixels)
            if video.pictures
            else read_animation(video, wanted)
        )
        return
    if decoder != "auto":
        yield from DECODERS[decoder](video, wanted)
        return
    failures: list[str] = []
    for name in AUTO:
        tried = DECODERS[name](video, wanted)
        try:
            first = next(tried, None)
        except UnreadableVideoError as exc:
            failures.append(f"{name}: {exc}")
            continue
        if first is not None:
            yield first
            yield from tried
        return
    raise UnreadableVideoError("; ".join(failures))
