from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from videoemo.config.extraction import load_extraction
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.errors import InputError, RecipeError


def toml(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_the_defaults_are_those_of_the_contract() -> None:
    pipeline = load_pipeline()
    assert (pipeline.sampling.every, pipeline.sampling.fps) == (1, None)
    assert (pipeline.detection.faces, pipeline.detection.min_face) == ("all", 40)
    assert pipeline.outputs.pictures


def test_a_file_of_ones_own_needs_only_the_keys_it_changes(tmp_path: Path) -> None:
    mine = load_pipeline(toml(tmp_path, "[detection]\nmin_face = 64"))
    assert mine == change_pipeline(load_pipeline(), min_face=64)


def test_a_stream_given_for_an_extraction_counts_before_the_recipes() -> None:
    assert load_extraction("folder", stream=1).pipeline.sampling.stream == 1
    assert load_extraction("folder").pipeline.sampling.stream is None


def test_an_unknown_key_names_the_nearest_allowed_one(tmp_path: Path) -> None:
    with pytest.raises(
        RecipeError,
        match=r"mine.toml: detection: unknown key 'min_fase'; did you mean 'min_face'\?",
    ):
        load_pipeline(toml(tmp_path, "[detection]\nmin_fase = 64"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sampling]\nevery = 0", "every: allowed are whole numbers from 1, got 0"),
        ("[sampling]\nevery = 1.5", "every: expected int, got 1.5"),
        ("[sampling]\nevery = true", "every: expected int, got True"),
        ("[sampling]\nfps = 0", "fps: allowed are numbers above 0, got 0"),
        ("[sampling]\nfps = 2.0\nevery = 3", "fps: allowed are either every or fps"),
        (
            "[sampling]\nstart = 3.0\nend = 3.0",
            r"end: allowed are seconds after start \(3.0\), got 3.0",
        ),
        ("[detection]\nmin_face = 11", "min_face: allowed are whole numbers from 12, got 11"),
        (
            '[detection]\nfaces = "most"',
            "faces: allowed are 'all', 'largest', 'score', 'track:longest', got 'most'",
        ),
        ("[tracking]\ntrack_gap = -1.0", "track_gap: allowed are seconds from 0, got -1.0"),
        ("[tracking]\ntrack_reid = 1.5", "track_reid: allowed are cosines from -1 to 1, got 1.5"),
        ("[tracking]\nsmoothing = -0.1", "smoothing: allowed are seconds from 0, got -0.1"),
        ("[tracking]\nmin_coverage = 2.0", "min_coverage: allowed are shares from 0 to 1, got 2.0"),
        ('[tracking]\nmean_by = "faces"', "mean_by: allowed are 'frames', 'time', got 'faces'"),
        (
            '[sampling]\ndecoder = "vlc"',
            "decoder: allowed are 'auto', 'decord', 'opencv', 'pyav', got 'vlc'",
        ),
        ("[detection]\nthresholds = [0.6, 0.7]", "thresholds: expected 3 values"),
        (
            "[detection]\nthresholds = [0.6, 0.7, 7]",
            "thresholds: allowed are three numbers from 0 to 1",
        ),
        ("[network]\nreuse = 256", "reuse: allowed are grey levels from 0 to 255, got 256"),
        ("[sampling]\nmax_pixels = 0", "max_pixels: allowed are whole numbers from 1, got 0"),
        ("[sampling]\nstream = -1", "stream: allowed are whole numbers from 0, got -1"),
        (
            "[detection]\npyramid_factor = 1.0",
            "pyramid_factor: allowed are numbers from 0.1 to 0.95",
        ),
        ("[group]\ngroup_window = -1.0", "group_window: allowed are seconds from 0, got -1.0"),
        (
            "[group]\nsynchrony_lag = 11.0",
            "synchrony_lag: allowed are seconds above 0, to 10, got 11.0",
        ),
        (
            "[prediction]\nprediction_step = 0.0",
            "prediction_step: allowed are seconds from 0.001, got 0.0",
        ),
        ("[outputs]\ncsv = 1", "csv: expected bool, got 1"),
        (
            '[tracking]\nreid_network = "mine"',
            "reid_network: allowed are networks beside a track_reid, got mine",
        ),
        (
            "[outputs]\nkeep_embeddings = true",
            "keep_embeddings: there are none to keep without a reid_network",
        ),
        ("every 3", "is not TOML"),
    ],
)
def test_a_value_out_of_range_names_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        load_pipeline(toml(tmp_path, text))


def test_an_unknown_pipeline_names_those_there_are() -> None:
    with pytest.raises(
        InputError,
        match="nothing called 'mine' in pipelines; allowed: afew, corrections, folder, manifest, "
        "score, vgaf, or the path of a TOML file",
    ):
        load_pipeline("mine")
    with pytest.raises(
        InputError, match=r"nothing called 'scor' in pipelines; did you mean 'score'\?"
    ):
        load_pipeline("scor")


def test_options_override_the_file() -> None:
    pipeline = change_pipeline(load_pipeline(), every=5)
    assert (pipeline.sampling.every, pipeline.detection.faces) == (5, "all")


def test_none_unsets_a_key_that_may_be_left_out_and_no_other() -> None:
    limited = change_pipeline(load_pipeline(), timeout=5.0, start=1.0)
    freed = change_pipeline(limited, timeout=None)
    assert (freed.limits.timeout, freed.sampling.start) == (None, 1.0)
    with pytest.raises(RecipeError, match="missing 'faces'"):
        change_pipeline(limited, faces=None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_face = 64", r"'min_face' belongs in the table \[detection\]"),
        ("[sampling]\nmin_face = 64", r"'min_face' belongs in the table \[detection\]"),
        ("[detecton]\nmin_face = 64", "unknown table 'detecton'; did you mean 'detection'"),
        ("outputs = 3", "outputs: expected a table, got 3"),
    ],
)
def test_a_key_in_another_table_says_where_it_belongs(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        load_pipeline(toml(tmp_path, text))


def test_fps_given_takes_the_place_of_every() -> None:
    every, fps = (change_pipeline(load_pipeline(), **one) for one in ({"every": 5}, {"fps": 2.0}))
    for before, given, sampling in (
        (every, {"fps": 2.0}, fps.sampling),
        (fps, {"every": 5}, every.sampling),
    ):
        assert change_pipeline(before, **given).sampling == sampling


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RecipeError, match="unknown key 'evry'; did you mean 'every'"):
        change_pipeline(load_pipeline(), evry=5)


def test_every_key_of_a_pipeline_is_explained_in_score_toml() -> None:
    text = (ROOT / "pipelines" / "score.toml").read_text()
    for section, keys in asdict(load_pipeline()).items():
        _, _, told = text.partition(f"\n[{section}]\n")
        for key in keys:
            assert re.search(rf"^(# )?{key} = ", told.partition("\n[")[0], re.M), (section, key)
