"""Boxes of a HEIF picture (ISO/IEC 23008-12): which items make it, and how it is presented.

A phone writes its pictures as a grid of tiles, each an item coded by itself, and notes the turn of
the camera beside them. libav decodes the items; what they make is told here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

__all__ = ["Aperture", "HeifLayout", "Mirror", "Rotation", "is_heif", "read_layout"]

# Brands of files whose pictures are coded as HEVC or AVC, and of any HEIF file.
_BRANDS = frozenset(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"avci", b"mif1"]
)
_AVIF = frozenset([b"avif", b"avis"])
# Items that libav decodes by themselves.
_CODED = frozenset([b"hvc1", b"avc1", b"av01", b"jpeg"])
# A box with the description of all items: of a large grid some ten thousand bytes.
_MAX_META = 16 * 2**20


class Aperture(NamedTuple):
    """Keep a part of the picture (box `clap`), in px."""

    left: int
    top: int
    width: int
    height: int


class Rotation(NamedTuple):
    """Turn it counter-clockwise by so many quarters (box `irot`)."""

    quarters: int


class Mirror(NamedTuple):
    """Exchange left and right, or top and bottom (box `imir`)."""

    left_right: bool


@dataclass(frozen=True)
class HeifLayout:
    """How a HEIF picture is made of coded items.

    Parameters
    ----------
    tiles : tuple of int
        The numbers of its items, row by row.
    columns : int
        How many tiles a row has.
    width, height : int
        Of all tiles together, in px; what reaches beyond is cut off.
    steps : tuple of Aperture, Rotation or Mirror
        What is done to it, in this order, to present it.
    others : int
        How many more pictures the file holds; thumbnails, transparency and depth are none.
    """

    tiles: tuple[int, ...]
    columns: int
    width: int
    height: int
    steps: tuple[Aperture | Rotation | Mirror, ...]
    others: int

    @property
    def presented(self) -> tuple[int, int]:
        """Width and height as presented, in px."""
        width, height = self.width, self.height
        for step in self.steps:
            if isinstance(step, Aperture):
                width, height = step.width, step.height
            elif isinstance(step, Rotation) and step.quarters % 2:
                width, height = height, width
        return width, height


def is_heif(path: Path) -> bool:
    """Whether a file is a HEIF picture other than AVIF, and no sequence of them, by its contents.

    A sequence has tracks, as a video has.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] != b"ftyp":
            return False
        brands = file.read(max(0, min(int.from_bytes(head[:4], "big"), 512) - 12))
        found = {head[8:], *(brands[i : i + 4] for i in range(4, len(brands), 4))}
        if not found & _BRANDS or found & _AVIF:
            return False
        return not any(kind == b"moov" for kind, _, _ in _outer_boxes(file))


def read_layout(path: Path) -> HeifLayout:
    """Read how the primary picture of a HEIF file is made.

    Raises
    ------
    ValueError
        The file is damaged or cut off.
    NotImplementedError
        Its picture is made in a way that is not read, which the message names.
    """
    with path.open("rb") as file:
        for kind, start, size in _outer_boxes(file):
            if kind == b"meta":
                file.seek(start)
                return _Meta(_Cursor(file.read(min(size, _MAX_META))), file).layout()
    raise ValueError("no box meta")


def _outer_boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the contents and their size of each outermost box."""
    end = file.seek(0, 2)
    at = 0
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size, skip = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, skip = int.from_bytes(head[8:], "big"), 16
        size = size or end - at
        if size < skip:
            return
        yield head[4:8], at + skip, size - skip
        at += size


class _Cursor:
    """Bytes that are read one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.at

    def take(self, n: int) -> bytes:
        """The next `n` bytes; ValueError where there are fewer."""
        if not 0 <= n <= self.left:
            raise ValueError("a box ends early")
        self.at += n
        return self.data[self.at - n : self.at]

    def uint(self, n: int) -> int:
        """The next `n` bytes as a number."""
        return int.from_bytes(self.take(n), "big")

    def int32(self) -> int:
        """The next four bytes as a signed number."""
        return int.from_bytes(self.take(4), "big", signed=True)

    def boxes(self) -> Iterator[tuple[bytes, _Cursor]]:
        """The boxes that follow, each with its contents."""
        while self.left >= 8:
            size, kind, head = self.uint(4), self.take(4), 8
            if size == 1:
                size, head = self.uint(8), 16
            yield kind, _Cursor(self.take(size - head if size else self.left))


