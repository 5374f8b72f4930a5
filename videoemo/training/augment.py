"""Small aligned photographs made to look like faces cut from real video: random changes of each
kind, a batch at a time.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as nn_f

from videoemo.config.training import Augment

__all__ = ["augment"]


def augment(faces: Tensor, settings: Augment, *, size: int, generator: torch.Generator) -> Tensor:
    """Random variants of some faces.

    Parameters
    ----------
    faces : float32 (n, channels, s, s)
        0 to 1.
    size : int
        Side of the result in px.
    generator : torch.Generator
        Where all randomness comes from.

    Returns
    -------
    float32 (n, channels, size, size)
        0 to 1.
    """
    faces = _coarse(faces, settings.coarse, generator)
    faces = _blocky(faces, settings.blocks, generator)
    faces = _moved(faces, settings, size, generator)
    faces = _lit(faces, settings, generator)
    faces = _noisy(faces, settings.noise, generator)
    return _hidden(faces, settings.erase, generator).clamp(0, 1)


def _either_side(n: int, generator: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(n, *shape, generator=generator) * 2 - 1


def _some(n: int, share: float, generator: torch.Generator) -> Tensor:
    """bool (n, 1, 1, 1)."""
    return torch.rand(n, 1, 1, 1, generator=generator) < share


def _coarse(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Some faces at a lower resolution, one for the batch, between a quarter and three quarters:
    small faces, and blur.
    """
    if not share:
        return faces
    side = faces.shape[-1]
    low = max(1, int(side * (0.25 + 0.5 * torch.rand(1, generator=generator).item())))
    small = nn_f.interpolate(
        faces, size=(low, low), mode="bilinear", antialias=True, align_corners=False
    )
    back = nn_f.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
    return torch.where(_some(len(faces), share, generator), back, faces)


def _blocky(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Some faces as hard compression leaves them: the differences within blocks of 4 px
    partly lost.
    """
    side = faces.shape[-1] // 4 * 4
    if not share or not side:
        return faces
    means = nn_f.avg_pool2d(faces[..., :side, :side], 4)
    flat = faces.clone()
    flat[..., :side, :side] = means.repeat_interleave(4, -1).repeat_interleave(4, -2)
    lost = torch.rand(len(faces), 1, 1, 1, generator=generator) * 0.6
    return torch.where(_some(len(faces), share, generator), faces + (flat - faces) * lost, faces)


def _moved(faces: Tensor, settings: Augment, size: int, generator: torch.Generator) -> Tensor:
    """Turned, scaled, shifted, mirrored, and brought to their size, in one resampling."""
    n = len(faces)
    angle = _either_side(n, generator) * math.radians(settings.rotation)
    zoom = 1 + _either_side(n, generator) * settings.scale
    mirror = (
        torch.where(_either_side(n, generator) < 0, -1.0, 1.0) if settings.mirror else torch.ones(n)
    )
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift = _either_side(n, generator, 2) * settings.shift * 2  # the grid's side is 2
    rows = (
        torch.stack([cos * mirror, -sin, shift[:, 0]], 1),
        torch.stack([sin * mirror, cos, shift[:, 1]], 1),
    )
    grid = nn_f.affine_grid(
        torch.stack(rows, 1), [n, faces.shape[1], size, size], align_corners=False
    )
    return nn_f.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def _lit(faces: Tensor, settings: Augment, generator: torch.Generator) -> Tensor:
    """Light and colour: gamma, contrast about the mean, brightness, a tint a channel, some
    without colour.
    """
    n, channels = faces.shape[:2]
    if settings.gamma:
        faces = faces.clamp(1e-4, 1) ** torch.exp(
            _either_side(n, generator, 1, 1, 1) * settings.gamma
        )
    contrast = 1 + _either_side(n, generator, 1, 1, 1) * settings.contrast
    brightness = _either_side(n, generator, 1, 1, 1) * settings.brightness
    middle = faces.mean((1, 2, 3), keepdim=True)
    faces = (faces - middle) * contrast + middle + brightness
    if channels == 1:
        return faces
    faces = faces * (1 + _either_side(n, generator, channels, 1, 1) * settings.colour)
    return torch.where(
        _some(n, settings.grey, generator), faces.mean(1, keepdim=True).expand_as(faces), faces
    )


def _noisy(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Some faces under a sensor's noise, of a standard deviation up to 0.05."""
    if not share:
        return faces
    strength = (
        torch.rand(len(faces), 1, 1, 1, generator=generator)
        * 0.05
        * _some(len(faces), share, generator)
    )
    return faces + torch.randn(faces.shape, generator=generator) * strength


def _hidden(faces: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Some faces with a rectangle of a tenth to four tenths of each side hidden, as by a hand or
    a microphone.
    """
    if not share:
        return faces
    n, side = len(faces), faces.shape[-1]
    extent = (0.1 + 0.3 * torch.rand(n, 2, generator=generator)) * side
    start = torch.rand(n, 2, generator=generator) * (side - extent)
    place = torch.arange(side)
    # (n, 2, side): rows, columns
    inside = (place >= start[..., None]) & (place < (start + extent)[..., None])
    # (n, 1, side, side)
    patch = inside[:, None, 0, :, None] & inside[:, None, 1, None, :] & _some(n, share, generator)
    return torch.where(
        patch, torch.rand(n, faces.shape[1], 1, 1, generator=generator).expand_as(faces), faces
    )
