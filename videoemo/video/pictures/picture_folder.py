"""Folders of numbered pictures as videos."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError, UnreadableVideoError
from videoemo.util.leftovers import is_leftover
from videoemo.util.messages import count_noun
from videoemo.video._info import Video
from videoemo.video._sampling import check_sampling
from videoemo.video.pictures.picture import (
    PictureKind,
    has_picture_name,
    picture_kind,
    picture_size,
)

__all__ = ["probe_folder"]

# Numbers that are further apart number no pictures.
_MAX_SPAN = 2**53
# A step of so many usual ones leaves pictures out. (Numbers may be times, whose steps vary.)
_HOLE = 1.5


def probe_folder(folder: Path, *, fps: float, max_pixels: int | None) -> Video:
    """Describe a folder of numbered pictures as a video.

    Times follow the numbers: the smallest step from one to the next, mostly 1, is 1 / `fps`, so
    that where numbers are missing their time passes without a frame.

    Parameters
    ----------
    folder : Path
        It holds nothing else, leftovers of systems apart.
    fps : float
        The rate at which the pictures were taken.
    max_pixels : int or None
        Refuse more pixels than this; no limit where None.

    Raises
    ------
    InputError
        `fps` is not above 0; the folder cannot be read, or it holds no picture, a folder, or a file
        that is no picture or has no number of its own.
    UnreadableVideoError
        None of the pictures can be read.
    TooLargeVideoError
        The first picture has more than `max_pixels` pixels.
    """
    check_sampling(fps=fps)
    numbered = _numbered_pictures(folder)
    numbers = sorted(numbered)
    pictures = [numbered[number] for number in numbers]
    steps = [after - before for before, after in pairwise(numbers)]
    if sum(steps) > _MAX_SPAN:
        raise InputError(
            f"{folder}: the numbers of {pictures[0].name} and {pictures[-1].name} are too far "
            "apart for pictures of one video: number them by 1, 2, 3"
        )
    step = min(steps, default=1)
    ticks = np.array([number - numbers[0] for number in numbers], np.int64)
    permitted = np.array([os.access(path, os.R_OK) for path in pictures])
    kept = tuple(path for path, may in zip(pictures, permitted, strict=True) if may)
    width, height = _first_size(folder, kept, max_pixels=max_pixels)
    return Video(
        path=folder,
        width=width,
        height=height,
        seconds=ticks[permitted] / step / fps,
        duration=float((ticks[-1] / step + 1) / fps),
        ticks=ticks[permitted],
        time_base=1 / Fraction(fps) / step,
        keyframes=np.arange(len(kept), dtype=np.int64),
        pictures=kept,
        remarks=(*_closed(pictures, permitted), *_holes(pictures, steps)),
    )


def _numbered_pictures(folder: Path) -> dict[int, Path]:
    """The pictures of a folder by their numbers."""
    try:
        files = sorted(file for file in folder.iterdir() if not is_leftover(file.name))
    except OSError as exc:
        raise InputError(f"{folder}: cannot read the folder: {exc.strerror or exc}") from exc
    if not files:
        raise InputError(f"{folder}: the folder is empty: give one of numbered pictures")
    numbered: dict[int, Path] = {}
    for file in files:
        digits = re.findall(r"\d+", file.stem)
        if not digits or not _is_picture(file):
            raise InputError(
                f"{folder}: {file.name} is not a numbered picture: with fps a folder must hold "
                "nothing else"
            )
        other = numbered.setdefault(int(digits[-1]), file)
        if other is not file:
            raise InputError(
                f"{folder}: {other.name} and {file.name} have the same number: rename or remove one"
            )
    return numbered


def _is_picture(file: Path) -> bool:
    """Whether a file is a still picture; where that cannot be told, as it may not be read or is
    damaged, by its name.
    """
    try:
        kind = picture_kind(file)
    except InputError:
        kind = PictureKind.NONE
    return kind is PictureKind.STILL or (
        kind is PictureKind.NONE and file.is_file() and has_picture_name(file)
    )


def _first_size(
    folder: Path, pictures: Sequence[Path], *, max_pixels: int | None
) -> tuple[int, int]:
    """Width and height of the first picture that can be read."""
    for path in pictures:
        try:
            return picture_size(path, max_pixels=max_pixels)
        except (InputError, UnreadableVideoError):
            continue  # missing when it is its turn
    if not pictures:
        raise InputError(f"{folder}: no permission to read its pictures: change their permissions")
    raise UnreadableVideoError(
        f"{folder}: its pictures are all damaged or cut off: copy them again"
    )


def _closed(pictures: Sequence[Path], permitted: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Which pictures may not be read, in words."""
    closed = [path.name for path, may in zip(pictures, permitted, strict=True) if not may]
    if closed:
        others = f" and {count_noun(len(closed) - 1, 'other')}" if len(closed) > 1 else ""
        yield f"no permission to read {closed[0]}{others}"


def _holes(pictures: Sequence[Path], steps: Sequence[int]) -> Iterator[str]:
    """What is missing in the numbers of pictures, in words."""
    step = min(steps, default=1)
    holes = [i for i, one in enumerate(steps) if one >= _HOLE * step]
    if holes:
        n = sum(round(steps[i] / step) - 1 for i in holes)
        first = pictures[holes[0]].name
        yield (
            f"by their numbers {count_noun(n, 'picture')} {'is' if n == 1 else 'are'} missing, "
            f"{'' if len(holes) == 1 else 'first '}after {first}: their time passes without a frame"
        )
