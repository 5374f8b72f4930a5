"""HEIF and HEIC pictures, decoded by PyAV tile by tile and put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from videoemo.errors import UnreadableVideoError
from videoemo.video._container import open_container
from videoemo.video._heif_boxes import Aperture, HeifLayout, Rotation, read_layout
from videoemo.video._info import check_size
from videoemo.video._pillow import check_limit, damaged

__all__ = ["heif_size", "n_other_pictures", "read_heif"]

Picture = npt.NDArray[np.uint8]


def heif_size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of a HEIF picture as presented, from its boxes.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    return _layout(path, max_pixels=max_pixels).presented


def n_other_pictures(path: Path) -> int:
    """How many pictures a HEIF file holds beside the one that is read.

    Raises
    ------
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    return _layout(path, max_pixels=None).others


def read_heif(path: Path, *, max_pixels: int | None) -> Picture:
    """Decode a HEIF picture: RGB uint8 (h, w, 3), upright.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged, or of a kind that is not read.
    """
    layout = _layout(path, max_pixels=max_pixels)
    places: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(layout.tiles):
        places[item].append(place)
    rgb = np.empty((layout.height, layout.width, 3), np.uint8)
    for item, tile in _decode(path, set(places)):
        height, width, _ = tile.shape
        rows = len(layout.tiles) // layout.columns
        if layout.columns * width < layout.width or rows * height < layout.height:
            raise damaged(path)  # the tiles leave a part of the picture empty
        for place in places.pop(item):
            row, column = divmod(place, layout.columns)
            part = rgb[row * height :, column * width :][:height, :width]
            part[:] = tile[: part.shape[0], : part.shape[1]]
    if places:
        raise damaged(path)
    return _presented(rgb, layout)


def _layout(path: Path, *, max_pixels: int | None) -> HeifLayout:
    try:
        layout = read_layout(path)
    except NotImplementedError as exc:
        raise UnreadableVideoError(
            f"{path}: a HEIF picture made of {exc}, which are not read: save it as JPEG or PNG"
        ) from exc
    except (ValueError, LookupError, StopIteration, ZeroDivisionError) as exc:
        raise damaged(path) from exc
    check_size(path, width=layout.width, height=layout.height, max_pixels=max_pixels)
    check_limit(path, width=layout.width, height=layout.height)
    return layout


def _decode(path: Path, items: set[int]) -> Iterator[tuple[int, Picture]]:
    """Decode items, each once, in the order of the file."""
    with open_container(path) as container:
        streams = [stream for stream in container.streams.video if stream.id in items]
        for stream in streams:
            stream.codec_context.thread_count = 1  # there may be tens of decoders
        try:
            left = {stream.id for stream in streams}
            for packet in container.demux(streams):
                for frame in packet.decode():
                    if packet.stream.id in left:
                        left.remove(packet.stream.id)
                        yield packet.stream.id, frame.to_ndarray(format="rgb24")
        except (av.FFmpegError, OSError) as exc:
            raise damaged(path) from exc


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
