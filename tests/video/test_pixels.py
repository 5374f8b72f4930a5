"""Pixels of pictures of every depth."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.clips import number, picture
from videoemo.errors import UnreadableVideoError
from videoemo.video import frames

GREY = np.asarray(Image.fromarray(picture(7)).convert("L"))  # black, white, and between
FLOATS = GREY.astype(np.float32)


def levels(path: Path) -> npt.NDArray[np.uint8]:
    """The grey levels of the one frame."""
    (batch,) = frames(path)
    assert (batch.rgb == batch.rgb[..., :1]).all()
    level: npt.NDArray[np.uint8] = batch.rgb[0, ..., 0]
    return level


@pytest.mark.parametrize(
    "values",
    [
        *((GREY / 255 * (2**bits - 1)).round().astype(np.uint16) for bits in (8, 10, 12, 14, 16)),
        (GREY / 255 * (2**16 - 1)).astype(np.int32),
        (GREY / 255 * (2**31 - 1)).astype(np.int32),
        *(FLOATS / 255 * white for white in (1, 255, 4095, 65535)),
    ],
    ids=["8", "10", "12", "14", "16", "i16", "i31", "f1", "f255", "f4095", "f65535"],
)
def test_grey_of_any_depth_is_scaled_and_not_black(tmp_path: Path, values: Any) -> None:
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert np.abs(levels(tmp_path / "a.tif").astype(int) - GREY).max() <= 1


def test_twelve_bits_in_a_png_of_sixteen_are_scaled(tmp_path: Path) -> None:
    Image.fromarray(GREY.astype(np.uint16) * 16).save(tmp_path / "a.png")
    assert np.abs(levels(tmp_path / "a.png").astype(int) - GREY).max() <= 1


def test_floats_that_are_no_levels_are_black_or_white(tmp_path: Path) -> None:
    values = FLOATS / 255
    values[0, :4] = np.nan, -np.inf, np.inf, 3.0
    Image.fromarray(values).save(tmp_path / "a.tif")
    found = levels(tmp_path / "a.tif")
    assert found[0, :4].tolist() == [0, 0, 255, 255]
    assert np.abs(found[1:].astype(int) - GREY[1:]).max() <= 1


def test_a_tiff_whose_least_level_is_white_is_no_negative(tmp_path: Path) -> None:
    inverted = (65535 - GREY.astype(np.uint16) * 257).astype(np.uint16)
    Image.fromarray(inverted).save(tmp_path / "a.tif", tiffinfo={262: 0})
    assert np.abs(levels(tmp_path / "a.tif").astype(int) - GREY).max() <= 1


def test_a_pgm_says_itself_what_is_white(tmp_path: Path) -> None:
    body = (
        (GREY.astype(np.uint16) * 2).astype(">u2").tobytes()
    )  # half of what its header says is white
    (tmp_path / "a.pgm").write_bytes(b"P5 64 48 1020\n" + body)
    assert np.abs(levels(tmp_path / "a.pgm").astype(int) - GREY / 2).max() <= 1


def write_tiff(path: Path, samples: npt.NDArray[Any], *, planes: bool = False) -> Path:
    """Write samples (h, w, n) without compression, as programs for measurements do."""
    height, width, n = samples.shape
    data = (samples.transpose(2, 0, 1) if planes else samples).tobytes()
    bits, kind = samples.dtype.itemsize * 8, {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    entries = 11
    lists_at = 8 + 2 + 12 * entries + 4
    lists = struct.pack(f"<{2 * n}H", *[bits] * n, *[kind] * n)
    at = [lists_at, lists_at + 2 * n] if n > 1 else [bits, kind]
    values = [
        *((256, 3, 1, width), (257, 3, 1, height), (258, 3, n, at[0]), (259, 3, 1, 1)),
        *((262, 3, 1, 2 if n == 3 else 1), (273, 4, 1, lists_at + len(lists)), (277, 3, 1, n)),
        *((278, 3, 1, height), (279, 4, 1, len(data)), (284, 3, 1, 1 + planes), (339, 3, n, at[1])),
    ]
    table = b"".join(struct.pack("<HHII", *value) for value in values)
    path.write_bytes(struct.pack("<4sIH", b"II*\0", 8, entries) + table + bytes(4) + lists + data)
    return path


@pytest.mark.parametrize("planes", [False, True])
@pytest.mark.parametrize(
    ("dtype", "white"), [("f4", 1.0), ("f4", 255.0), ("f2", 1.0), ("f8", 1.0), ("u4", 2**32 - 1)]
)
def test_colours_of_floats_and_deep_integers_are_read(
    tmp_path: Path, dtype: str, white: float, planes: bool
) -> None:
    samples = (picture(7) / 255 * white).astype(dtype)
    (batch,) = frames(write_tiff(tmp_path / "a.tif", samples, planes=planes))
    assert np.abs(batch.rgb[0].astype(int) - picture(7)).max() <= 1


@pytest.mark.parametrize("dtype", ["f2", "f8"])
def test_grey_of_half_and_double_floats_is_read(tmp_path: Path, dtype: str) -> None:
    path = write_tiff(tmp_path / "a.tif", (GREY[..., None] / 255).astype(dtype))
    assert np.abs(levels(path).astype(int) - GREY).max() <= 1


def test_a_cut_tiff_of_floats_is_damaged(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", picture(7) / 255)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableVideoError, match="damaged or cut off"):
        list(frames(path))


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_colours_of_twelve_bits_in_sixteen_are_scaled(tmp_path: Path, bits: int) -> None:
    samples = (picture(7) / 255 * (2**bits - 1)).round().astype("u2")
    (batch,) = frames(write_tiff(tmp_path / "a.tif", samples))
    assert np.abs(batch.rgb[0].astype(int) - picture(7)).max() <= 1


@pytest.mark.parametrize("mode", ["LAB", "CMYK", "YCbCr"])
def test_other_colour_spaces_become_rgb(tmp_path: Path, mode: str) -> None:
    Image.fromarray(picture(7)).convert(mode).save(tmp_path / "a.tif")
    (batch,) = frames(tmp_path / "a.tif")
    assert number(batch.rgb[0]) == 7
    assert np.abs(batch.rgb[0].astype(int) - picture(7)).max() <= 4
