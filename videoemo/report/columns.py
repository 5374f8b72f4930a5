"""Columns of numbers as text for a script: small, and read back in one go."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MISSING", "SHARE", "pack", "shares"]

# What stands for a share of 1, and for one that is missing, in a column of bytes.
SHARE, MISSING = 254, 255
_KINDS = {"uint8": "u1", "int16": "i2", "int32": "i4", "float64": "f8"}
# Of zlib: higher ones take longer and save little.
_LEVEL = 6

Column = npt.NDArray[Any]


def shares(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Shares, 0 to 1, as bytes: in 254ths; 255 where one is NaN."""
    known = np.nan_to_num(np.clip(values, 0, 1) * SHARE)
    return np.where(np.isnan(values), MISSING, np.rint(known)).astype(np.uint8)


def pack(columns: Mapping[str, Column]) -> dict[str, Any]:
    """Columns as an object for a script.

    Of whole numbers the differences from one to the next are kept, and of all that have several
    bytes first their lowest ones, then the next: what is alike stands side by side, and is
    compressed well.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Of uint8, int16, int32 or float64, (n,) each.

    Returns
    -------
    dict of str to object
        `columns`, a list of name, kind (`u1`, `i2`, `i4`, `f8`) and length of each; and `data`, all
        their bytes, compressed by zlib, in base 64.
    """
    listed = [(name, _KINDS[column.dtype.name], len(column)) for name, column in columns.items()]
    data = zlib.compress(b"".join(map(_bytes, columns.values())), _LEVEL)
    return {"columns": listed, "data": base64.b64encode(data).decode()}


def _bytes(column: Column) -> bytes:
    if column.dtype != np.float64:
        # Beyond its range a difference comes round again, and so does the sum.
        column = np.diff(column, prepend=column.dtype.type(0))
    little = np.ascontiguousarray(column, column.dtype.newbyteorder("<"))
    return little.view(np.uint8).reshape(len(little), little.itemsize).T.tobytes()
