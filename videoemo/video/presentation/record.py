"""Presentation of stored frames: what a player does to them before they are seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from videoemo.errors import UnreadableVideoError
from videoemo.video.presentation.crop import NO_CROP, Crop, read_crop
from videoemo.video.presentation.orientation import read_orientation
from videoemo.video.presentation.side_data import read_side_data
from videoemo.video.presentation.tone_mapping import HLG, PEAK, PQ, WIDE_PRIMARIES

__all__ = ["Presentation", "read_presentation", "says_aspect_ratio"]

# Sample aspect ratios beyond this, and below its inverse, are a mistake of the writer: ignored.
# (The most that is in use is 3: 640x120 shown at 16:9.)
MAX_ASPECT_RATIO = 16
# Containers that say the sample aspect ratio themselves, once; in others it may change with the
# stream.
SAY_ASPECT_RATIO = ("mov,", "matroska,")
# Formats of pictures, whose transparent parts are put on white; the alpha of videos is ignored.
PICTURES = ("gif", "apng")
# Matrices of ITU-T H.273, table 4, that swscale knows or takes for BT.601. That of constant
# luminance, which most files bear by mistake, is taken for the other one of BT.2020.
MATRICES = range(10)
CONSTANT_LUMINANCE, BT2020 = 10, 9
YCGCO = 8
TRANSFERS = {PQ: "PQ", HLG: "HLG"}


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """How the stored frames of a stream are presented.

    Parameters
    ----------
    stored : tuple of (int, int)
        Width and height of the first frame, in px, as the decoder gives it.
    crop : Crop
        What the container has cut off it.
    aspect_ratio : Fraction, default=1
        The sample aspect ratio: width of a stored pixel / its height.
    aspect_ratio_changes : bool, default=False
        Whether it is the stream's, and may change with it.
    transfer, primaries : int, default=2
        Code points of the first frame (ITU-T H.273); 2 where unspecified.
    peak : float, default=1000.0
        The brightest light of a PQ stream, in cd/m2.
    rotation : int, default=0
        Degrees counter-clockwise by which frames are turned to be presented: 0, 90, 180 or 270.
    mirrored : bool, default=False
        Whether they are mirrored left to right after that.
    on_white : bool, default=False
        Whether transparent parts are put on white; they are ignored otherwise.
    """

    stored: tuple[int, int] = (1, 1)
    crop: Crop = NO_CROP
    aspect_ratio: Fraction = Fraction(1)
    aspect_ratio_changes: bool = False
    transfer: int = 2
    primaries: int = 2
    peak: float = PEAK
    rotation: int = 0
    mirrored: bool = False
    on_white: bool = False

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as presented but for the rotation, in px."""
        return to_square(self.stored, self.crop, self.aspect_ratio)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as presented, in px."""
        width, height = self.upright
        return (height, width) if self.rotation % 180 else (width, height)

    def undone(self) -> dict[str, Any]:
        """What is not plain, by name, in the words of summary.json; empty for most videos."""
        return dict(self._undone())

    def _undone(self) -> Iterator[tuple[str, Any]]:
        if self.crop != NO_CROP:
            crop = self.crop
            yield "crop", [crop.left, crop.top, crop.right, crop.bottom]
        if self.aspect_ratio != 1:
            yield (
                "sample_aspect_ratio",
                f"{self.aspect_ratio.numerator}:{self.aspect_ratio.denominator}",
            )
        if self.rotation:
            yield "rotation", self.rotation
        if self.mirrored:
            yield "mirrored", True
        if self.transfer in TRANSFERS:
            yield "transfer", TRANSFERS[self.transfer]
        if self.primaries in WIDE_PRIMARIES:
            yield "primaries", WIDE_PRIMARIES[self.primaries][0]


def to_square(size: tuple[int, int], crop: Crop, aspect_ratio: Fraction) -> tuple[int, int]:
    """Width and height of a stored frame in square pixels: the longer side of a pixel counts, so
    that none is lost.
    """
    width = size[0] - crop.left - crop.right
    height = size[1] - crop.top - crop.bottom
    if aspect_ratio >= 1:
        return max(1, round(width * aspect_ratio)), height
    return width, max(1, round(height / aspect_ratio))


def read_aspect_ratio(stream: Any) -> Fraction:
    """Sample aspect ratio of a PyAV stream, or its codec context; 1 where it says none, or an
    absurd one.
    """
    ratio = stream.sample_aspect_ratio or Fraction(1)
    return ratio if 1 / MAX_ASPECT_RATIO <= ratio <= MAX_ASPECT_RATIO else Fraction(1)


def says_aspect_ratio(container: Any, stream: Any) -> bool:
    """Whether a container itself says the sample aspect ratio of a stream of which nothing is
    decoded yet.

    Where it does not, libav's word for the stream is what it met while it opened the file, which
    may be the last of several.
    """
    return container.format.name.startswith(SAY_ASPECT_RATIO) or read_aspect_ratio(
        stream
    ) != read_aspect_ratio(stream.codec_context)


def read_presentation(
    container: Any, stream: Any, frame: Any, path: Path, *, aspect_ratio_said: bool
) -> Presentation:
    """Presentation of a stream.

    Parameters
    ----------
    container : av.container.InputContainer
        The open container.
    stream : av.video.stream.VideoStream
        The stream.
    frame : av.VideoFrame
        Its first frame, just decoded, which alone carries its rotation and its colours.
    path : Path
        The file.
    aspect_ratio_said : bool
        What `says_aspect_ratio` gave.

    Raises
    ------
    UnreadableVideoError
        Its colours are coded in a way that is not read.
    """
    name = container.format.name
    check_matrix(path, frame)
    rotation, mirrored = read_orientation(frame)
    return Presentation(
        stored=(frame.width, frame.height),
        crop=read_crop(
            path,
            format_name=name,
            track=stream.id,
            nth_video=container.streams.video.index(stream),
            width=frame.width,
            height=frame.height,
        ),
        aspect_ratio=read_aspect_ratio(stream if aspect_ratio_said else stream.codec_context),
        aspect_ratio_changes=not aspect_ratio_said,
        transfer=frame.color_trc,
        primaries=frame.color_primaries,
        peak=_peak(frame),
        rotation=rotation,
        mirrored=mirrored,
        on_white=name.startswith(PICTURES),
    )


def check_matrix(path: Path, frame: Any) -> None:
    """Check that a frame's colours can be converted to RGB; a wrong word for BT.2020 is put right.

    Raises
    ------
    UnreadableVideoError
        They cannot.
    """
    if frame.colorspace == CONSTANT_LUMINANCE:
        frame.colorspace = BT2020
    if frame.colorspace not in MATRICES or frame.colorspace == YCGCO:
        raise UnreadableVideoError(
            f"{path}: its colours are coded by the matrix {frame.colorspace} of ITU-T H.273, which "
            "is not read: convert it to BT.709"
        )


def _peak(frame: Any) -> float:
    """The brightest light of the stream (MaxCLL of CTA-861.3), in cd/m2."""
    light = read_side_data(frame, "CONTENT_LIGHT_LEVEL")
    said = int.from_bytes(bytes(light)[:4], sys.byteorder) if light is not None else 0
    return float(said) if said else PEAK
