"""Forms of states: what a checkpoint holds has to be formed like what a training keeps, value for
value, since torch takes much of it as it comes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from videoemo.util.messages import shown

__all__ = ["require_form"]


def require_form(given: Any, like: Any, *, where: str) -> None:
    """Require that a state has the form of another.

    Parameters
    ----------
    given : object
        Tensors and plain values, in mappings, lists and tuples.
    like : object
        Another one: the same names and lengths, tensors of the same shape and type, numbers and
        texts of the same type. Numbers and tensors have to be finite.
    where : str
        Names the state in messages.

    Raises
    ------
    ValueError
        It has another form; the message names the part.
    """
    match like:
        case Tensor():
            fits = (
                isinstance(given, Tensor)
                and (given.shape, given.dtype) == (like.shape, like.dtype)
                and (given.layout, given.device.type) == (torch.strided, "cpu")
            )
            if not fits:
                raise _other(where, f"{like.dtype} of shape {tuple(like.shape)}", given)
            if not given.isfinite().all():
                raise ValueError(f"{where}: expected finite numbers")
        case Mapping():
            if not isinstance(given, Mapping) or given.keys() != like.keys():
                raise _other(where, f"the names {shown(list(like))}", given)
            for name, value in like.items():
                require_form(given[name], value, where=f"{where}.{name}")
        case list() | tuple():
            if not isinstance(given, list | tuple) or len(given) != len(like):
                raise _other(where, f"{len(like)} values", given)
            for i, value in enumerate(like):
                require_form(given[i], value, where=f"{where}[{i}]")
        case _:
            if type(given) is not type(like):
                raise _other(where, type(like).__name__, given)
            if isinstance(given, float) and not math.isfinite(given):
                raise _other(where, "a finite number", given)


def _other(where: str, wanted: str, given: Any) -> ValueError:
    if isinstance(given, Tensor):
        given = f"{given.dtype} of shape {tuple(given.shape)}"
    elif isinstance(given, Mapping):
        given = f"the names {shown(list(given))}"
    else:
        given = shown(given)
    return ValueError(f"{where}: expected {wanted}, got {given}")
