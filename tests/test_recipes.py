from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.errors import InputError, RecipeError
from videoemo.recipes import Pipeline, change, load_pipeline


def toml(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_the_defaults_are_those_of_the_contract() -> None:
    pipeline = load_pipeline()
    assert (pipeline.every, pipeline.fps, pipeline.faces, pipeline.min_face, pipeline.pictures) == (1, None, "all", 40, True)


def test_a_file_of_ones_own_needs_only_the_keys_it_changes(tmp_path: Path) -> None:
    mine = load_pipeline(toml(tmp_path, "min_face = 64"))
    assert mine == change(load_pipeline(), min_face=64)


def test_an_unknown_key_names_the_nearest_allowed_one(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"mine.toml: unknown key 'min_fase'; did you mean 'min_face'\?"):
        load_pipeline(toml(tmp_path, "min_fase = 64"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("every = 0", "every: allowed are whole numbers from 1, got 0"),
        ("every = 1.5", "every: expected int, got 1.5"),
        ("every = true", "every: expected int, got True"),
        ("fps = 0", "fps: allowed are numbers above 0, got 0"),
        ("fps = 2.0\nevery = 3", "fps: allowed are either every or fps"),
        ("start = 3.0\nend = 3.0", r"end: allowed are seconds after start \(3.0\), got 3.0"),
        ("min_face = 11", "min_face: allowed are whole numbers from 12, got 11"),
        ('faces = "most"', "faces: allowed are 'all', 'largest', 'score', 'track:longest', got 'most'"),
        ("track_gap = -1.0", "track_gap: allowed are seconds from 0, got -1.0"),
        ("track_reid = 1.5", "track_reid: allowed are cosines from -1 to 1, got 1.5"),
        ("smoothing = -0.1", "smoothing: allowed are seconds from 0, got -0.1"),
        ("min_coverage = 2.0", "min_coverage: allowed are shares from 0 to 1, got 2.0"),
        ('decoder = "vlc"', "decoder: allowed are 'auto', 'decord', 'opencv', 'pyav', got 'vlc'"),
        ("thresholds = [0.6, 0.7]", "thresholds: expected 3 values"),
        ("thresholds = [0.6, 0.7, 7]", "thresholds: allowed are three numbers from 0 to 1"),
        ("max_pixels = 0", "max_pixels: allowed are whole numbers from 1, got 0"),
        ("pyramid_factor = 1.0", "pyramid_factor: allowed are numbers from 0.1 to 0.95"),
        ("group_window = -1.0", "group_window: allowed are seconds from 0, got -1.0"),
        ("synchrony_lag = 11.0", "synchrony_lag: allowed are seconds above 0, to 10, got 11.0"),
        ("prediction_step = 0.0", "prediction_step: allowed are seconds above 0, got 0.0"),
        ("csv = 1", "csv: expected bool, got 1"),
        ("every 3", "is not TOML"),
    ],
)
def test_a_value_out_of_range_names_what_is_allowed(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load_pipeline(toml(tmp_path, text))


def test_an_unknown_pipeline_names_those_there_are() -> None:
    with pytest.raises(InputError, match="nothing called 'scor' in pipelines; allowed: afew, folder, manifest, score, vgaf"):
        load_pipeline("scor")


def test_options_override_the_file_and_none_changes_nothing() -> None:
    pipeline = change(load_pipeline(), every=5, faces=None)
    assert (pipeline.every, pipeline.faces) == (5, "all")


def test_fps_given_takes_the_place_of_every() -> None:
    sparse = change(load_pipeline(), every=5)
    assert (change(sparse, fps=2.0).every, change(sparse, fps=2.0).fps) == (1, 2.0)
    assert (change(change(sparse, fps=2.0), every=3).fps, change(change(sparse, fps=2.0), every=3).every) == (None, 3)


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RecipeError, match="unknown key 'evry'; did you mean 'every'"):
        change(load_pipeline(), evry=5)


def test_every_key_of_a_pipeline_is_explained_in_score_toml() -> None:
    text = (Path(__file__).parents[1] / "pipelines" / "score.toml").read_text()
    for key in Pipeline.__dataclass_fields__:
        assert f"\n{key} = " in text or f"\n# {key} = " in text
