from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.support.layouts import make
from videoemo.datasets.clips import find_clips
from videoemo.errors import InputError


def ids(*paths: Path, **options: object) -> list[str]:
    return [clip.id for clip in find_clips(paths, **options)]  # type: ignore[arg-type]


def test_a_folder_is_searched_through_in_path_order_and_ids_mirror_it(tmp_path: Path) -> None:
    make(tmp_path, "b.mp4", "a/z.MOV", "a/y.jpg", "notes.txt", ".hidden.mp4", "ä ö/ü.avi")
    assert ids(tmp_path) == ["a/y.jpg", "a/z.MOV", "b.mp4", "ä ö/ü.avi"]


def test_the_same_stem_twice_does_not_collide(tmp_path: Path) -> None:
    assert ids(make(tmp_path, "a.mp4", "a.avi", "sub/a.mp4")) == ["a.avi", "a.mp4", "sub/a.mp4"]


def test_several_paths_stand_under_their_own_names(tmp_path: Path) -> None:
    make(tmp_path, "one/a.mp4", "two/a.mp4", "c.mp4")
    assert ids(tmp_path / "one", tmp_path / "two", tmp_path / "c.mp4") == [
        "one/a.mp4",
        "two/a.mp4",
        "c.mp4",
    ]


def test_paths_of_the_same_name_are_told_apart_by_where_they_lie(tmp_path: Path) -> None:
    make(tmp_path, "x/day/a.mp4", "y/day/a.mp4")
    assert ids(tmp_path / "x" / "day", tmp_path / "y" / "day") == ["x/day/a.mp4", "y/day/a.mp4"]


def test_a_video_named_twice_is_taken_once(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    assert ids(tmp_path, tmp_path / "a.mp4") == [f"{tmp_path.name}/a.mp4"]


def test_a_file_named_outright_is_tried_whatever_it_is_called(tmp_path: Path) -> None:
    assert ids(make(tmp_path, "a.dat") / "a.dat") == ["a.dat"]


def test_results_of_an_earlier_run_are_not_looked_into(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", "out/a.mp4/timeline.png")
    assert ids(tmp_path, exclude=tmp_path / "out") == ["a.mp4"]


def test_a_dangling_link_is_found_so_that_it_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    assert ids(tmp_path) == ["gone.mp4"]


def test_a_link_to_a_folder_above_does_not_go_round_for_ever(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    (tmp_path / "up").symlink_to(tmp_path)
    assert ids(tmp_path) == ["a.mp4"]


def test_a_folder_of_numbered_pictures_is_one_video_only_when_asked(tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for i in range(3):
        Image.new("RGB", (8, 8)).save(shots / f"{i:03}.png")
    assert ids(tmp_path) == ["shots/000.png", "shots/001.png", "shots/002.png"]
    assert ids(tmp_path, picture_folders=True) == ["shots"]
    assert ids(shots, picture_folders=True) == ["shots"]


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file or folder: '.*nowhere'"):
        find_clips([tmp_path / "nowhere"])


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no video or picture in '.*'; looked for"):
        find_clips([tmp_path])
