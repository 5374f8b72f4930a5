"""A folder of results is read back as it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import videoemo
from tests.support.results import COLUMNS, MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.errors import InputError
from videoemo.results import Results
from videoemo.tables.summary import Failure

BROKEN = Failure("b/broken.mp4", "probe", "UnreadableVideoError", "no decoder can open it")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    videos = {
        "a/one.mp4": MadeUp(two_persons(), cuts=(1.0,)),
        "a/two.mp4": MadeUp(two_persons(20)),
        "z/nobody.mp4": MadeUp(rows([(i, i / 25, None, 0.0) for i in range(5)])),
    }
    return write_results(tmp_path_factory.mktemp("run") / "out", videos, failures=[BROKEN])


@pytest.fixture
def results(out: Path) -> Results:
    return videoemo.load_results(out)


def test_every_video_is_listed_and_those_that_failed_say_why(results: Results) -> None:
    assert [row.video for row in results.rows] == [
        *("a/one.mp4", "a/two.mp4", "z/nobody.mp4"),
        "b/broken.mp4",
    ]
    assert results.failures == [BROKEN]
    assert [one.name for one in results.scored] == ["a/one.mp4", "a/two.mp4", "z/nobody.mp4"]
    assert (results.columns, results.summary["videos"]) == (COLUMNS, 4)


def test_listing_reads_no_table_of_a_video(tmp_path: Path) -> None:
    out = write_results(tmp_path, {name: MadeUp(two_persons(10)) for name in ("a.mp4", "b.mp4")})
    for path in [*out.rglob("*.parquet"), *out.glob("*/*.csv"), out / "b.mp4" / "summary.json"]:
        path.unlink()
    results = videoemo.load_results(out)
    assert [one.row.faces for one in results.scored] == [18, 18]
    assert len(results.videos) == 2


def test_the_results_of_a_video_are_what_was_written(results: Results) -> None:
    table, video = two_persons(), results.video("a/one.mp4")
    np.testing.assert_array_equal(video.table.probabilities, table.probabilities)
    assert (video.width, video.height, video.cuts) == (640, 360, (1.0,))
    assert video.step == pytest.approx(0.04)
    assert video.pipeline.tracking.min_run == 0.2
    assert video.smoothed.smoothed == 0.2
    assert [(one.track, one.expression) for one in video.episodes] == [
        *((0, "sadness"), (0, "happiness")),
        *((1, "happiness"), (1, "happiness")),  # a cut parts them
    ]
    assert video.group is not None
    assert video.group["faces"].tolist() == [2] * 40 + [1] * 10


def test_tables_of_all_videos_name_the_video_of_each_row(results: Results) -> None:
    assert list(results.videos["status"]) == ["ok", "ok", "ok", "failed"]
    assert results.faces.groupby("video").size().to_dict() == {
        "a/one.mp4": 90,
        "a/two.mp4": 36,
        "z/nobody.mp4": 5,
    }
    assert list(results.tracks[["video", "track"]].itertuples(index=False, name=None)) == [
        *(("a/one.mp4", 0), ("a/one.mp4", 1)),
        *(("a/two.mp4", 0), ("a/two.mp4", 1)),
    ]
    assert list(results.expressions.columns) == [
        *("video", "track", "expression", "start", "stop", "frames", "mean")
    ]
    assert results.group.groupby("video").size()["z/nobody.mp4"] == 5


def test_a_run_in_which_all_failed_has_tables_without_a_row(tmp_path: Path) -> None:
    results = videoemo.load_results(write_results(tmp_path, {}, failures=[BROKEN]))
    assert [
        len(getattr(results, name)) for name in ("faces", "tracks", "expressions", "group")
    ] == [*(0, 0, 0, 0)]
    assert list(results.faces.columns[:3]) == ["video", "frame", "seconds"]
    assert list(results.expressions.columns[:2]) == ["video", "track"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("b/broken.mp4", "b/broken.mp4 could not be scored: no decoder can open it"),
        ("one.mp4", "did you mean 'a/one.mp4'?"),
        ("qqqqqq", "it has 3 videos: a/one.mp4, a/two.mp4, z/nobody.mp4"),
    ],
)
def test_a_video_that_is_not_there_is_told_in_one_line(
    results: Results, name: str, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        results.video(name)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
