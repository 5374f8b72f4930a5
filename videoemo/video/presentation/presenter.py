"""Presenting of decoded frames: colours, crop, square pixels, one size, orientation."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from videoemo.video.presentation.canvas import fit, scale_into
from videoemo.video.presentation.crop import NO_CROP, Crop
from videoemo.video.presentation.orientation import to_upright
from videoemo.video.presentation.record import (
    TRANSFERS,
    Presentation,
    check_matrix,
    read_aspect_ratio,
    to_square,
)
from videoemo.video.presentation.tone_mapping import WIDE_PRIMARIES, ToneMapping, tone_mapping

__all__ = ["Presenter"]

Picture = npt.NDArray[np.uint8]

# With the chroma of every pixel, which swscale otherwise takes from the nearest.
SCALING = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


class _Layout(NamedTuple):
    """Where a stored frame goes: cropped, in square pixels of `square`, which at the scale of the
    first frame are `scaled`, all as width and height.
    """

    crop: Crop
    square: tuple[int, int]
    scaled: tuple[int, int]


class Presenter:
    """Makes RGB pictures, as they are presented, of a stream's decoded frames.

    All have the size that the first frame is presented in: one of another size is scaled to it, its
    shape kept, with black beside it or above and below where its shape is another.

    Parameters
    ----------
    path : Path
        The file, for messages.
    presentation : Presentation
        Of the first frame.
    codec : av.video.codeccontext.VideoCodecContext
        The decoder, which knows changes of the sample aspect ratio.
    """

    def __init__(self, path: Path, presentation: Presentation, codec: Any) -> None:
        self._path, self._presentation = path, presentation
        self._canvas = presentation.upright
        self._codec = codec
        self._aspect_ratio = presentation.aspect_ratio
        self._layouts: dict[tuple[int, int, Fraction], _Layout] = {}
        self._tone_mappings: dict[tuple[int, int], ToneMapping] = {}
        # Each keeps what it has set up for one kind of conversion.
        self._colours, self._scaler = VideoReformatter(), VideoReformatter()

    def follow(self, frame: Any) -> None:
        """Take notice of a decoded frame, presented or not: of a change of the aspect ratio, which
        begins with a keyframe (the decoder knows it some frames before).
        """
        if self._presentation.aspect_ratio_changes and frame.key_frame:
            self._aspect_ratio = read_aspect_ratio(self._codec)

    def size(self, frame: Any) -> tuple[int, int]:
        """Width and height in which a frame asks to be presented, in px."""
        width, height = self._layout(frame).square
        return (height, width) if self._presentation.rotation % 180 else (width, height)

    def __call__(self, frame: Any) -> Picture:
        """Present a frame: RGB, uint8 (h, w, 3)."""
        layout, how = self._layout(frame), self._presentation
        tones = self._tone_mapping(frame)
        if tones is not None:
            rgb = tones(self._to_rgb(frame, "rgb48le"))
        elif how.on_white and _has_alpha(frame):
            rgb = _on_white(self._to_rgb(frame, "rgba"))
        elif layout.crop == NO_CROP:
            rgb = self._to_rgb(frame, "rgb24", layout.scaled)
        else:
            rgb = self._to_rgb(frame, "rgb24")
        rgb = fit(self._scaled(_cropped(rgb, layout.crop), layout.scaled), self._canvas)
        return to_upright(rgb, rotation=how.rotation, mirrored=how.mirrored)

    def _layout(self, frame: Any) -> _Layout:
        key = frame.width, frame.height, self._aspect_ratio
        if key not in self._layouts:
            crop = self._presentation.crop
            if not crop.inside(frame.width, frame.height):
                crop = NO_CROP
            square = to_square(key[:2], crop, self._aspect_ratio)
            self._layouts[key] = _Layout(crop, square, scale_into(square, self._canvas))
        return self._layouts[key]

    def _tone_mapping(self, frame: Any) -> ToneMapping | None:
        key = frame.color_trc, frame.color_primaries
        if key[0] not in TRANSFERS and key[1] not in WIDE_PRIMARIES:
            return None
        if key not in self._tone_mappings:
            self._tone_mappings[key] = tone_mapping(*key, peak=self._presentation.peak)
        return self._tone_mappings[key]

    def _to_rgb(
        self, frame: Any, pixels: str, size: tuple[int, int] | None = None
    ) -> npt.NDArray[Any]:
        width, height = size or (frame.width, frame.height)
        same = (width, height) == (frame.width, frame.height)
        check_matrix(self._path, frame)
        converted = self._colours.reformat(
            frame,
            width=width,
            height=height,
            format=pixels,
            interpolation=None if same else SCALING,
            threads=1,  # on small pictures threads cost more than they save
        )
        return np.asarray(converted.to_ndarray())

    def _scaled(self, rgb: Picture, size: tuple[int, int]) -> Picture:
        if (rgb.shape[1], rgb.shape[0]) == size:
            return rgb
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        return np.asarray(
            self._scaler.reformat(
                frame,
                width=size[0],
                height=size[1],
                interpolation=SCALING,
                threads=1,
            ).to_ndarray()
        )


def _has_alpha(frame: Any) -> bool:
    return any(component.is_alpha for component in frame.format.components)


def _on_white(rgba: Picture) -> Picture:
    wide = rgba.astype(np.uint16)  # (h, w, 4)
    rgb, alpha = wide[..., :3], wide[..., 3:]
    on_white: Picture = ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return on_white


def _cropped(rgb: Picture, crop: Crop) -> Picture:
    height, width = rgb.shape[:2]
    return rgb[crop.top : height - crop.bottom, crop.left : width - crop.right]
