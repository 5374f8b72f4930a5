"""Crops as a network wants them."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from videoemo.cards import Card

try:
    from videoemo._preprocessing import prepare as _prepare
except ImportError:
    from videoemo.preprocessing_pillow import prepare as _prepare

__all__ = ["preprocess"]


def preprocess(crop: npt.NDArray[np.uint8], card: Card, prepared: npt.NDArray[np.float32] | None = None) -> npt.NDArray[np.float32]:
    """One crop as the network wants it.

    Pillow's bilinear filter widens with the reduction, so it does not alias; every engine uses this function.

    Parameters
    ----------
    crop : uint8 (h, w, 3), RGB.
    prepared : where the result is to be written; a new array where None.

    Returns
    -------
    float32 (channels, side, side).

    Raises
    ------
    ValueError : a crop of another shape or type.
    """
    if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
        raise ValueError(f"expected a crop uint8 (h, w, 3), got {crop.dtype} {crop.shape}")
    levels = _levels(card.mean, card.std)
    if prepared is None:
        prepared = np.empty((len(levels), card.input_size, card.input_size), np.float32)
    detail = 0 if card.detail is None or min(crop.shape[:2]) <= card.detail else card.detail
    _prepare(crop if crop.strides[1:] == (3, 1) else np.ascontiguousarray(crop), detail, levels, prepared)
    return prepared


@cache
def _levels(mean: tuple[float, ...], std: tuple[float, ...]) -> npt.NDArray[np.float32]:
    """What each of the 256 levels of a pixel is to the network, float32 (channels, 256): looked up, it need not be calculated a million times."""
    share = np.arange(256, dtype=np.float32) / np.float32(255)
    return np.asarray((share - np.array(mean, np.float32)[:, None]) / np.array(std, np.float32)[:, None], np.float32)
