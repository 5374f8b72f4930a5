"""Boxes of a HEIF picture (ISO/IEC 23008-12): which items make it, and how it is presented.

A phone writes its pictures as a grid of tiles, each an item coded by itself, and notes the turn of
the camera beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from videoemo.video.container.chunks import mp4_headers
from videoemo.video.presentation.tone_mapping import HLG, PQ

__all__ = [
    "Aperture",
    "CodedItem",
    "Colour",
    "HeifLayout",
    "Mirror",
    "Rotation",
    "is_hdr_avif",
    "is_heif",
    "read_layout",
]

# Brands of files whose pictures are coded as HEVC or AVC, and of any HEIF file.
_BRANDS = frozenset(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"avci", b"mif1"]
)
_AVIF = frozenset([b"avif", b"avis"])
# Of sequences, which have tracks as a video has. (A still one may have a film behind it.)
_SEQUENCES = frozenset([b"msf1", b"hevc", b"hevx", b"hevm", b"hevs", b"avcs"])
# Boxes of a film in the file of a still picture: of one behind it, or within a box.
_FILM = (b"moov", b"mpvd")
# Types of coded items, with the property that holds the decoder's configuration.
_CONFIGURATIONS = {b"hvc1": b"hvcC", b"avc1": b"avcC", b"av01": b"av1C", b"jpeg": b""}
# Bytes of a grid's description, which has 8 or 12.
_MAX_GRID = 64
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


class Colour(NamedTuple):
    """Colours of the coded picture, as code points of ITU-T H.273 (box `colr`)."""

    primaries: int
    transfer: int
    matrix: int
    full_range: bool


class CodedItem(NamedTuple):
    """A picture, or a tile of one, as it is coded.

    Parameters
    ----------
    kind : bytes
        Its type, such as `hvc1`.
    configuration : bytes
        For the decoder.
    parts : list of tuple of (int, int)
        Offset in the file and length of each part of its data.
    """

    kind: bytes
    configuration: bytes
    parts: list[tuple[int, int]]


@dataclass(frozen=True)
class HeifLayout:
    """How a HEIF picture is made of coded items.

    Parameters
    ----------
    tiles : tuple of CodedItem
        Its items, row by row.
    columns : int
        How many tiles a row has.
    width, height : int
        Of all tiles together, in px; what reaches beyond is cut off.
    steps : tuple of Aperture, Rotation or Mirror
        What is done to it, in this order, to present it.
    others : int
        How many more pictures the file holds; thumbnails, transparency and depth are none.
    colour : Colour or None
        None where nothing but the coded picture tells it.
    film : bool
        Whether a film lies behind it, as in motion photos.
    """

    tiles: tuple[CodedItem, ...]
    columns: int
    width: int
    height: int
    steps: tuple[Aperture | Rotation | Mirror, ...]
    others: int
    colour: Colour | None
    film: bool

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
    """Whether a file is a still HEIF picture other than AVIF, by its contents."""
    with path.open("rb") as file:
        found = _brands(file)
        if not found & _BRANDS or found & _AVIF:
            return False
        tracks = any(kind == b"moov" for kind, _, _ in mp4_headers(file, 0, file.seek(0, 2)))
        return not (tracks and found & _SEQUENCES)


def is_hdr_avif(path: Path) -> bool:
    """Whether a file is a still AVIF picture of high dynamic range, by its contents."""
    with path.open("rb") as file:
        if _brands(file) & _AVIF != {b"avif"}:
            return False
    try:
        colour = read_layout(path).colour
    except (ValueError, NotImplementedError):
        return False
    return colour is not None and colour.transfer in (PQ, HLG)


def _brands(file: BinaryIO) -> set[bytes]:
    """The brands of a file of boxes; none of any other."""
    head = file.read(12)
    if head[4:8] != b"ftyp":
        return set()
    others = file.read(max(0, min(int.from_bytes(head[:4], "big"), 512) - 12))
    return {head[8:], *(others[i : i + 4] for i in range(4, len(others), 4))}


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
        outer = list(mp4_headers(file, 0, file.seek(0, 2)))
        film = any(kind in _FILM for kind, _, _ in outer)
        try:
            start, stop = next((start, stop) for kind, start, stop in outer if kind == b"meta")
            file.seek(start)
            return _Meta(file.read(min(stop - start, _MAX_META)), start, file).layout(film=film)
        except (LookupError, StopIteration, ZeroDivisionError) as exc:
            raise ValueError("something is missing in the boxes") from exc


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
    """The box `meta`: the items of a file, their properties, places and references.

    Parameters
    ----------
    data : bytes
        Its contents.
    start : int
        Where they are in the file.
    file : BinaryIO
        The file.
    """

    def __init__(self, data: bytes, start: int, file: BinaryIO) -> None:
        self._data, self._start, self._file = data, start, file
        cursor = _Cursor(data)
        cursor.take(4)
        self._boxes = dict(cursor.boxes())
        self._primary = _primary(self._boxes[b"pitm"])
        self._kinds = _kinds(self._boxes[b"iinf"])
        self._places = _places(self._boxes[b"iloc"])
        self._properties = _properties(self._boxes[b"iprp"])
        self._references = list(_references(self._boxes[b"iref"])) if b"iref" in self._boxes else []

    def layout(self, *, film: bool) -> HeifLayout:
        """How the primary picture is made."""
        properties = self._properties[self._primary]
        if self._kinds[self._primary] == b"grid":
            rows, columns, width, height = _grid(self._grid_data())
            items = next(
                targets
                for kind, source, targets in self._references
                if kind == b"dimg" and source == self._primary
            )
            if len(items) != rows * columns:
                raise ValueError("a grid with another number of tiles")
        else:
            items, columns = (self._primary,), 1
            size = _Cursor(next(body for kind, body in properties if kind == b"ispe"))
            size.take(4)
            width, height = size.uint(4), size.uint(4)
        if not width or not height:
            raise ValueError("a picture without pixels")
        steps = tuple(_steps(properties, width, height))
        tiles = tuple(self._coded(item) for item in items)
        told = _colours([*properties, *self._properties[items[0]]])
        colour = next(told, None)
        return HeifLayout(tiles, columns, width, height, steps, self._n_others(), colour, film)

    def _coded(self, item: int) -> CodedItem:
        kind = self._kinds[item]
        if kind not in _CONFIGURATIONS:
            raise NotImplementedError(f"items of type {kind.decode('latin-1')!a}")
        wanted = _CONFIGURATIONS[kind]
        found = [body for name, body in self._properties[item] if name == wanted]
        return CodedItem(kind, found[0] if wanted else b"", self._parts(item))

    def _parts(self, item: int) -> list[tuple[int, int]]:
        """Offset in the file and length of each part of an item's data."""
        method, parts = self._places[item]
        if method == 0:
            return parts
        if method != 1:
            raise NotImplementedError("items within items")
        # In the box `idat`, which is within this one.
        first = self._start + self._data.index(self._boxes[b"idat"].data)
        return [(first + offset, length) for offset, length in parts]

    def _grid_data(self) -> _Cursor:
        data = b""
        for offset, length in self._parts(self._primary):
            self._file.seek(offset)
            data += self._file.read(min(length, _MAX_GRID))
        return _Cursor(data)

    def _n_others(self) -> int:
        """How many pictures there are beside the primary one, and no parts of any: tiles,
        thumbnails, and auxiliary ones such as transparency, depth and brightness.
        """
        parts = {self._primary}
        for kind, source, targets in self._references:
            if kind == b"dimg":
                parts.update(targets)
            elif kind in (b"thmb", b"auxl"):
                parts.add(source)
        return sum(
            kind in _CONFIGURATIONS or kind == b"grid"
            for item, kind in self._kinds.items()
            if item not in parts
        )


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


