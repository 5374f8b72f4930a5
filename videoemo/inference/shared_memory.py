"""Memory that several processes see: arrays are written there once, and travel as the names of
their places.
"""

from __future__ import annotations

import io
import math
import mmap
import os
import pickle
import weakref
from collections import deque
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["ArenaReader", "SharedArena"]

Bytes = npt.NDArray[np.uint8]

# What is taken is a multiple of this, so that places can be used again for arrays of nearly the
# same length.
_GRAIN = 1 << 20


class _Place(NamedTuple):
    """Where an array lies: offset and length of the piece of the arena, bytes; the array's own
    first byte in it; and its shape.
    """

    offset: int
    length: int
    first: int
    shape: tuple[int, ...]


class _Piece:
    """A piece of the arena; free again when no array looks at it any more.

    The first array on it holds on to it as its base, and all views of that array hold on to
    the array.
    """

    def __init__(self, memory: mmap.mmap, offset: int, shape: tuple[int, ...]) -> None:
        self.memory, self.offset = memory, offset
        self.address = np.frombuffer(memory, np.uint8).ctypes.data
        self.__array_interface__ = {
            "shape": shape,
            "typestr": "|u1",
            "data": (self.address, False),
            "version": 3,
        }


class SharedArena:
    """Memory without a name, which ends with the processes that hold on to it.

    Attributes
    ----------
    fd : int
        For the processes that are to see it, to inherit.
    """

    def __init__(self) -> None:
        self.fd = os.memfd_create("videoemo")
        self._end = 0
        # Offset and memory of each piece that is not used.
        self._free: deque[tuple[int, mmap.mmap]] = deque()

    def empty(self, shape: tuple[int, ...]) -> Bytes:
        """An array on the arena, which may hold anything."""
        length = -(-max(1, math.prod(shape)) // _GRAIN) * _GRAIN
        offset, memory = self._piece(length)
        piece = _Piece(memory, offset, shape)
        weakref.finalize(piece, self._free.append, (offset, memory)).atexit = False
        return np.asarray(piece)

    def dumps(self, what: Any) -> bytes:
        """A pickle in which arrays that lie on the arena are named, not copied."""
        file = io.BytesIO()
        _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(what)
        return file.getvalue()

    def close(self) -> None:
        """Let go of it; arrays on it stay as they are for this process."""
        os.close(self.fd)

    def _piece(self, length: int) -> tuple[int, mmap.mmap]:
        others: list[tuple[int, mmap.mmap]] = []
        while self._free:
            offset, memory = self._free.popleft()
            if len(memory) == length:
                self._free.extend(others)
                return offset, memory
            others.append((offset, memory))
        # Of frames of another size, of which no more may come: what they hold is given back.
        for _, memory in others:
            memory.madvise(mmap.MADV_REMOVE)
        offset, self._end = self._end, self._end + length
        os.ftruncate(self.fd, self._end)
        return offset, mmap.mmap(self.fd, length, offset=offset)


class ArenaReader:
    """The arena as a process sees it that inherited it.

    Parameters
    ----------
    fd : int
        The arena's.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._seen: dict[tuple[int, int], mmap.mmap] = {}

    def loads(self, pickled: bytes) -> Any:
        """What `Board.dumps` made a pickle of; its arrays are the arena's own, until they are
        written over.
        """
        unpickler = pickle.Unpickler(io.BytesIO(pickled))
        unpickler.persistent_load = self._array  # type: ignore[method-assign]
        return unpickler.load()

    def _array(self, place: _Place) -> Bytes:
        offset, length, first, shape = place
        memory = self._seen.get((offset, length))
        if memory is None:
            memory = self._seen[offset, length] = mmap.mmap(
                self._fd, length, offset=offset, prot=mmap.PROT_READ
            )
        return np.frombuffer(memory, np.uint8, count=math.prod(shape), offset=first).reshape(shape)


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        """The place of an array that lies on the arena in one piece."""
        if not isinstance(obj, np.ndarray) or obj.base is None or not obj.flags.c_contiguous:
            return None
        piece = obj.base.base if isinstance(obj.base, np.ndarray) else obj.base
        if isinstance(piece, _Piece):
            return _Place(
                piece.offset, len(piece.memory), obj.ctypes.data - piece.address, obj.shape
            )
        return None
