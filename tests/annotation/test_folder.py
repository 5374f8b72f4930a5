"""Videos of results are annotated, each once, and nothing is drawn over another file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_array_equal

from tests.support.clips import write_clip
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.annotation.folder import Annotated, annotate
from videoemo.annotation.style import Style
from videoemo.annotation.task import prepare
from videoemo.errors import InputError
from videoemo.records import Clip
from videoemo.results import load_results
from videoemo.runs.job import Job
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow
from videoemo.video import find_encoder, frames, probe

N, SIZE = 10, (640, 360)


class Told:
    """What a run says of its progress."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.shares: list[float] = []

    def begin(self, sizes: Mapping[str, int]) -> None: ...

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        self.shares.append(share)

    def end(self, row: VideoRow) -> None:
        if row.failed:
            self.notices.append(row.error)

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def stderr_line(self, line: str) -> None: ...


def clip(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_clip(path, n=N, size=SIZE, options={"bf": "0"})


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """Results of one video, videos/a.mp4."""
    video = MadeUp(two_persons(N), clip(tmp_path / "videos" / "a.mp4"))
    return write_results(tmp_path / "results", {"a.mp4": video})


def run(scored: Path, *, redo: bool = False, **style: object) -> tuple[Annotated, Told]:
    told = Told()
    out = scored.parent / "out"
    done = annotate(load_results(scored), out, Style(**style), progress=told, redo=redo)  # type: ignore[arg-type]
    return done, told


def pictures(path: Path) -> npt.NDArray[np.uint8]:
    return np.concatenate([batch.rgb for batch in frames(path)])


def test_a_video_has_boxes_where_the_table_has_faces_and_its_own_times(scored: Path) -> None:
    done, told = run(scored)
    source, video = scored.parent / "videos" / "a.mp4", scored.parent / "out" / "a.mp4" / done.file
    assert (done.file, len(done.rows), done.failures) == ("annotated.mp4", 1, [])
    assert (done.rows[0].frames, done.rows[0].faces, done.rows[0].error) == (N, 18, "")
    assert_array_equal(probe(video).seconds, probe(source).seconds)
    changed = np.abs(pictures(video).astype(int) - pictures(source)).max(axis=3) > 90
    assert changed[:, :60, :140].any(axis=(1, 2)).all()
    assert not changed[:, 120:].any()
    assert told.shares[-1] == 1


@pytest.mark.usefixtures("workers")
def test_what_is_done_is_done_once_for_each_style(scored: Path) -> None:
    run(scored)
    video = scored.parent / "out" / "a.mp4" / "annotated.mp4"
    before = video.stat().st_mtime_ns
    done, told = run(scored)
    assert (done.before, told.notices) == (1, [])
    assert video.stat().st_mtime_ns == before
    video.write_bytes(video.read_bytes()[:-100])
    _, told = run(scored)
    assert told.notices == [
        "1 video is done again: annotated.mp4 is damaged (it was cut off) (a.mp4)"
    ]
    summary = scored / "a.mp4" / "summary.json"
    content = json.loads(summary.read_text())
    content["key"]["settings"]["min_face"] = 60
    summary.write_text(json.dumps(content))
    _, told = run(scored, bars=True)
    assert told.notices == [
        "1 video is done again: the results of the video have changed; bars was False, is True"
    ]


@pytest.mark.usefixtures("workers")
def test_nothing_is_drawn_over_a_video_that_is_gone_or_another_one(tmp_path: Path) -> None:
    videos = {
        name: MadeUp(two_persons(N), clip(tmp_path / "videos" / name))
        for name in ("changed.mp4", "gone.mp4", "there.mp4")
    }
    picture = MadeUp(rows([(0, 0.0, 0, 0.5)]), tmp_path / "p.png")
    failures = [Failure("f.mp4", "probe", "EmptyVideoError", "it holds no video")]
    scored = write_results(tmp_path / "results", {"p.png": picture, **videos}, failures=failures)
    videos["gone.mp4"].path.unlink()
    write_clip(videos["changed.mp4"].path, n=N + 5, size=SIZE)
    done, told = run(scored)
    assert [row.video for row in done.rows] == ["there.mp4"]
    assert [failure.video for failure in done.failures] == ["changed.mp4", "gone.mp4"]
    changed, gone = (failure.message for failure in done.failures)
    assert "is not the video that was scored: it had" in changed
    assert "it was moved, renamed or removed" in gone
    assert told.notices == [
        f"failed: changed.mp4: {changed}",
        f"failed: gone.mp4: {gone}",
        "1 picture left out: only videos are annotated",
        "1 video left out that could not be scored",
    ]
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        *("errors.csv", "there.mp4"),
    ]
    with (out / "errors.csv").open(newline="") as file:
        assert [row["video"] for row in csv.DictReader(file)] == ["changed.mp4", "gone.mp4"]


def work(scored: Path, name: str) -> VideoRow | Failure:
    """One video annotated in this process."""
    folder = scored.parent / "work"
    folder.mkdir()
    source = load_results(scored).video(name).source()
    assert source.path is not None
    do = prepare(scored, Style(), find_encoder(), None)
    result = do(Job(Clip(source.path, name), folder, {}), lambda n, share: None)
    assert isinstance(result, VideoRow | Failure)
    return result


def test_a_video_whose_frames_are_others_than_those_scored_is_refused(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4")
    scored = write_results(tmp_path / "results", {"a.mp4": MadeUp(two_persons(N + 1), path)})
    result = work(scored, "a.mp4")
    assert isinstance(result, Failure)
    assert result.message == f"{path}: its frames are not those that were scored: score it again"
    assert list((tmp_path / "work").iterdir()) == []


def test_a_video_without_a_face_is_written_and_that_is_said(tmp_path: Path) -> None:
    none = rows([(i, i * 0.04, None, 0.0) for i in range(N)])
    path = clip(tmp_path / "a.mp4")
    result = work(write_results(tmp_path / "results", {"a.mp4": MadeUp(none, path)}), "a.mp4")
    assert isinstance(result, VideoRow)
    assert result.error == "no face was found in it: nothing is drawn"
    assert_array_equal(pictures(tmp_path / "work" / "annotated.mp4").shape, (N, 360, 640, 3))


def test_results_of_pictures_alone_are_refused(tmp_path: Path) -> None:
    picture = MadeUp(rows([(0, 0.0, 0, 0.5)]), tmp_path / "p.png")
    with pytest.raises(InputError, match=r"p\.png: a picture, not a video"):
        run(write_results(tmp_path / "results", {"p.png": picture}))


def test_a_person_who_is_not_there_cannot_be_spared(scored: Path) -> None:
    done, told = run(scored, cover="others", spare=(0, 3))
    said = "there is no track 3 to spare: its 2 tracks are 0, 1"
    assert [failure.message for failure in done.failures] == [said]
    assert told.notices == [f"failed: a.mp4: {said}"]


def test_a_folder_of_results_is_no_place_for_videos(scored: Path) -> None:
    before = sorted(scored.rglob("*"))
    with pytest.raises(InputError, match="holds the results of a run of score: give another"):
        annotate(load_results(scored), scored, Style(), progress=Told())
    assert sorted(scored.rglob("*")) == before


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ({"cover": "others"}, "others than whom are to be covered"),
        ({"spare": (0,)}, "--spare says how faces are covered: give --cover"),
        ({"mosaic": True}, "--mosaic says how faces are covered: give --cover"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(style: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Style(**style)  # type: ignore[arg-type]