def _references(box: _Cursor) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """Kind, item that refers, and items referred to."""
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


def _places(box: _Cursor) -> dict[int, tuple[int, list[tuple[int, int]]]]:
    """How the data of each item are found: the method, and offset and length of each part."""
    version = box.uint(1)
    box.take(3)
    sizes = box.uint(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    places = {}
    for _ in range(box.uint(wide)):
        item = box.uint(wide)
        method = box.uint(2) & 15 if version else 0
        box.take(2)
        start = box.uint(base)
        parts = []
        for _ in range(box.uint(2)):
            box.take(index if version else 0)
            parts.append((start + box.uint(offset), box.uint(length)))
        places[item] = (method, parts)
    return places


def _properties(box: _Cursor) -> dict[int, list[tuple[bytes, bytes]]]:
    """The properties of each item, in order."""
    known: list[tuple[bytes, bytes]] = []
    of_items: dict[int, list[tuple[bytes, bytes]]] = defaultdict(list)
    for kind, body in box.boxes():
        if kind == b"ipco":
            known = [(name, one.data) for name, one in body.boxes()]
        elif kind == b"ipma":
            version = body.uint(1)
            large = body.uint(3) & 1
            for _ in range(body.uint(4)):
                item = body.uint(4 if version else 2)
                for _ in range(body.uint(1)):
                    number = body.uint(2) & 0x7FFF if large else body.uint(1) & 0x7F
                    if number:
                        of_items[item].append(known[number - 1])
    return of_items


def _colours(properties: list[tuple[bytes, bytes]]) -> Iterator[Colour]:
    for kind, data in properties:
        if kind == b"colr" and data.startswith(b"nclx"):
            body = _Cursor(data[4:])
            primaries, transfer, matrix = (body.uint(2) for _ in range(3))
            yield Colour(primaries, transfer, matrix, bool(body.uint(1) >> 7))


def _steps(
    properties: list[tuple[bytes, bytes]], width: int, height: int
) -> Iterator[Aperture | Rotation | Mirror]:
    """What is done to a picture of this size to present it."""
    for kind, data in properties:
        body = _Cursor(data)
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
