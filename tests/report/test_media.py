"""The video itself on its page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import write_clip
from tests.support.names import write_named
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.report.media import Media, show_video
from videoemo.results import load_results
from videoemo.results.video import VideoResults
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object
from videoemo.video import probe


def scored(out: Path, path: Path) -> VideoResults:
    made = MadeUp(two_persons(20), path=path)
    return load_results(write_results(out, {path.name: made})).scored[0]


def shown(tmp_path: Path, path: Path) -> Media:
    return show_video(scored(tmp_path / "out", path))[0]


def test_a_video_that_browsers_play_is_shown_as_it_is(tmp_path: Path) -> None:
    media = shown(tmp_path, write_clip(tmp_path / "a.mp4"))
    assert (media.kind, media.address, media.copy) == ("video", "../../a.mp4", False)
    assert media.boxes


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.avi", {"codec": "mpeg4"}),
        ("a.mkv", {}),
        ("a.mp4", {"pix_fmt": "yuv444p"}),
        ("a.mp4", {"mirrored": True}),
    ],
    ids=["AVI", "MKV", "4:4:4", "mirrored"],
)
def test_of_others_a_copy_is_written_with_the_same_times(
    tmp_path: Path, name: str, how: dict[str, Any]
) -> None:
    path = write_clip(tmp_path / name, **how)
    media = shown(tmp_path, path)
    assert (media.kind, media.address, media.copy) == ("video", "proxy.mp4", True)
    copy = probe(tmp_path / "out" / name / "proxy.mp4")
    assert np.allclose(copy.seconds, probe(path).seconds, atol=1e-6)


def test_a_copy_of_a_clock_that_begins_anywhere_begins_at_0(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.ts", ticks=[5000 + tick for tick in (0, 1, 3, 4)], n=4)
    first = probe(path).seconds[0]
    media = shown(tmp_path, path)
    assert media.start == first > 100
    copy = probe(tmp_path / "out" / "a.ts" / "proxy.mp4")
    assert np.allclose(copy.seconds, [0, 0.04, 0.12, 0.16], atol=1e-6)


def test_where_frames_change_their_size_a_copy_has_all_in_one(tmp_path: Path) -> None:
    results = scored(tmp_path / "out", write_clip(tmp_path / "a.mp4"))
    summary = read_object(results.folder / "summary.json")
    write_json(
        results.folder / "summary.json", summary | {"presentation": {"other_sizes": [[8, 6]]}}
    )
    assert show_video(load_results(tmp_path / "out").scored[0])[0].copy


def test_a_copy_is_written_once_and_again_for_new_results(tmp_path: Path) -> None:
    results = scored(tmp_path / "out", write_clip(tmp_path / "a.mkv"))
    _, path = show_video(results)
    assert path is not None
    os.utime(path, ns=(4_000_000_000 * 10**9,) * 2)
    show_video(results)
    assert path.stat().st_mtime_ns == 4_000_000_000 * 10**9
    os.utime(path, ns=(1, 1))
    show_video(results)
    assert path.stat().st_mtime_ns > 1


def test_a_picture_is_shown_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 48)).save(path)
    one = MadeUp(rows([(0, 0.0, 0, 0.7)]), path=path)
    results = load_results(write_results(tmp_path / "out", {"a.png": one})).scored[0]
    assert show_video(results)[0] == Media("picture", "../../a.png", boxes=True)


def test_a_picture_that_browsers_do_not_show_gets_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (64, 48)).save(path)
    one = MadeUp(rows([(0, 0.0, 0, 0.7)]), path=path)
    results = load_results(write_results(tmp_path / "out", {"a.tif": one})).scored[0]
    assert show_video(results)[0].address == "proxy.jpg"


def test_over_another_file_no_boxes_are_drawn_and_the_page_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4")
    results = scored(tmp_path / "out", path)
    write_clip(path, first=100, n=30)
    media, _ = show_video(results)
    assert (media.kind, media.boxes) == ("video", False)
    assert "is not the video that was scored" in media.notice


def test_another_file_is_not_copied(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv")
    results = scored(tmp_path / "out", path)
    write_clip(path, first=100, n=30)
    media, shown = show_video(results)
    assert (media.kind, shown) == ("none", None)
    assert not (results.folder / "proxy.mp4").exists()


def test_a_video_that_was_moved_is_not_shown_and_the_page_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4")
    results = scored(tmp_path / "out", path)
    path.rename(tmp_path / "b.mp4")
    media, _ = show_video(results)
    assert media.kind == "none"
    assert "moved, renamed or removed" in media.notice


def test_any_name_is_an_address(tmp_path: Path) -> None:
    content = write_clip(tmp_path / "a.mp4").read_bytes()
    path = write_named(tmp_path, "a#b?%41 <img>.mp4", content)
    assert shown(tmp_path, path).address == "../../a%23b%3F%2541%20%3Cimg%3E.mp4"
