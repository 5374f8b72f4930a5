"""What somebody put right in results, as labelled clips that a classifier learns from."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.commands import Run
from tests.support.here import command_here
from tests.support.paths import ROOT
from videoemo.config.extraction import load_extraction
from videoemo.errors import InputError, RecipeError
from videoemo.extraction.corrections import corrected_clips
from videoemo.extraction.stretch import faces_of_person
from videoemo.features.table import read_table
from videoemo.records import Faces
from videoemo.results import load_results
from videoemo.tables.corrections import CORRECTIONS, Corrections, write_corrections
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object

# Of every tenth frame of the demo's clip: who displays what in which sampled frames.
EVERY = 10
SAID = {
    0: {range(3): "neutral", range(10, 14): "sadness"},  # away between second 3 and second 4
    1: {range(2, 6): "happiness", range(7, 9): "happiness"},
}


@pytest.fixture(scope="module")
def scored(demos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scored") / "out"
    off = out.with_suffix(".toml")
    off.write_text("[outputs]\npictures = false\ngroup = false\n")
    status, _, err = command_here("score", demos, "-o", out, "--every", EVERY, "--pipeline", off)
    assert status == 0, err
    return out


@pytest.fixture
def out(scored: Path, tmp_path: Path) -> Path:
    """Results of two videos, which were corrected."""
    out = shutil.copytree(scored, tmp_path / "out")
    for name in ("a.mp4", "b.mp4"):
        correct(out, name)
    return out


def correct(out: Path, name: str) -> None:
    table = load_results(out).video(name).table
    sampled = table.frame[table.frame_starts()]
    said = {
        (int(sampled[at]), track): label
        for track, stretches in SAID.items()
        for places, label in stretches.items()
        for at in places
    }
    rows = np.flatnonzero(np.isin(table.frame, [frame for frame, _ in said]) & (table.face >= 0))
    rows = rows[np.lexsort([table.track[rows], table.frame[rows]])]
    keys = zip(table.frame[rows].tolist(), table.track[rows].tolist(), strict=True)
    corrections = Corrections(
        table.frame[rows],
        table.seconds[rows],
        table.track[rows],
        table.boxes[rows],
        tuple(said.get(key, "") for key in keys),
    )
    write_corrections(corrections, out / name / CORRECTIONS)


def test_a_clip_is_a_stretch_of_one_corrected_expression_of_one_person(out: Path) -> None:
    found, recipe = corrected_clips(load_extraction("corrections"), out)
    assert recipe.pipeline.sampling.every == EVERY
    assert found.problems == ()
    assert {clip.group for clip in found.clips} == {"a.mp4", "b.mp4"}
    of_a = [(clip.label, len(clip.stretch or ())) for clip in found.clips if clip.group == "a.mp4"]
    assert of_a == [("neutral", 3), ("sadness", 4), ("happiness", 4), ("happiness", 2)]
    assert found.clips[0].id == "a.mp4#0@0.000-0.800"


def test_only_the_classes_of_the_recipe_are_taken(out: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[descriptor]\nstatistics = ["mean"]\npooling = "video"\n'
        '[dataset]\nkind = "corrections"\nclasses = ["sadness"]\n'
    )
    found, _ = corrected_clips(load_extraction(str(tmp_path / "mine.toml")), out)
    assert [clip.label for clip in found.clips] == 2 * ["sadness"]


def test_a_classifier_learns_from_what_was_corrected(
    out: Path, videoemo: Run, tmp_path: Path
) -> None:
    path = tmp_path / "corrections.parquet"
    command = ("extract", "--dataset", "corrections", "--root", out, "-o", path)
    status, said, _ = videoemo(*command, "--check")
    assert (status, "happiness" in said, path.exists()) == (0, True, False)
    status, said, _ = videoemo(*command)
    assert status == 0
    assert "8 clips with descriptors" in said
    assert "0 without a face, 0 failed" in said
    table = read_table(path)
    assert sorted(table.n_frames.tolist()) == sorted(table.n_face_frames.tolist())
    assert sorted(set(table.labels.tolist())) == ["happiness", "neutral", "sadness"]
    assert len(set(table.groups.tolist())) == 2
    fitted, small = tmp_path / "mine.skops", tmp_path / "small.toml"
    small.write_text((ROOT / "classifiers" / "forest.toml").read_text().replace("1000", "20"))
    judged = ("--clf", small, "--protocol", "leave-one-group-out")
    status, said, err = videoemo("fit", *judged, "--features", path, "-o", fitted)
    assert (status, err, fitted.is_file()) == (0, "", True)


def test_the_faces_of_a_stretch_are_those_nearest_to_its_person(out: Path) -> None:
    found, _ = corrected_clips(load_extraction("corrections"), out)
    stretch = found.clips[0].stretch
    assert stretch is not None
    frame = np.repeat(stretch.frame, 3)
    elsewhere = stretch.boxes + np.full(4, 400, np.float32)
    near = stretch.boxes + np.array([8, 0, 8, 0], np.float32)
    boxes = np.stack([elsewhere, near, stretch.boxes], axis=1).reshape(-1, 4)
    n = len(frame)
    faces = Faces(boxes, np.ones(n, np.float32), np.zeros((n, 5, 2), np.float32), frame)
    assert faces_of_person(faces, stretch).tolist() == [2, 5, 8]
    assert faces_of_person(faces[np.array([0, 3, 6])], stretch).tolist() == []


def test_a_video_that_has_changed_or_is_gone_is_left_out_and_said(
    out: Path, tmp_path: Path
) -> None:
    (tmp_path / "another.mp4").write_bytes(b"another")

    def move(name: str, place: str) -> None:
        path = out / name / "summary.json"
        elsewhere = {"path": str(tmp_path / place), "relative_path": f"../../{place}"}
        write_json(path, read_object(path) | elsewhere)

    move("a.mp4", "another.mp4")
    found, _ = corrected_clips(load_extraction("corrections"), out)
    assert {clip.group for clip in found.clips} == {"b.mp4"}
    (changed,) = found.problems
    assert changed.startswith("a.mp4: ")
    assert "is not the video that was scored" in changed
    assert changed.endswith("; 4 clips left out")
    move("b.mp4", "nowhere.mp4")
    (out / "a.mp4" / CORRECTIONS).unlink()
    with pytest.raises(InputError, match=r"the first of 1 problems: b.mp4: no video at"):
        corrected_clips(load_extraction("corrections"), out)


def test_corrections_of_frames_that_are_not_sampled_any_more_are_said(out: Path) -> None:
    path = out / "a.mp4" / CORRECTIONS
    path.write_text(path.read_text() + "999,39.960000,0,1.0,1.0,20.0,30.0,sadness\n")
    found, _ = corrected_clips(load_extraction("corrections"), out)
    assert found.problems == ("a.mp4: 1 corrected frame not among those sampled; left out",)


def test_without_corrections_there_is_one_line(scored: Path, videoemo: Run, tmp_path: Path) -> None:
    command = ("extract", "--dataset", "corrections", "-o", tmp_path / "x.parquet")
    for root, reason in ((scored, "no corrected expression"), (tmp_path, "no results")):
        status, _, err = videoemo(*command, "--root", root)
        assert (status, err.count("\n")) == (1, 1)
        assert reason in err
    status, _, err = videoemo(*command, "--root", scored, "--stream", 1)
    assert (status, err.count("\n")) == (2, 1)


def test_the_settings_of_corrections_are_those_of_the_results(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[sampling]\nevery = 2\n[descriptor]\nstatistics = ["mean"]\npooling = "video"\n'
        '[dataset]\nkind = "corrections"\n'
    )
    with pytest.raises(RecipeError, match="'sampling': frames, faces and network of corrections"):
        load_extraction(str(tmp_path / "mine.toml"))
