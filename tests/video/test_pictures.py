"""Pictures, and folders of them, as videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import number, picture
from videoemo.errors import TooLargeVideoError, UnreadableVideoError
from videoemo.video import frames, probe


def only(path: Path, **options: Any) -> list[int]:
    """The colour of the first corner of the one frame."""
    (batch,) = frames(path, **options)
    assert batch.rgb.shape[0] == 1
    return [int(value) for value in batch.rgb[0, 0, 0]]


def test_a_picture_is_one_frame_at_zero(tmp_path: Path) -> None:
    Image.fromarray(picture(7)).save(tmp_path / "a.png")
    (batch,) = frames(tmp_path / "a.png")
    assert (batch.seconds.tolist(), batch.index.tolist(), number(batch.rgb[0])) == ([0.0], [0], 7)


def transparent_palette() -> Image.Image:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.info["transparency"] = 1
    return image


MODES = {
    "grey": (Image.new("L", (4, 4), 77), [77, 77, 77]),
    "one bit": (Image.new("1", (4, 4), 1), [255, 255, 255]),
    "16 bits": (Image.fromarray(np.full((4, 4), 100 * 257, np.uint16)), [100, 100, 100]),
    "alpha": (Image.new("RGBA", (4, 4), (200, 0, 0, 0)), [255, 255, 255]),
    "half alpha": (Image.new("RGBA", (4, 4), (0, 0, 0, 128)), [127, 127, 127]),
    "grey alpha": (Image.new("LA", (4, 4), (9, 0)), [255, 255, 255]),
    "palette": (Image.new("RGB", (4, 4), (10, 20, 30)).quantize(2), [10, 20, 30]),
    "transparent palette": (transparent_palette(), [255, 255, 255]),
}


@pytest.mark.parametrize(("image", "colour"), MODES.values(), ids=MODES.keys())
def test_every_kind_of_pixel_becomes_rgb(
    tmp_path: Path, image: Image.Image, colour: list[int]
) -> None:
    image.save(tmp_path / "a.png")
    assert only(tmp_path / "a.png") == colour


def test_a_picture_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter clockwise
    Image.fromarray(picture(0)).save(tmp_path / "a.png", exif=exif)
    (batch,) = frames(tmp_path / "a.png")
    assert np.array_equal(batch.rgb[0], np.rot90(picture(0), -1))
    assert (probe(tmp_path / "a.png").width, probe(tmp_path / "a.png").height) == (48, 64)


def test_contents_count_and_not_the_name(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "a.mp4", format="PNG")
    assert only(tmp_path / "a.mp4") == [1, 2, 3]


@pytest.mark.parametrize("name", ["a.gif", "a.png"])
def test_a_moving_picture_is_a_video(tmp_path: Path, name: str) -> None:
    first, *others = [Image.new("RGB", (16, 16), (value, value, value)) for value in (40, 120, 250)]
    first.save(tmp_path / name, save_all=True, append_images=others, duration=200)
    (batch,) = frames(tmp_path / name)
    assert batch.seconds.tolist() == pytest.approx([0, 0.2, 0.4])
    assert batch.rgb[:, 8, 8, 0].tolist() == [40, 120, 250]


def test_the_transparent_parts_of_a_gif_are_white(tmp_path: Path) -> None:
    first, second = Image.new("P", (8, 8), 1), Image.new("P", (8, 8), 1)
    for image in (first, second):
        image.putpalette([0, 0, 0, 10, 20, 30])
        image.putpixel((0, 0), 0)
    second.putpixel((7, 7), 0)
    first.save(
        tmp_path / "a.gif", save_all=True, append_images=[second], transparency=0, duration=100
    )
    batch = next(frames(tmp_path / "a.gif"))
    assert (batch.rgb[0, 0, 0].tolist(), batch.rgb[0, 4, 4].tolist()) == (
        [255, 255, 255],
        [10, 20, 30],
    )


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (10000, 10000)).save(tmp_path / "a.png")
    with pytest.raises(TooLargeVideoError, match="10000x10000"):
        probe(tmp_path / "a.png", max_pixels=10**6)


@pytest.mark.parametrize("max_pixels", [None, 10**6])
def test_a_picture_beyond_what_pillow_takes_is_too_large(
    tmp_path: Path, max_pixels: int | None
) -> None:
    Image.new("1", (16000, 16000)).save(tmp_path / "a.png")
    with pytest.raises(TooLargeVideoError, match="more than"):
        probe(tmp_path / "a.png", max_pixels=max_pixels)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_cut_picture_is_unreadable(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:1500])
    with pytest.raises(UnreadableVideoError, match="damaged"):
        list(frames(tmp_path / name))
