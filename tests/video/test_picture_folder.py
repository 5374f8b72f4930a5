"""Folders of numbered pictures as videos."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from tests.support import heif
from tests.support.clips import number, picture
from videoemo.errors import InputError, UnreadableVideoError
from videoemo.video import frames, probe


def numbered(folder: Path, numbers: Iterable[int], name: str = "f{}.png") -> Path:
    """Pictures that tell the numbers in their names."""
    folder.mkdir(exist_ok=True)
    for i in numbers:
        Image.fromarray(picture(i)).save(folder / name.format(i))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve numbered pictures whose names do not sort by number, and leftovers of systems."""
    for i in range(12):
        Image.fromarray(picture(i)).save(tmp_path / f"frame{i}.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_a_folder_is_a_video_in_the_order_of_its_numbers(folder: Path) -> None:
    (batch,) = frames(folder, fps=4)
    assert [number(rgb) for rgb in batch.rgb] == list(range(12))
    assert batch.seconds.tolist() == [i / 4 for i in range(12)]


def test_every_thins_a_folder(folder: Path) -> None:
    (batch,) = frames(folder, fps=4, every=5)
    assert batch.index.tolist() == [0, 5, 10]


def test_a_folder_can_be_probed_and_read_later(folder: Path) -> None:
    video = probe(folder, fps=4)
    assert (video.n_frames, video.duration) == (12, 3.0)
    assert sum(len(batch) for batch in frames(video)) == 12


def test_a_damaged_picture_of_a_folder_is_missing(folder: Path) -> None:
    (folder / "frame3.png").write_bytes((folder / "frame3.png").read_bytes()[:100])
    assert [int(i) for batch in frames(folder, fps=4) for i in batch.index] == [
        0,
        1,
        2,
        *range(4, 12),
    ]


def test_pictures_of_another_size_are_scaled_to_that_of_the_first(folder: Path) -> None:
    Image.fromarray(picture(5, size=(32, 24))).save(folder / "frame5.png")
    Image.fromarray(picture(6, size=(64, 96))).save(folder / "frame6.png")
    sizes: set[tuple[int, int]] = set()
    (batch,) = frames(folder, fps=4, sizes=sizes)
    assert [number(rgb) for rgb in batch.rgb[:6]] == list(range(6))
    # A high one is half as large, in the middle, between black.
    assert number(batch.rgb[6, :, 16:48]) == 6
    assert not batch.rgb[6, :, :16].any()
    assert sizes == {(64, 48), (32, 24), (64, 96)}


@pytest.mark.parametrize(
    "name",
    ["notes7.txt", "cover.png", "frame007.png"],
    ids=["no picture", "no number", "the same number"],
)
def test_a_folder_with_anything_else_is_refused(folder: Path, name: str) -> None:
    if name.endswith("png"):
        Image.fromarray(picture(0)).save(folder / name)
    else:
        (folder / name).write_text("x")
    with pytest.raises(InputError, match="number"):
        frames(folder, fps=4)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        frames(tmp_path, fps=4)


def test_a_rate_of_zero_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="above 0"):
        frames(folder, fps=0)


def test_where_numbers_are_missing_their_time_passes_and_is_told(tmp_path: Path) -> None:
    video = probe(numbered(tmp_path / "shots", [1, 2, 3, 90]), fps=10)
    assert video.seconds.tolist() == [0.0, 0.1, 0.2, 8.9]
    assert video.duration == 9.0
    assert video.remarks == (
        "by their numbers 86 pictures are missing, after f3.png: their time passes without a frame",
    )


def test_several_holes_are_told_together(tmp_path: Path) -> None:
    (remark,) = probe(numbered(tmp_path / "shots", [1, 2, 4, 5, 8]), fps=10).remarks
    assert remark.startswith("by their numbers 3 pictures are missing, first after f2.png: ")


def test_numbers_that_step_evenly_have_no_holes(tmp_path: Path) -> None:
    video = probe(numbered(tmp_path / "shots", [5, 30, 55, 105]), fps=2)
    assert video.seconds.tolist() == [0.0, 0.5, 1.0, 2.0]
    assert video.remarks[0].startswith("by their numbers 1 picture is missing, after f55.png")
    assert probe(numbered(tmp_path / "even", range(0, 100, 25)), fps=2).remarks == ()


def test_numbers_too_large_to_number_pictures_are_refused(tmp_path: Path) -> None:
    numbered(tmp_path / "shots", [1], "9{}9999999999999999999.png")
    with pytest.raises(InputError, match="too far apart"):
        probe(numbered(tmp_path / "shots", [2]), fps=1)


@pytest.mark.parametrize(
    "damaged", [b"", b"\x89PNG", b"RIFF\x20\0\0\0WEBPVP8X" + bytes(10)], ids=["", "cut", "webp"]
)
def test_a_picture_too_damaged_to_be_known_is_missing(tmp_path: Path, damaged: bytes) -> None:
    shots = numbered(tmp_path / "shots", range(4))
    (shots / "f4.webp").write_bytes(damaged)
    video = probe(shots, fps=10)
    assert (video.n_frames, [len(batch) for batch in frames(video)]) == (5, [4])


def test_the_size_is_that_of_the_first_picture_that_can_be_read(tmp_path: Path) -> None:
    shots = numbered(tmp_path / "shots", range(1, 4))
    (shots / "f0.png").write_bytes(b"")
    assert (probe(shots, fps=10).width, probe(shots, fps=10).n_frames) == (64, 4)


def test_pictures_that_are_all_damaged_are_no_video(tmp_path: Path) -> None:
    (tmp_path / "f0.png").write_bytes(b"")
    with pytest.raises(UnreadableVideoError, match="its pictures are all damaged or cut off"):
        probe(tmp_path, fps=10)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_may_not_be_read_is_missing_and_told(tmp_path: Path) -> None:
    shots = numbered(tmp_path / "shots", range(4))
    (shots / "f2.png").chmod(0)
    video = probe(shots, fps=10)
    assert video.seconds.tolist() == [0.0, 0.1, 0.3]
    assert video.remarks == ("no permission to read f2.png",)


def test_photographs_of_telephones_are_numbered_pictures(tmp_path: Path) -> None:
    for i in range(3):
        heif.write_heif(tmp_path / f"IMG_000{i}.HEIC", picture(i), grid=False)
    assert [number(rgb) for batch in frames(tmp_path, fps=1) for rgb in batch.rgb] == [0, 1, 2]


def test_a_picture_that_moves_is_no_numbered_picture(tmp_path: Path) -> None:
    shots = numbered(tmp_path / "shots", range(2))
    Image.fromarray(picture(0)).save(
        shots / "f2.webp", save_all=True, append_images=[Image.fromarray(picture(1))]
    )
    with pytest.raises(InputError, match=r"f2\.webp is not a numbered picture"):
        probe(shots, fps=10)
