"""Training faces as a network takes them."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as nn_f

from videoemo.datasets.faces.pictures import Pictures

__all__ = ["InputForm", "as_input", "read_pictures", "unchanged"]


class InputForm(Protocol):
    """How a network wants its faces, as cards and recipes say it."""

    @property
    def colour(self) -> str: ...
    @property
    def input_size(self) -> int: ...
    @property
    def detail(self) -> int | None: ...
    @property
    def mean(self) -> tuple[float, ...]: ...
    @property
    def std(self) -> tuple[float, ...]: ...


def read_pictures(form: InputForm, pictures: Pictures, rows: Tensor) -> Tensor:
    """Some pictures in the colours of a network, without more detail than it knows: float32
    (n, channels, s, s), 0 to 1.
    """
    read = pictures(rows.numpy(), grey=form.colour == "grey", side=form.detail or form.input_size)
    return torch.from_numpy(read).float() / 255


def unchanged(form: InputForm, faces: Tensor) -> Tensor:
    """Faces at the size of a network's input, as they are."""
    size = (form.input_size, form.input_size)
    return nn_f.interpolate(faces, size=size, mode="bilinear", antialias=True, align_corners=False)


def as_input(form: InputForm, faces: Tensor) -> Tensor:
    """Faces, 0 to 1 and of the right size, as a network takes them."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (form.mean, form.std))
    return ((faces - mean) / std).contiguous(memory_format=torch.channels_last)
