from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.support.layouts import make
from videoemo.datasets.clips import PICTURES, VIDEOS, find_clips
from videoemo.errors import InputError
from videoemo.tables.results_folder import mark_results_folder
from videoemo.video.pictures.pillow import FORMATS


def ids(*paths: Path, **options: object) -> list[str]:
    return [clip.id for clip in find_clips(paths, **options)]  # type: ignore[arg-type]


def notices(*paths: Path, **options: object) -> list[str]:
    lines: list[str] = []
    find_clips(paths, notice=lines.append, **options)  # type: ignore[arg-type]
    return lines


def results(folder: Path, *names: str) -> Path:
    make(folder, *names)
    mark_results_folder(folder)
    return folder


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
    make(tmp_path, "a.mp4")
    results(tmp_path / "out", "a.mp4/timeline.png", "a.mp4/proxy.mp4")
    assert ids(tmp_path, exclude=tmp_path / "out") == ["a.mp4"]
    assert notices(tmp_path, exclude=tmp_path / "out") == []


def test_a_dangling_link_is_found_so_that_it_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    (tmp_path / "self.mp4").symlink_to("self.mp4")
    assert ids(tmp_path) == ["gone.mp4", "self.mp4"]


def test_a_link_to_a_folder_above_does_not_go_round_for_ever(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    (tmp_path / "up").symlink_to(tmp_path)
    assert ids(tmp_path) == ["a.mp4"]


def test_links_among_folders_are_followed_to_each_folder_once(tmp_path: Path) -> None:
    for i in range(8):
        make(tmp_path, f"{i}/v.mp4")
        for j in range(8):
            (tmp_path / f"{i}" / f"to{j}").symlink_to(tmp_path / f"{j}")
    assert len(ids(tmp_path)) == 8


def test_a_folder_of_numbered_pictures_is_one_video_only_when_asked(tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for i in range(3):
        Image.new("RGB", (8, 8)).save(shots / f"{i:03}.png")
    assert ids(tmp_path) == ["shots/000.png", "shots/001.png", "shots/002.png"]
    assert ids(tmp_path, picture_folders=True) == ["shots"]
    assert ids(shots, picture_folders=True) == ["shots"]
    assert notices(shots, picture_folders=True) == []
    assert notices(tmp_path, picture_folders=True) == [
        f"each one video, since fps is given: 1 folder of numbered pictures ({shots})"
    ]


def test_why_a_folder_of_numbered_pictures_is_no_video_is_told(tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for i in range(3):
        Image.new("RGB", (8, 8)).save(shots / f"{i:03}.png")
    (shots / "notes.txt").write_text("x")
    assert len(ids(shots, picture_folders=True)) == 3
    line, _ = notices(shots, picture_folders=True)
    assert line == (
        f"not one video but single pictures: {shots}: notes.txt is not a numbered picture: with "
        "fps a folder must hold nothing else"
    )
    make(tmp_path, "shots/a.mp4")
    assert not any("one video" in line for line in notices(shots, picture_folders=True))


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file or folder: '.*nowhere'"):
        find_clips([tmp_path / "nowhere"])


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no video or picture in '.*': it is empty"):
        find_clips([tmp_path])


def test_a_folder_without_videos_says_what_it_holds(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.TXT", "c.docx")
    with pytest.raises(InputError, match=r"no video or picture in '.*': it holds 2 .txt, 1 .docx;"):
        find_clips([tmp_path])


def test_what_is_not_scored_is_counted_by_suffix_but_for_leftovers_of_systems(
    tmp_path: Path,
) -> None:
    make(tmp_path, "a.mp4", *(f"{i}.txt" for i in range(3)), "x/b.docx", "x/c.DOCX", "s.srt")
    make(tmp_path, "README", "Dr. Who and the rest", "Thumbs.db", ".DS_Store", "._a.mp4", ".a.mp4")
    [line] = notices(tmp_path)
    assert line == "not scored: 3 .txt, 2 .docx, 1 .srt, 1 hidden .mp4, 2 others"
    assert notices(tmp_path / "a.mp4") == []


def test_one_line_lists_ten_kinds_of_file(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", *(f"a.x{i:02}" for i in range(14)))
    [line] = notices(tmp_path)
    assert line.startswith("not scored: 1 .x00, 1 .x01,")
    assert line.endswith("1 .x09, 4 others")


@pytest.mark.parametrize(
    "name",
    [
        *("pi.h264", "drone.265", "x.hevc", "cam.y4m", "camcorder.MOD", "gopro.LRV", "a.m2t"),
        *("a.m2ts", "a.mts", "a.tod", "a.ivf", "a.mxf", "a.dv", "a.ogv", "a.3g2", "a.f4v"),
        *("a.vob", "a.wtv", "a.nut", "a.gif", "a.apng", "a.jfif", "a.jpe", "orl.pgm", "a.ppm"),
        *("a.avif", "a.heic", "a.HEIF"),
    ],
)
def test_files_of_cameras_and_raw_streams_are_found(tmp_path: Path, name: str) -> None:
    assert ids(make(tmp_path, name)) == [name]


def test_every_suffix_of_the_pictures_that_are_read_is_looked_for() -> None:
    Image.init()
    read = {suffix for suffix, kind in Image.registered_extensions().items() if kind in FORMATS}
    assert read <= PICTURES | VIDEOS


def test_suffixes_of_pictures_and_videos_are_told_apart() -> None:
    assert not PICTURES & VIDEOS
    assert all(name == name.lower() and name[0] == "." for name in PICTURES | VIDEOS)


def test_pipes_sockets_and_folders_by_the_name_of_a_video_are_found_so_that_they_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "full.mp4/a.mp4")
    (tmp_path / "empty.mp4").mkdir()
    (tmp_path / "texts.jpg").mkdir()
    make(tmp_path, "texts.jpg/a.txt")
    os.mkfifo(tmp_path / "pipe.mp4")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.mkv")
    expected = ["empty.mp4", "full.mp4/a.mp4", "pipe.mp4", "socket.mkv", "texts.jpg"]
    assert ids(tmp_path) == expected
    assert ids(tmp_path / "empty.mp4") == ["empty.mp4"]


def test_a_folder_that_cannot_be_read_is_found_so_that_it_is_reported(
    tmp_path: Path, unprivileged: Callable[[Path], Path]
) -> None:
    root = unprivileged(make(tmp_path, "open/a.mp4", "shut/b.mp4", "names/c.mp4", "z.mp4"))
    (root / "shut").chmod(0)
    (root / "names").chmod(0o444)  # what is in it can be listed, and not be looked at
    assert ids(root) == ["names/c.mp4", "open/a.mp4", "shut", "z.mp4"]
    assert ids(root / "shut") == ["shut"]
    assert ids(root / "shut" / "b.mp4") == ["b.mp4"]
    assert ids(root, picture_folders=True) == ["names/c.mp4", "open/a.mp4", "shut", "z.mp4"]


def test_folders_far_within_each_other_are_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    deep = 1200
    for _ in range(deep):
        os.mkdir("d")  # noqa: PTH102 - the whole path is longer than a system call takes
        os.chdir("d")
    make(Path(), "a.mp4")
    os.chdir(tmp_path)
    assert [clip.id.count("/") for clip in find_clips([Path()])] == [deep]
    os.chdir("/".join("d" * deep))  # removed here, since pytest's way goes too deep
    Path("a.mp4").unlink()
    for _ in range(deep):
        os.chdir("..")
        os.rmdir("d")  # noqa: PTH106


def test_results_of_any_run_are_no_inputs_and_that_is_said(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.mp4")
    results(tmp_path / "out1", "a.jpg/timeline.png", "overview.png")
    results(tmp_path / "x" / "out3", "overview.png")
    assert ids(tmp_path, exclude=tmp_path / "out2") == ["a.jpg", "b.mp4"]
    [line] = notices(tmp_path, exclude=tmp_path / "out2")
    assert line == (
        f"not searched: 2 folders with results of videoemo ({tmp_path / 'out1'}, "
        f"{tmp_path / 'x' / 'out3'})"
    )


def test_results_without_the_marker_are_known_by_what_only_videoemo_writes_together(
    tmp_path: Path,
) -> None:
    make(tmp_path, "b.mp4", "old/overview.png", "old/summary.json")
    (tmp_path / "old" / "videos.csv").write_text("video,status,error,seconds,frames,faces\n")
    make(tmp_path, *(f"moved/{name}" for name in ("faces.parquet", "summary.json", "group.png")))
    assert ids(tmp_path) == ["b.mp4"]


def test_a_folder_of_ones_own_with_such_names_is_searched(tmp_path: Path) -> None:
    make(tmp_path, "mine/videos.csv", "mine/summary.json", "mine/overview.png", "faces.csv")
    os.mkfifo(tmp_path / "videos.csv")
    make(tmp_path, "summary.json")
    assert ids(tmp_path) == ["mine/overview.png"]


def test_results_among_the_paths_given_are_passed_over_and_change_no_name(tmp_path: Path) -> None:
    make(tmp_path, "in/a.mp4")
    out = results(tmp_path / "out", "overview.png")
    assert ids(tmp_path / "in", out, exclude=out) == ["a.mp4"]
    with pytest.raises(InputError, match=r"; .*out holds results of videoemo.*give the folder of"):
        find_clips([out])


@pytest.mark.parametrize("out", [".", "sub", "sub/deep"])
def test_results_are_refused_a_folder_in_which_there_are_videos(tmp_path: Path, out: str) -> None:
    make(tmp_path, "sub/deep/a.mp4")
    with pytest.raises(InputError, match=r"results go apart from videos, but '.*' holds '.*a.mp4'"):
        find_clips([tmp_path], exclude=tmp_path / out)


def test_results_may_be_above_the_folder_that_is_scored(tmp_path: Path) -> None:
    make(tmp_path, "sub/a.mp4")
    for _ in range(2):
        assert ids(tmp_path / "sub", exclude=tmp_path) == ["a.mp4"]
        results(tmp_path, "overview.png")


def test_a_folder_given_as_dot_has_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "one/a.mp4", "two/b.mp4")
    monkeypatch.chdir(tmp_path / "one")
    assert ids(Path(), Path("../two"), Path("..") / "one") == ["one/a.mp4", "two/b.mp4"]


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_path_that_no_file_can_have_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot look at"):
        find_clips([tmp_path / name])
