"""Columns that a page is handed, read as its script reads them."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt


def unpacked(packed: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """As columns.js reads them."""
    data = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), np.uint8)
    columns = {}
    for name, kind, n in packed["columns"]:
        size = np.dtype(kind).itemsize
        planes, data = data[: n * size].reshape(size, n), data[n * size :]
        column = np.ascontiguousarray(planes.T).view(f"<{kind}").reshape(n)
        columns[name] = column if kind == "f8" else np.cumsum(column, dtype=column.dtype)
    assert not len(data)
    return columns
