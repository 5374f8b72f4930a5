"""Description of a video: size, times of the frames, presentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import TooLargeVideoError
from videoemo.video.presentation.record import Presentation

__all__ = ["DecodedFrame", "Video", "check_size", "no_numbers"]


def no_numbers() -> npt.NDArray[np.int64]:
    """An empty array of numbers: the default of fields."""
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Video:
    """A video as its container describes it; made by `probe`.

    Parameters
    ----------
    path : Path
        The file or folder.
    width, height : int
        In pixels, as presented: see `Presentation`.
    seconds : float64 (n,)
        The times of all frames to be presented, ascending, on the container's own clock.
    duration : float
        Seconds from the first frame to the end of the last; 0 for a single picture.
    presentation : Presentation
        How stored frames are presented.
    interlaced : bool, default=False
        Whether frames are woven from two fields.
    truncated_at : float or None
        Where the data ends, in seconds, if the container says that there should be more.
    timed : bool, default=True
        Whether frames are found by their times; where these do not name them (AVI, a clock that
        begins anew), they are found by their order.
    ticks : int64 (n,)
        `seconds` in units of `time_base`; empty where not timed.
    time_base : Fraction
        Seconds a tick.
    keyframes : int64 (k,)
        The indices of the frames at which decoding can begin; empty where the container has no
        index to seek by.
    start : float, default=0.0
        The stream's own start in seconds, which some decoders subtract.
    clock_start : float, default=0.0
        The start of the earliest stream of its container, such as its sound, in seconds by the
        clock of `seconds`; never after the first frame.
    clock_is_free : bool, default=False
        Whether that clock has no beginning of its own, as in MPEG-TS and MPEG-PS, so that every
        player counts from `clock_start`. In other containers some count from there, some from 0.
    edited : bool, default=False
        Whether an edit list hides frames.
    stream : int, default=0
        The number of the video stream in the container.
    n_streams : int, default=1
        How many video streams the container has.
    packets : int64 (n,)
        The numbers of the packets that the frames are decoded from, where they are found by these,
        not by their times; empty elsewhere.
    pictures : tuple of Path, default=()
        The files, one a frame, where it is a picture or a folder of pictures.
    animation : bool, default=False
        Whether it is an animated WebP, which no decoder of videos reads.
    remarks : tuple of str, default=()
        What was chosen of it, is missing in it, or was mended, each in words for a reader of the
        results.
    """

    path: Path
    width: int
    height: int
    seconds: npt.NDArray[np.float64]
    duration: float
    presentation: Presentation = field(default_factory=Presentation)
    interlaced: bool = False
    truncated_at: float | None = None
    timed: bool = True
    ticks: npt.NDArray[np.int64]
    time_base: Fraction
    keyframes: npt.NDArray[np.int64]
    start: float = 0.0
    clock_start: float = 0.0
    clock_is_free: bool = False
    edited: bool = False
    stream: int = 0
    n_streams: int = 1
    packets: npt.NDArray[np.int64] = field(default_factory=no_numbers)
    pictures: tuple[Path, ...] = ()
    animation: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def n_frames(self) -> int:
        """Number of frames to be presented."""
        return len(self.seconds)

    def __repr__(self) -> str:
        return (
            f"Video({str(self.path)!r}, {self.width}x{self.height}, {self.n_frames} frames, "
            f"{self.duration:.3f} s)"
        )


@dataclass(frozen=True)
class DecodedFrame:
    """A frame of a video, decoded and presented.

    Parameters
    ----------
    index : int
        Its number, from 0.
    rgb : uint8 (h, w, 3)
        The picture, in the size of the first frame.
    size : tuple of (int, int)
        Width and height that it asks for itself, in px.
    """

    index: int
    rgb: npt.NDArray[np.uint8]
    size: tuple[int, int]


def check_size(path: Path, *, width: int, height: int, max_pixels: int | None) -> None:
    """Check that frames have no more than `max_pixels` pixels.

    Parameters
    ----------
    path : Path
        Their video, for the message.
    width, height : int
        Of a frame, in px.
    max_pixels : int or None
        The limit; None for none.

    Raises
    ------
    TooLargeVideoError
        Width x height is more than allowed.
    """
    if max_pixels is not None and width * height > max_pixels:
        raise TooLargeVideoError(
            f"{path}: frames of {width}x{height} = {width * height} pixels, more than "
            f"max_pixels={max_pixels}: raise the limit or make the video smaller"
        )
