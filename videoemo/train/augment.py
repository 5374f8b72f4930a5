"""Small aligned photographs made to look like faces cut from real video: one random change of each kind a face, a batch at a time."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as nn_f

from videoemo.recipes import Augment

__all__ = ["augment"]


def augment(faces: Tensor, settings: Augment, *, size: int, generator: torch.Generator) -> Tensor:
    """Random variants of some faces.

    Parameters
    ----------
    faces : float32 (n, channels, h, w), 0 to 1.
    size : side of the result in px.
    generator : where all randomness comes from.

    Returns
    -------
    float32 (n, channels, size, size), 0 to 1.
    """
    n = len(faces)

    def either_side(*shape: int) -> Tensor:
        return torch.rand(n, *shape, generator=generator) * 2 - 1

    faces = _coarser(faces, settings.blur, generator)
    angle = either_side() * math.radians(settings.rotation)
    zoom = 1 + either_side() * settings.scale
    mirror = torch.where(either_side() < 0, -1.0, 1.0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift = either_side(2) * settings.shift * 2  # the grid's side is 2
    matrix = torch.stack([torch.stack([cos * mirror, -sin, shift[:, 0]], 1), torch.stack([sin * mirror, cos, shift[:, 1]], 1)], 1)  # (n, 2, 3)
    grid = nn_f.affine_grid(matrix, [n, faces.shape[1], size, size], align_corners=False)
    faces = nn_f.grid_sample(faces, grid, padding_mode="border", align_corners=False)

    contrast = 1 + either_side(1, 1, 1) * settings.contrast
    brightness = either_side(1, 1, 1) * settings.brightness
    middle = faces.mean((1, 2, 3), keepdim=True)
    faces = (faces - middle) * contrast + middle + brightness
    return _patched(faces, settings.erase, generator).clamp(0, 1)


def _coarser(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Show a share of the faces at a lower resolution, one for the batch, drawn between a quarter and three quarters."""
    side = faces.shape[-1]
    low = int(side * (0.25 + 0.5 * torch.rand(1, generator=generator).item()))
    small = nn_f.interpolate(faces, size=(low, low), mode="bilinear", antialias=True, align_corners=False)
    blurred = nn_f.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
    chosen = torch.rand(len(faces), 1, 1, 1, generator=generator) < share
    return torch.where(chosen, blurred, faces)


def _patched(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Hide a rectangle of a tenth to four tenths of each side under noise, as a hand or a microphone does."""
    n, side = len(faces), faces.shape[-1]
    extent = (0.1 + 0.3 * torch.rand(n, 2, generator=generator)) * side
    start = torch.rand(n, 2, generator=generator) * (side - extent)
    place = torch.arange(side)
    inside = (place >= start[..., None]) & (place < (start + extent)[..., None])  # (n, 2, side): rows, columns
    patch = inside[:, None, 0, :, None] & inside[:, None, 1, None, :]  # (n, 1, side, side)
    patch &= torch.rand(n, 1, 1, 1, generator=generator) < share
    return torch.where(patch, torch.rand(faces.shape, generator=generator), faces)
