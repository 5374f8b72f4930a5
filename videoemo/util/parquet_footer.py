"""Footers of Parquet files: how much memory a file says that its content takes.

They are read here and not by PyArrow, which ends the whole process where the description of a
column is damaged (a size statistic that does not fit, in 26.0).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["declared_memory"]

_MAGIC = b"PAR1"
# Bytes; that of a hundred thousand clips has half as many.
_LARGEST = 256 * 1024 * 1024
# Levels of structures within each other; the format has seven.
_DEEPEST = 16
# Of Thrift's compact protocol: booleans, integers of one byte and of more, and what holds others.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY = range(1, 9)
_LIST, _SET, _MAP, _STRUCT = range(9, 13)
# Bytes of a value in memory by the number of its physical type: boolean, int32, int64, int96,
# float, double, bytes (the place among the different ones), bytes of a fixed length.
_WIDTHS = (1, 4, 8, 12, 4, 8, 4, 16)


def declared_memory(file: BinaryIO) -> int:
    """Bytes that the content of a Parquet file takes in memory, as its footer says.

    Parameters
    ----------
    file : BinaryIO
        The file, open for reading.

    Raises
    ------
    ValueError
        It is no Parquet file, or its footer is damaged.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - 8))
    end = file.read(8)
    n_bytes = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or not n_bytes <= min(length - 12, _LARGEST):
        raise ValueError("it is cut off, or no Parquet file")
    file.seek(length - 8 - n_bytes)
    footer = _Compact(file.read(n_bytes))
    total = 0
    try:
        for field, kind in footer.fields():
            if (field, kind) == (4, _LIST):
                total += sum(_row_group(footer) for _ in range(footer.length()))
            else:
                footer.skip(kind)
    except IndexError as exc:
        raise ValueError("its footer is damaged") from exc
    return total


class _Compact:
    """Reader of Thrift's compact protocol; raises IndexError at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """The number and the type of each field of a structure; its value is to be taken before the
        next one is.
        """
        field = 0
        while (head := self._byte()) != 0:
            delta, kind = head >> 4, head & 15
            field = field + delta if delta else self.integer()
            yield field, kind

    def integer(self) -> int:
        """An integer of more than a byte."""
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def length(self) -> int:
        """How many structures a list holds."""
        kind, n = self._list()
        if kind != _STRUCT:
            raise ValueError("its footer is damaged")
        return n

    def skip(self, kind: int, *, depth: int = 0) -> None:
        """Pass over a value."""
        if depth > _DEEPEST:
            raise ValueError("its footer is damaged")
        if kind in (_I16, _I32, _I64):
            self._varint()
        elif kind == _BINARY:
            self._pass(self._varint())
        elif kind == _BYTE:
            self._pass(1)
        elif kind == _DOUBLE:
            self._pass(8)
        elif kind in (_LIST, _SET):
            inner, n = self._list()
            for _ in range(n):
                self._skip_item(inner, depth)
        elif kind == _MAP:
            n = self._varint()
            kinds = self._byte() if n else 0
            for _ in range(n):
                self._skip_item(kinds >> 4, depth)
                self._skip_item(kinds & 15, depth)
        elif kind == _STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth=depth + 1)
        elif kind not in (_TRUE, _FALSE):  # these are in the type itself
            raise ValueError("its footer is damaged")

    def _skip_item(self, kind: int, depth: int) -> None:
        # In a list each boolean has a byte.
        self.skip(_BYTE if kind in (_TRUE, _FALSE) else kind, depth=depth + 1)

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        return head & 15, self._varint() if head >> 4 == 15 else head >> 4

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        number = shift = 0
        while (part := self._byte()) >= 0x80:
            number |= (part & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError("its footer is damaged")
        return number | part << shift

    def _pass(self, n: int) -> None:
        self._at += n
        if self._at > len(self._data):
            raise IndexError


def _row_group(footer: _Compact) -> int:
    n_rows, chunks = 0, list[tuple[int, int, int]]()
    for field, kind in footer.fields():
        if (field, kind) == (1, _LIST):
            chunks += [_chunk(footer) for _ in range(footer.length())]
        elif (field, kind) == (3, _I64):
            n_rows = footer.integer()
        else:
            footer.skip(kind)
    return sum(max(max(n, n_rows) * width, size) for width, n, size in chunks)


def _chunk(footer: _Compact) -> tuple[int, int, int]:
    """Of a column of a row group: bytes of a value, number of values, bytes of all once unpacked
    as far as the file's own form.
    """
    physical, n, size = len(_WIDTHS), 0, 0
    for field, kind in footer.fields():
        if (field, kind) != (3, _STRUCT):
            footer.skip(kind)
            continue
        for inner, inner_kind in footer.fields():
            if (inner, inner_kind) == (1, _I32):
                physical = footer.integer()
            elif (inner, inner_kind) == (5, _I64):
                n = footer.integer()
            elif (inner, inner_kind) == (6, _I64):
                size = footer.integer()
            else:
                footer.skip(inner_kind)
    if not 0 <= physical < len(_WIDTHS) or min(n, size) < 0:
        raise ValueError("its footer is damaged")
    return _WIDTHS[physical], n, size
