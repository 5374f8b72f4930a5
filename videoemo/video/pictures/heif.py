"""HEIF and HEIC pictures, decoded by PyAV tile by tile and put together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt

from videoemo.errors import UnreadableVideoError
from videoemo.video._info import check_size
from videoemo.video.pictures.heif_boxes import (
    Aperture,
    CodedItem,
    Colour,
    HeifLayout,
    Rotation,
    read_layout,
)
from videoemo.video.pictures.jpeg import MOTION_PHOTO
from videoemo.video.pictures.pillow import check_limit, damaged
from videoemo.video.presentation.presenter import Presenter
from videoemo.video.presentation.record import Presentation

__all__ = ["read", "remarks", "size"]

Picture = npt.NDArray[np.uint8]

# libav's values of a frame's range.
_LIMITED, _FULL = 1, 2
# libav's decoders of items, by the items' types.
_DECODERS = {b"hvc1": "hevc", b"avc1": "h264", b"av01": "libdav1d", b"jpeg": "mjpeg"}


def size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of a HEIF picture as presented, from its boxes.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    return _layout(path, max_pixels=max_pixels).presented


def remarks(path: Path) -> Iterator[str]:
    """What a HEIF file holds beside the picture that is scored, in words.

    Raises
    ------
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    layout = _layout(path, max_pixels=None)
    if layout.others:
        yield f"it holds {layout.others + 1} pictures: the primary one is scored"
    if layout.film:
        yield MOTION_PHOTO


def read(path: Path, *, max_pixels: int | None) -> Picture:
    """Decode a HEIF picture: RGB uint8 (h, w, 3), upright.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    layout = _layout(path, max_pixels=max_pixels)
    rows = len(layout.tiles) // layout.columns
    rgb = np.empty((layout.height, layout.width, 3), np.uint8)
    presenter: Presenter | None = None
    with path.open("rb") as file:
        for place, item in enumerate(layout.tiles):
            try:
                frame = _decode(file, item, layout.colour)
                presenter = presenter or Presenter(
                    path, Presentation(stored=(frame.width, frame.height)), None
                )
                tile = presenter(frame)
            except (av.FFmpegError, OSError, ValueError) as exc:
                raise damaged(path) from exc
            height, width, _ = tile.shape
            if layout.columns * width < layout.width or rows * height < layout.height:
                raise damaged(path)  # the tiles leave a part of the picture empty
            row, column = divmod(place, layout.columns)
            part = rgb[row * height :, column * width :][:height, :width]
            part[:] = tile[: part.shape[0], : part.shape[1]]
    return _presented(rgb, layout)


def _layout(path: Path, *, max_pixels: int | None) -> HeifLayout:
    try:
        layout = read_layout(path)
    except NotImplementedError as exc:
        raise UnreadableVideoError(
            f"{path}: a HEIF picture made of {exc}, which are not read: save it as JPEG or PNG"
        ) from exc
    except ValueError as exc:
        raise damaged(path) from exc
    check_size(path, width=layout.width, height=layout.height, max_pixels=max_pixels)
    check_limit(path, width=layout.width, height=layout.height)
    return layout


def _decode(file: BinaryIO, item: CodedItem, colour: Colour | None) -> Any:
    """Decode one item to a PyAV frame, which tells its colours."""
    data = bytearray()
    for offset, length in item.parts:
        file.seek(offset)
        data += file.read(length)
    decoder: Any = av.CodecContext.create(_DECODERS[item.kind], "r")
    decoder.thread_count = 1
    decoder.extradata = item.configuration or None
    frames = [*decoder.decode(av.Packet(bytes(data))), *decoder.decode(None)]
    if not frames:
        raise ValueError("no picture in an item")
    frame = frames[0]
    if colour is not None:
        frame.color_primaries, frame.color_trc = colour.primaries, colour.transfer
        frame.colorspace = colour.matrix
        frame.color_range = _FULL if colour.full_range else _LIMITED
    return frame


def _presented(rgb: Picture, layout: HeifLayout) -> Picture:
    """Aperture, turn and mirror a picture as its file says."""
    for step in layout.steps:
        if isinstance(step, Aperture):
            rgb = rgb[step.top :, step.left :][: step.height, : step.width]
        elif isinstance(step, Rotation):
            rgb = np.rot90(rgb, step.quarters)
        else:
            rgb = np.fliplr(rgb) if step.left_right else np.flipud(rgb)
    return np.ascontiguousarray(rgb)
