"""Pictures that move: all their frames, at their own times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import number, picture
from videoemo.errors import UnreadableVideoError
from videoemo.video import frames, probe, sample


def write_animation(path: Path, n: int = 6, *, duration: int | list[int] = 100) -> Path:
    first, *others = [Image.fromarray(picture(i)) for i in range(n)]
    first.save(path, save_all=True, append_images=others, duration=duration, lossless=True)
    return path


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "avif"])
def test_all_frames_of_a_moving_picture_come_at_their_times(tmp_path: Path, suffix: str) -> None:
    path = write_animation(tmp_path / f"a.{suffix}")
    batches = list(frames(path))
    assert [number(rgb) for batch in batches for rgb in batch.rgb] == list(range(6))
    seconds = [float(s) for batch in batches for s in batch.seconds]
    assert seconds == pytest.approx([i / 10 for i in range(6)])
    assert probe(path).duration == pytest.approx(0.6)
    assert probe(path).remarks == ()


def test_an_animated_webp_has_the_times_that_its_frames_say(tmp_path: Path) -> None:
    path = write_animation(tmp_path / "a.webp", duration=[40, 500, 0, 60, 60, 60])
    # As browsers do with a frame of no duration.
    assert probe(path).seconds.tolist() == [0.0, 0.04, 0.54, 0.64, 0.7, 0.76]
    assert probe(path).duration == pytest.approx(0.82)


def test_an_animated_webp_is_sampled_as_a_video(tmp_path: Path) -> None:
    path = write_animation(tmp_path / "a.webp", n=12)
    (batch,) = frames(path, fps=5, start=0.2)
    assert batch.index.tolist() == [2, 4, 6, 8, 10]
    assert [number(rgb) for rgb in batch.rgb] == [2, 4, 6, 8, 10]
    assert sample(probe(path).seconds, every=4).tolist() == [0, 4, 8]


def test_transparent_parts_of_an_animated_webp_are_white(tmp_path: Path) -> None:
    clear, red = (Image.new("RGBA", (16, 16), colour) for colour in ("#0000", "red"))
    clear.save(tmp_path / "a.webp", save_all=True, append_images=[red], duration=50, lossless=True)
    (batch,) = frames(tmp_path / "a.webp")
    assert batch.rgb[:, 8, 8].tolist() == [[255, 255, 255], [255, 0, 0]]


def test_a_cut_animated_webp_is_damaged(tmp_path: Path) -> None:
    path = write_animation(tmp_path / "a.webp")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableVideoError, match="the picture is damaged or cut off"):
        list(frames(path))


@pytest.mark.parametrize("exif", [Image.Exif(), {0x010F: "some camera"}], ids=["", "EXIF"])
def test_pictures_of_jpeg_one_after_the_other_are_a_video(
    tmp_path: Path, exif: dict[int, str]
) -> None:
    tags = Image.Exif()
    tags.update(exif)
    path = tmp_path / "a.mjpeg"
    for i in range(5):
        Image.fromarray(picture(i)).save(tmp_path / "one.jpg", quality=95, exif=tags)
        with path.open("ab") as file:
            file.write((tmp_path / "one.jpg").read_bytes())
    assert [number(rgb) for batch in frames(path) for rgb in batch.rgb] == list(range(5))


def test_a_preview_behind_a_photograph_is_no_second_frame(tmp_path: Path) -> None:
    Image.fromarray(picture(1)).save(tmp_path / "a.jpg")
    Image.fromarray(picture(1, size=(32, 24))).save(tmp_path / "small.jpg")
    with (tmp_path / "a.jpg").open("ab") as file:
        file.write((tmp_path / "small.jpg").read_bytes())
    assert probe(tmp_path / "a.jpg").n_frames == 1


def test_the_second_view_of_an_mpo_is_no_second_frame_and_is_told(tmp_path: Path) -> None:
    left, right = (Image.fromarray(picture(i)) for i in (1, 2))
    left.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[right])
    (batch,) = frames(tmp_path / "a.jpg")
    assert [number(rgb) for rgb in batch.rgb] == [1]
    assert probe(tmp_path / "a.jpg").remarks == (
        "it holds 2 pictures of one moment (MPO): the first is scored",
    )


def test_further_pages_of_a_tiff_are_told(tmp_path: Path) -> None:
    pages = [Image.fromarray(picture(i)) for i in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    (batch,) = frames(tmp_path / "a.tif")
    assert [number(rgb) for rgb in batch.rgb] == [0]
    (remark,) = probe(tmp_path / "a.tif").remarks
    assert remark.startswith("it holds several pages without times: the first is scored")


def test_a_film_behind_a_photograph_is_told(tmp_path: Path, clip: Path) -> None:
    Image.fromarray(picture(3)).save(tmp_path / "a.jpg")
    with (tmp_path / "a.jpg").open("ab") as file:
        file.write(clip.read_bytes())
    (batch,) = frames(tmp_path / "a.jpg")
    assert number(batch.rgb[0]) == 3
    assert "motion photo" in probe(tmp_path / "a.jpg").remarks[0]


def test_a_plain_picture_has_nothing_to_be_told(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.bmp"):
        Image.fromarray(np.asarray(picture(3))).save(tmp_path / name)
        assert probe(tmp_path / name).remarks == ()
