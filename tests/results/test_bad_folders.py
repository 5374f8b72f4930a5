"""What is no folder of results, is damaged, or was made by somebody who means no good: one line
says so, no link is followed, and no table is taken for that of another video.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import videoemo
from tests.support.damage import evil_json, mutated, rewrite
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import CLASSES, rows
from videoemo.errors import InputError
from videoemo.results import Results, VideoResults
from videoemo.runs.state.paths import STATE_FOLDER
from videoemo.tables.faces import write_faces
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.videos import VideoRow, write_videos
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    videos = {"a.mp4": MadeUp(two_persons(20)), "b.mp4": MadeUp(two_persons(10))}
    return write_results(tmp_path_factory.mktemp("run") / "out", videos)


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "out"))


def refused(read: Callable[[], object]) -> str:
    """The one line with which something is refused."""
    with pytest.raises(InputError) as caught:
        read()
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 1000
    return line


def change_summary(out: Path, **changes: Any) -> None:
    path = out / "a.mp4" / "summary.json"
    write_json(path, read_object(path) | changes)


def everything(video: VideoResults) -> list[object]:
    names = ("pipeline", "width", "height", "cuts", "table", "tracks", "episodes", "group")
    return [getattr(video, name) for name in names]


def read_all(out: Path) -> None:
    """Read all there is; what cannot be read is told in one line."""
    told = []
    try:
        video = videoemo.load_results(out).scored[0]
        for name in ("pipeline", "cuts", "width", "leads", "tracks", "episodes", "group"):
            try:
                getattr(video, name)
            except InputError as exc:
                told.append(str(exc))
        video.source()
    except InputError as exc:
        told.append(str(exc))
    assert not any("\n" in line for line in told)


@pytest.mark.parametrize(
    "name", ["faces.parquet", "tracks.csv", "expressions.csv", "group.parquet", "summary.json"]
)
def test_damaged_bytes_are_told_or_do_no_harm(out: Path, name: str) -> None:
    path = out / "a.mp4" / name
    for content in mutated(path.read_bytes(), seed=31, n=18):
        rewrite(path, content)
        read_all(out)


def test_damaged_bytes_of_the_table_of_videos_are_told_or_do_no_harm(out: Path) -> None:
    for content in mutated((out / "videos.csv").read_bytes(), seed=32, n=18):
        rewrite(out / "videos.csv", content)
        read_all(out)


def test_evil_values_in_a_summary_are_told_or_do_no_harm(out: Path) -> None:
    path = out / "a.mp4" / "summary.json"
    for text in evil_json(read_object(path), seed=33, n=60):
        rewrite(path, text.encode())
        read_all(out)


def test_a_folder_without_results_says_what_to_give(tmp_path: Path) -> None:
    assert "no videos.csv" in refused(lambda: videoemo.load_results(tmp_path))
    assert "no folder" in refused(lambda: videoemo.load_results(tmp_path / "gone"))
    assert "no folder" in refused(lambda: videoemo.load_results("a\0b"))
    (tmp_path / "a.mp4").write_text("a video")
    assert "no folder" in refused(lambda: videoemo.load_results(tmp_path / "a.mp4"))


def test_the_folder_of_one_video_is_told_from_that_of_a_run(out: Path) -> None:
    line = refused(lambda: videoemo.load_results(out / "a.mp4"))
    assert "holds the results of one video: give the folder above" in line


def test_results_of_a_run_that_was_interrupted_say_how_it_goes_on(out: Path) -> None:
    (out / "videos.csv").unlink()
    line = refused(lambda: videoemo.load_results(out))
    assert "run `score` again with the same -o, and it goes on where it was interrupted" in line


def test_a_run_that_has_just_begun_is_told_as_interrupted(tmp_path: Path) -> None:
    (tmp_path / STATE_FOLDER).mkdir()
    assert "interrupted" in refused(lambda: videoemo.load_results(tmp_path))
    (tmp_path / STATE_FOLDER).rmdir()
    mark_results_folder(tmp_path)
    assert "interrupted" in refused(lambda: videoemo.load_results(tmp_path))


def test_results_of_another_version_are_told(out: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        path = out / name / "summary.json"
        content = read_object(path)
        content["key"]["settings"]["schema"] = 3
        write_json(path, content)
    line = refused(lambda: videoemo.load_results(out))
    assert "made by another version of videoemo (tables of version 3, here" in line


def test_a_table_of_videos_with_other_columns_is_told(out: Path) -> None:
    (out / "videos.csv").write_text("name,happiness\na.mp4,0.5\n")
    line = refused(lambda: videoemo.load_results(out))
    assert "is no table of this version of videoemo (column 1: expected 'video'" in line


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("summary.json", lambda video: video.pipeline),
        ("faces.parquet", lambda video: video.smoothed),
        ("tracks.csv", lambda video: video.tracks),
        ("expressions.csv", lambda video: video.episodes),
        ("group.parquet", lambda video: video.group),
    ],
)
@pytest.mark.parametrize("damage", ["gone", "cut", "folder", "link"])
def test_a_damaged_table_is_named_and_the_other_videos_are_read(
    out: Path, name: str, read: Callable[[VideoResults], object], damage: str
) -> None:
    path = out / "a.mp4" / name
    content = path.read_bytes()
    path.unlink()
    match damage:
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "folder":
            path.mkdir()
        case "link":
            (out / "elsewhere").write_bytes(content)
            path.symlink_to(out / "elsewhere")
    results = videoemo.load_results(out)
    line = refused(lambda: read(results.video("a.mp4")))
    assert "a.mp4" in line
    assert name in line or (name == "summary.json" and damage == "gone")
    everything(results.video("b.mp4"))


def test_no_link_in_place_of_a_folder_is_followed(out: Path) -> None:
    (out / "a.mp4").rename(out.parent / "elsewhere")
    (out / "a.mp4").symlink_to(out.parent / "elsewhere")
    video = videoemo.load_results(out).video("a.mp4")
    assert "its folder is a link" in refused(lambda: video.folder)
    assert "its folder is a link" in refused(lambda: video.table)


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/../b", "./a", "a\0"])
def test_a_name_that_leaves_the_folder_is_refused(out: Path, name: str) -> None:
    shutil.copytree(out / "a.mp4", out.parent / "evil")
    row = VideoRow(video=name, frames=1, face_frames=1, faces=1)
    write_videos([row, VideoRow(video="b.mp4")], CLASSES, out / "videos.csv")
    video = videoemo.load_results(out).scored[0]
    assert "cannot be that of a folder of results" in refused(lambda: video.folder)
    assert "cannot be that of a folder of results" in refused(lambda: video.table)


def test_the_tables_of_another_video_are_not_taken_for_this_ones(out: Path) -> None:
    for path in (out / "b.mp4").iterdir():
        if path.name != "summary.json":
            shutil.copyfile(path, out / "a.mp4" / path.name)
    video = videoemo.load_results(out).video("a.mp4")
    assert "frames: expected 20 as in videos.csv, got 10" in refused(lambda: video.table)
    shutil.copyfile(out / "b.mp4" / "summary.json", out / "a.mp4" / "summary.json")
    video = videoemo.load_results(out).video("a.mp4")
    assert "video: expected 'a.mp4', got 'b.mp4'" in refused(lambda: video.summary)


def test_a_video_that_a_later_run_scored_otherwise_before_it_was_interrupted_is_told(
    out: Path,
) -> None:
    change_summary(out, frames=10, face_frames=10)
    line = refused(lambda: videoemo.load_results(out).video("a.mp4").summary)
    assert "frames: 10 in summary.json, 20 in videos.csv, as where a later run was" in line


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"width": "640"}, "width: expected pixels, got '640'"),
        ({"height": 0}, "height: expected pixels, got 0"),
        ({"cuts": [2.0, 1.0]}, "cuts: expected times that do not fall"),
        ({"cuts": "0"}, "cuts: expected seconds, got '0'"),
        ({"cuts": [True]}, "cuts: expected seconds, got [True]"),
        ({"pipeline": []}, "pipeline: expected tables, got []"),
        ({"pipeline": {"tracking": {"min_run": -1}}}, "pipeline"),
    ],
)
def test_a_summary_that_lies_is_told(out: Path, changes: dict[str, Any], expected: str) -> None:
    change_summary(out, **changes)
    video = videoemo.load_results(out).video("a.mp4")
    assert expected in refused(lambda: everything(video))


@pytest.mark.parametrize(
    "changes",
    [{"path": None}, {"path": "a.mp4"}, {"path": "/a\0"}, {"path": 1}, {"relative_path": ["a"]}],
)
def test_a_summary_that_names_no_video_is_told(out: Path, changes: dict[str, Any]) -> None:
    change_summary(out, **changes)
    assert "path: expected" in refused(videoemo.load_results(out).video("a.mp4").source)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("a.mp4,ok,,1,20,30,36,1,0,,0.5,0.5", "face_frames"),
        ("a.mp4,ok,,1,20,20,36,1,0,,1e300,0.5", "happiness"),
        ("a.mp4,ok,,1,20,20,36,1,0,rage,0.5,0.5", "dominant"),
        ("a.mp4,ok,,nan,20,20,36,1,0,,0.5,0.5", "seconds"),
        ("a.mp4,well,,1,20,20,36,1,0,,0.5,0.5", "status"),
        ("a.mp4,ok,,1,20,20,36,1,0,,0.5,0.5\na.mp4,ok,,1,20,20,36,1,0,,0.5,0.5", "video"),
    ],
)
def test_a_table_of_videos_that_lies_is_told(out: Path, row: str, column: str) -> None:
    heading = (out / "videos.csv").read_text().splitlines()[0]
    (out / "videos.csv").write_text(f"{heading}\n{row}\n")
    line = refused(lambda: videoemo.load_results(out))
    assert f"({column}: " in line


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([(0, 1.0, 0, 0.5), (1, 0.5, 0, 0.5)], "seconds"),
        ([(0, 1.0, 0, 0.5), (0, 1.5, 1, 0.5)], "seconds"),
        ([(0, 0.0, 3, 0.5), (0, 0.0, 3, 0.5)], "track"),
    ],
)
def test_faces_in_an_impossible_order_are_told(
    tmp_path: Path, given: list[tuple[int, float, int, float]], expected: str
) -> None:
    out = write_results(tmp_path, {"a.mp4": MadeUp(two_persons(10))})
    write_faces(rows(given), out / "a.mp4" / "faces.parquet")
    line = refused(lambda: videoemo.load_results(out).video("a.mp4").table)
    assert f"faces.parquet: {expected}: expected" in line


def test_failures_that_are_others_than_those_of_the_videos_are_told(out: Path) -> None:
    write_videos([VideoRow(video="b.mp4", status="failed")], CLASSES, out / "videos.csv")
    results = videoemo.load_results(out)
    assert "errors.csv" in refused(lambda: results.failures)
    (out / "errors.csv").write_text("video,stage,kind,message\na.mp4,probe,X,no\n")
    assert "it names other videos" in refused(lambda: videoemo.load_results(out).failures)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_no_pipe_is_waited_for(out: Path) -> None:
    (out / "a.mp4" / "faces.parquet").unlink()
    os.mkfifo(out / "a.mp4" / "faces.parquet")
    assert "no regular file" in refused(lambda: videoemo.load_results(out).video("a.mp4").table)
    (out / "videos.csv").unlink()
    os.mkfifo(out / "videos.csv")
    assert "no regular file" in refused(lambda: videoemo.load_results(out))


def test_a_table_that_asks_for_much_memory_is_not_unpacked(out: Path) -> None:
    n = 20_000_000  # zeros, which take no place in the file
    table = two_persons(10).to_arrow()
    big = pa.table(
        {name: pa.array(np.zeros(n, np.int8)).cast(pa.int64()) for name in table.column_names[:1]}
    )
    pyarrow.parquet.write_table(big, out / "a.mp4" / "faces.parquet")
    line = refused(lambda: videoemo.load_results(out).video("a.mp4").table)
    assert "bytes of memory, allowed are" in line


@pytest.mark.parametrize("name", ["videos.csv", "a.mp4/tracks.csv", "a.mp4/expressions.csv"])
def test_a_table_of_gigabytes_is_not_read(out: Path, name: str) -> None:
    with (out / name).open("r+b") as file:
        file.truncate(2**30)  # a hole, which takes no place on the disk

    def read() -> object:
        video = videoemo.load_results(out).video("a.mp4")
        return video.tracks, video.episodes

    assert "it has 1,073,741,824 bytes, allowed are" in refused(read)


def test_results_can_be_named_by_a_link_to_their_folder(out: Path) -> None:
    (out.parent / "link").symlink_to(out)
    results: Results = videoemo.load_results(out.parent / "link")
    everything(results.video("a.mp4"))
