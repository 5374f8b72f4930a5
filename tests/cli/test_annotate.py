"""`videoemo annotate`, from a command line to videos."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.support.commands import Run
from videoemo.annotation.search import FoundFaces, search_frames
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.inference.models import load_for_pipeline
from videoemo.video import find_encoder, frames, probe, write_video


@pytest.fixture(scope="module")
def two_faces(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first twelve frames of the demo's clip: two persons."""
    video = probe(demo)
    first = next(frames(demo))[:12]
    path = tmp_path_factory.mktemp("clip") / "two.mp4"
    write_video(path, video, [first], encoder=find_encoder())
    return path


def faces(path: Path, monkeypatch: pytest.MonkeyPatch) -> FoundFaces:
    """The faces of a video, by the detector as it ships."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # nothing is started that would outlive a test
    pipeline = change_pipeline(load_pipeline(), full_search=0.0, pictures=False)
    with load_for_pipeline(pipeline) as networks:
        return search_frames(path, pipeline, networks, progress=lambda n, share: None)


def test_a_video_is_scored_and_its_faces_are_covered_but_for_those_spared(
    two_faces: Path, tmp_path: Path, videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    options = ("--cover", "others", "--spare", 1, "--mosaic")
    status, said, _ = videoemo("annotate", two_faces, "-o", out, *options)
    assert status == 0
    assert "faces covered: 12 in 12 frames\n" in said
    assert "what remains: body, clothes, place; look at the video" in said
    assert (out / "scored" / "videos.csv").exists()
    covered = out / "two.mp4" / "covered.mp4"
    assert_array_equal(probe(covered).seconds, probe(two_faces).seconds)
    assert probe(covered).duration == probe(two_faces).duration
    left = faces(covered, monkeypatch)
    assert left.frame.tolist() == list(range(12))
    assert (left.boxes[:, 0] > 320).all()  # person 1, at the right

    status, _, told = videoemo(
        "annotate", out / "scored", "-o", out, "--cover", "others", "--spare", 7
    )
    assert status == 3
    assert "there is no track 7 to spare: its 2 tracks are 0, 1" in told
    assert covered.exists()  # as it was


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((".", "-o", "out"), "holds no results of a finished run (no videos.csv)"),
        (("none.mp4", "-o", "out"), "none.mp4"),
        (("a.mp4", "-o", "run"), "holds the results of a run of score: give another folder"),
        ((".", "-o", "out", "--pipeline", "a.toml"), "the results tell with which settings"),
        ((".", "-o", "out", "--cover", "others"), "Give those to be spared with --spare TRACK"),
    ],
    ids=["no results", "no file", "no place", "settings twice", "nobody spared"],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path,
    videoemo: Run,
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "videos.csv").touch()
    status, _, told = videoemo("annotate", *given)
    assert status in (1, 2)
    assert said in told
    assert len(told.splitlines()) == 1
    assert not np.any([path.exists() for path in (tmp_path / "out", tmp_path / "run" / "scored")])


@pytest.mark.shared
def test_a_video_whose_only_face_is_spared_is_said_to_be_so(
    shared: Path, tmp_path: Path, videoemo: Run
) -> None:
    source, clip = shared / "media" / "single_face.mp4", tmp_path / "a.mp4"
    write_video(clip, probe(source), [next(frames(source))[:6]], encoder=find_encoder())
    options = ("-o", tmp_path / "out", "--cover", "others", "--spare", 0)
    status, said, _ = videoemo("annotate", clip, *options)
    assert (status, "faces covered: 0 in 0 frames\n" in said) == (0, True)
    summary = json.loads((tmp_path / "out/a.mp4/summary.json").read_text(encoding="utf-8"))
    assert summary["error"] == "every face in it is spared: nothing is covered"
