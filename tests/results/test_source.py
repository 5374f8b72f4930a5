"""Where a scored video is now, and whether it is still the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import videoemo
from tests.support.results import MadeUp, two_persons, write_results
from videoemo.results import Source


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "videos" / "a.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(range(256)) * 1000)
    return path


@pytest.fixture
def out(video: Path, tmp_path: Path) -> Path:
    return write_results(tmp_path / "work" / "out", {"a.mp4": MadeUp(two_persons(10), path=video)})


def source(out: Path) -> Source:
    found = videoemo.load_results(out).video("a.mp4").source()
    assert "\n" not in found.reason
    return found


def test_a_video_in_its_place_is_the_same(out: Path, video: Path) -> None:
    found = source(out)
    assert (found.status, found.path) == ("same", video)


def test_another_time_of_modification_is_no_change(out: Path, video: Path) -> None:
    os.utime(video, (0, 0))
    assert source(out).status == "same"


def test_a_video_that_was_moved_with_its_results_is_found(out: Path, video: Path) -> None:
    work = video.parents[1]
    moved = work.rename(work.parent / "elsewhere")
    assert source(moved / "out").path == moved / "videos" / "a.mp4"


def test_results_that_were_moved_alone_find_the_video_where_it_was(out: Path, video: Path) -> None:
    moved = out.rename(out.parents[1] / "out")
    assert source(moved).path == video


def test_the_same_video_is_preferred_to_another_one_that_lies_nearer(
    out: Path, video: Path
) -> None:
    copied = Path(shutil.copytree(out.parent, out.parents[1] / "copy"))
    (copied / "videos" / "a.mp4").write_text("another video")
    found = source(copied / "out")
    assert (found.status, found.path) == ("same", video)


def test_a_video_of_another_size_is_another_one(out: Path, video: Path) -> None:
    video.write_text("shorter")
    found = source(out)
    assert (found.status, found.path) == ("changed", video)
    assert "it had 256,000 bytes, and has 7 bytes" in found.reason


def test_a_video_of_the_same_size_with_another_end_is_another_one(out: Path, video: Path) -> None:
    about, content = video.stat(), bytearray(video.read_bytes())
    content[-1] ^= 1
    video.write_bytes(content)
    os.utime(video, ns=(about.st_atime_ns, about.st_mtime_ns))
    found = source(out)
    assert (found.status, found.path) == ("changed", video)
    assert "its content is another one" in found.reason


def test_a_video_that_is_gone_is_missing(out: Path, video: Path) -> None:
    video.unlink()
    found = source(out)
    assert (found.status, found.path) == ("missing", None)
    assert str(video) in found.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_place_of_the_video_is_no_video(out: Path, video: Path) -> None:
    video.unlink()
    os.mkfifo(video)
    assert source(out).status == "missing"


def test_a_folder_of_pictures_is_the_same_with_other_times(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i in range(3):
        (pictures / f"{i}.png").write_bytes(bytes([i]) * 20_000)
    out = write_results(tmp_path / "out", {"a.mp4": MadeUp(two_persons(10), path=pictures)})
    os.utime(pictures / "1.png", (0, 0))
    assert source(out).status == "same"
    (pictures / "1.png").write_bytes(bytes([7]) * 20_000)
    assert source(out).reason.endswith("its content is another one")
    (pictures / "1.png").unlink()
    assert source(out).reason.endswith("it had 3 pictures, and has 2 pictures")
    shutil.rmtree(pictures)
    pictures.write_bytes(bytes(60_000))
    assert source(out).reason.endswith("it was a folder of pictures, and is one file")
