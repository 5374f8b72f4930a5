"""HEIC pictures written on the spot, as telephones write them: tiles of HEVC in a grid."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def write_heif(
    path: Path,
    rgb: Picture,
    *,
    tile: int = 64,
    grid: bool = True,
    properties: Sequence[bytes] = (),
    brand: bytes = b"heic",
    item: bytes = b"hvc1",
) -> Path:
    """Write a picture, RGB uint8 (h, w, 3), as HEIC.

    Parameters
    ----------
    tile : int
        The side of a tile in px, if a grid.
    grid : bool
        Whether it is one of tiles; it is one item otherwise.
    properties : sequence of bytes
        Boxes of how it is presented, as `rotated`, `mirrored` and `cropped` make them.
    item : bytes
        The type that is written for the coded items.
    """
    height, width, _ = rgb.shape
    rows, columns = (-(-height // tile), -(-width // tile)) if grid else (1, 1)
    tiles = [rgb]
    if grid:
        whole = np.zeros((rows * tile, columns * tile, 3), np.uint8)
        whole[:height, :width] = rgb
        tiles = [part for row in np.split(whole, rows) for part in np.split(row, columns, axis=1)]
    config, samples = _encode(tiles)
    first = tiles[0].shape
    size = _full(b"ispe", 0, _u32(first[1]) + _u32(first[0]))
    known = [_box(b"hvcC", config), size, *properties]
    shown = list(range(3, 3 + len(properties)))
    numbers = list(range(1, len(tiles) + 1))
    of_items = {number: [1, 2] for number in numbers}
    kinds = dict.fromkeys(numbers, item)
    primary = 1
    boxes = []
    if grid:
        primary = len(tiles) + 1
        kinds[primary] = b"grid"
        known.append(_full(b"ispe", 0, _u32(width) + _u32(height)))
        of_items[primary] = [len(known), *shown]
        numbers_of = b"".join(_u16(number) for number in numbers)
        reference = _box(b"dimg", _u16(primary) + _u16(len(tiles)) + numbers_of)
        boxes.append(_full(b"iref", 0, reference))
        layout = bytes([0, 0, rows - 1, columns - 1]) + _u16(width) + _u16(height)
        boxes.append(_box(b"idat", layout))
    else:
        of_items[1] += shown
    infos = [_full(b"infe", 2, _u16(n) + _u16(0) + kind + b"\0") for n, kind in kinds.items()]
    used = b"".join(_u16(n) + bytes([len(which), *which]) for n, which in of_items.items())
    boxes = [
        _full(b"hdlr", 0, _u32(0) + b"pict" + bytes(13)),
        _full(b"pitm", 0, _u16(primary)),
        _full(b"iinf", 0, _u16(len(infos)) + b"".join(infos)),
        _box(
            b"iprp",
            _box(b"ipco", b"".join(known)) + _full(b"ipma", 0, _u32(len(of_items)) + used),
        ),
        *boxes,
    ]
    head = _box(b"ftyp", brand + _u32(0) + b"mif1" + brand)

    def meta(data_at: int) -> bytes:
        places, at = [], data_at
        for number, sample in zip(numbers, samples, strict=True):
            places.append(_u16(number) + _u16(0) * 2 + _u16(1) + _u32(at) + _u32(len(sample)))
            at += len(sample)
        if grid:
            places.append(_u16(primary) + _u16(1) + _u16(0) + _u16(1) + _u32(0) + _u32(8))
        table = _full(b"iloc", 1, b"\x44\x00" + _u16(len(places)) + b"".join(places))
        return _full(b"meta", 0, b"".join([*boxes, table]))

    data_at = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(data_at) + _box(b"mdat", b"".join(samples)))
    return path


def rotated(quarters: int) -> bytes:
    """To be turned counter-clockwise."""
    return _box(b"irot", bytes([quarters]))


def mirrored(*, left_right: bool) -> bytes:
    """To be mirrored."""
    return _box(b"imir", bytes([left_right]))


def cropped(width: int, height: int, *, right: int = 0, below: int = 0) -> bytes:
    """To be cropped to its middle, or what lies half so many px to the right of and below it."""
    fractions = [(width, 1), (height, 1), (right, 2), (below, 2)]
    return _box(
        b"clap", b"".join(n.to_bytes(4, "big", signed=True) + _u32(d) for n, d in fractions)
    )


def coloured(*, primaries: int = 1, transfer: int = 13, matrix: int = 6, full: bool) -> bytes:
    """Of these colours (code points of ITU-T H.273), in full range or in that of video."""
    points = _u16(primaries) + _u16(transfer) + _u16(matrix)
    return _box(b"colr", b"nclx" + points + bytes([full << 7]))


def _encode(tiles: Sequence[Picture]) -> tuple[bytes, list[bytes]]:
    """The configuration of HEVC, and each tile coded by itself."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        options = {"x265-params": "log-level=none:keyint=1:bframes=0", "crf": "5"}
        stream: Any = container.add_stream("libx265", rate=1, options=options)
        stream.height, stream.width, _ = tiles[0].shape
        stream.pix_fmt = "yuv444p"
        for tile in tiles:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(tile, format="rgb24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as source:
        stream = source.streams.video[0]
        samples = [bytes(packet) for packet in source.demux(stream) if packet.size]
        return bytes(stream.codec_context.extradata), samples


def _u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _box(kind: bytes, body: bytes) -> bytes:
    return _u32(8 + len(body)) + kind + body


def _full(kind: bytes, version: int, body: bytes) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + body)
