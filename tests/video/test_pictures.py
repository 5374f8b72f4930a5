"""Pictures, and folders of them, as videos."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import number, picture
from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError, VideoError
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


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("huge") / "a.png"
    Image.new("1", (16000, 16000)).save(path)
    return path


@pytest.mark.parametrize("max_pixels", [None, 10**6])
def test_a_picture_beyond_what_pillow_takes_is_too_large(
    huge: Path, max_pixels: int | None
) -> None:
    with pytest.raises(TooLargeVideoError, match="more than"):
        probe(huge, max_pixels=max_pixels)


SUFFIXES = ("avif", "bmp", "jp2", "jpg", "png", "ppm", "tif", "webp")


@pytest.mark.parametrize("length", [20, 300, 1500])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_cut_picture_is_called_damaged(tmp_path: Path, suffix: str, length: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(UnreadableVideoError, match="the picture is damaged or cut off"):
        list(frames(path))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_picture_with_flipped_bytes_is_read_or_said_to_be_none(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    others = [Image.fromarray(picture(2))] if suffix in ("avif", "png", "tif", "webp") else []
    options: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
    Image.fromarray(picture(1)).save(path, **options)
    whole = path.read_bytes()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for at in rng.integers(min(len(data), 400 if seed % 2 else len(data)), size=3):
            data[at] = rng.integers(256)
        path.write_bytes(data)
        with suppress(VideoError):
            list(frames(path, max_pixels=10**7))


def test_an_error_of_the_system_is_not_taken_for_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(picture(1)).save(tmp_path / "a.png")

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(InputError, match=r"a\.png: cannot read it: Input/output error"):
        probe(tmp_path / "a.png")