class _Meta:
    """The box `meta`: the items of a file, their properties, places and references."""

    def __init__(self, cursor: _Cursor, file: BinaryIO) -> None:
        self._file = file
        cursor.take(4)
        boxes = dict(cursor.boxes())
        self._boxes = boxes
        self._primary = _primary(boxes[b"pitm"])
        self._kinds = _kinds(boxes[b"iinf"])

    def layout(self) -> HeifLayout:
        """How the primary picture is made."""
        kind = self._kinds[self._primary]
        properties = _properties(self._boxes[b"iprp"], self._primary)
        if kind == b"grid":
            rows, columns, width, height = _grid(self._item_data(self._primary))
            tiles = _sources(self._boxes[b"iref"], self._primary)
            if len(tiles) != rows * columns:
                raise ValueError("a grid with another number of tiles")
            kinds = {self._kinds[tile] for tile in tiles}
        else:
            tiles, columns, kinds = (self._primary,), 1, {kind}
            size = next(body for name, body in properties if name == b"ispe")
            size.take(4)
            width, height = size.uint(4), size.uint(4)
        if not kinds <= _CODED:
            names = ", ".join(sorted(name.decode("latin-1") for name in kinds - _CODED))
            raise NotImplementedError(f"items of type {names}")
        steps = tuple(_steps(properties, width, height))
        return HeifLayout(tiles, columns, width, height, steps, self._n_others())

    def _n_others(self) -> int:
        """How many pictures there are beside the primary one, which are no parts of any."""
        references = self._boxes.get(b"iref")
        parts = {self._primary} if references is None else _parts(references) | {self._primary}
        return sum(
            kind in _CODED or kind == b"grid"
            for item, kind in self._kinds.items()
            if item not in parts
        )

    def _item_data(self, item: int) -> _Cursor:
        """The bytes of an item that is not coded."""
        method, extents = _location(self._boxes[b"iloc"], item)
        data = b""
        for offset, length in extents:
            if length > 64:  # a grid takes 8 or 12 bytes
                raise ValueError("a grid of too many bytes")
            if method == 1:
                data += self._boxes[b"idat"].data[offset : offset + length]
            elif method == 0:
                self._file.seek(offset)
                data += self._file.read(length)
            else:
                raise NotImplementedError("items within items")
        return _Cursor(data)


def _primary(box: _Cursor) -> int:
    version = box.uint(1)
    box.take(3)
    return box.uint(4 if version else 2)


def _kinds(box: _Cursor) -> dict[int, bytes]:
    """The type of each item."""
    version = box.uint(1)
    box.take(3 + (4 if version else 2))
    kinds = {}
    for _, entry in box.boxes():
        version = entry.uint(1)
        entry.take(3)
        number = entry.uint(4 if version == 3 else 2)
        entry.take(2)
        kinds[number] = entry.take(4)
    return kinds


def _sources(box: _Cursor, item: int) -> tuple[int, ...]:
    """The items that an item is made of, in order."""
    for kind, source, targets in _references(box):
        if kind == b"dimg" and source == item:
            return targets
    raise ValueError("a grid without tiles")


def _parts(box: _Cursor) -> set[int]:
    """The items that are no pictures of their own: those of which others are made, thumbnails, and
    auxiliary ones (transparency, depth, brightness).
    """
    parts: set[int] = set()
    for kind, source, targets in _references(box):
        if kind == b"dimg":
            parts.update(targets)
        elif kind in (b"thmb", b"auxl"):
            parts.add(source)
    return parts


def _references(box: _Cursor) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """Kind, item that refers, and items referred to."""
    box = _Cursor(box.data)
    size = 4 if box.uint(1) else 2
    box.take(3)
    for kind, body in box.boxes():
        source = body.uint(size)
        yield kind, source, tuple(body.uint(size) for _ in range(body.uint(2)))


def _grid(data: _Cursor) -> tuple[int, int, int, int]:
    """Rows, columns, width and height of a grid."""
    data.take(1)
    size = 4 if data.uint(1) & 1 else 2
    rows, columns = data.uint(1) + 1, data.uint(1) + 1
    return rows, columns, data.uint(size), data.uint(size)


def _location(box: _Cursor, item: int) -> tuple[int, list[tuple[int, int]]]:
    """How the bytes of an item are found: the method, and offset and length of each part."""
    version = box.uint(1)
    box.take(3)
    sizes = box.uint(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = version == 2
    for _ in range(box.uint(4 if wide else 2)):
        number = box.uint(4 if wide else 2)
        method = box.uint(2) & 15 if version else 0
        box.take(2)
        start = box.uint(base)
        extents = []
        for _ in range(box.uint(2)):
            box.take(index if version else 0)
            extents.append((start + box.uint(offset), box.uint(length)))
        if number == item:
            return method, extents
    raise ValueError("an item without a place")


def _properties(box: _Cursor, item: int) -> list[tuple[bytes, _Cursor]]:
    """The properties of an item, in order."""
    boxes: dict[bytes, list[_Cursor]] = defaultdict(list)
    for kind, body in box.boxes():
        boxes[kind].append(body)
    known = list(boxes[b"ipco"][0].boxes())
    numbers: list[int] = []
    for table in boxes[b"ipma"]:
        version = table.uint(1)
        large = table.uint(3) & 1
        for _ in range(table.uint(4)):
            number = table.uint(4 if version else 2)
            indices = [table.uint(2 if large else 1) for _ in range(table.uint(1))]
            if number == item:
                numbers += [index & (0x7FFF if large else 0x7F) for index in indices]
    return [(known[n - 1][0], _Cursor(known[n - 1][1].data)) for n in numbers if n]


def _steps(
    properties: list[tuple[bytes, _Cursor]], width: int, height: int
) -> Iterator[Aperture | Rotation | Mirror]:
    """What is done to a picture of this size to present it."""
    for kind, body in properties:
        if kind == b"irot":
            yield Rotation(body.uint(1) & 3)
        elif kind == b"imir":
            yield Mirror(left_right=bool(body.uint(1) & 1))
        elif kind == b"clap":
            # Width, height, and how far the middle lies to the right and below, as fractions.
            w, h, right, below = (body.int32() / body.uint(4) for _ in range(4))
            kept = Aperture(
                round((width - w) / 2 + right),
                round((height - h) / 2 + below),
                round(w),
                round(h),
            )
            inside = 0 <= kept.left < kept.left + kept.width <= width
            if not (inside and 0 <= kept.top < kept.top + kept.height <= height):
                raise ValueError("an aperture beyond the picture")
            yield kept
