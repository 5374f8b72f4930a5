"""A fitted classifier on new videos: `score --model`."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Run
from tests.toy_tables import toy_table
from tests.video.clips import write_clip
from videoemo.classifier import fit, load_classifier
from videoemo.demo import write_portrait
from videoemo.extraction import extract
from videoemo.model import CARD, load_model, make_card, save_model
from videoemo.prediction import pipeline_for
from videoemo.progress import Progress
from videoemo.recipes import ExtractRecipe, load_extract
from videoemo.records import Clip, FeatureTable

RECIPE = """
faces = "largest"
statistics = ["mean", "std"]
pooling = "video"
min_face = 60

[dataset]
kind = "folder"
"""


class Silent(Progress):
    """Tells nobody."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait, lighter and darker, alone and beside another; a picture without a face."""
    folder = tmp_path_factory.mktemp("pictures")
    portrait = Image.open(write_portrait(folder / "a.png"))
    for name, light in (("b", 0.15), ("c", 0.2), ("d", 1.3)):
        portrait.point([min(255, int(i * light)) for i in range(256)] * 3).save(folder / f"{name}.png")
    both = Image.new("RGB", (portrait.width * 2, portrait.height))
    both.paste(portrait, (0, 0))
    both.paste(portrait.resize((portrait.width // 2, portrait.height // 2)), (portrait.width, 0))
    both.save(folder / "e.png")
    write_clip(folder / "f.mp4", n=2)
    return folder


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> ExtractRecipe:
    path = tmp_path_factory.mktemp("recipe") / "toy.toml"
    path.write_text(RECIPE)
    return load_extract(str(path))


@pytest.fixture(scope="module")
def table(folder: Path, recipe: ExtractRecipe, tmp_path_factory: pytest.TempPathFactory) -> FeatureTable:
    clips = [Clip(path, path.name, label="Dark" if path.stem in "bc" else "Light") for path in sorted(folder.iterdir())]
    return extract(clips, recipe, "toy", tmp_path_factory.mktemp("features") / "toy.parquet", keep=None, redo=False, progress=Silent()).table


def fitted(table: FeatureTable, path: Path, classifier: str = "svc-afew-b2-8") -> Path:
    estimator = fit(load_classifier(classifier), table, what="the table")
    save_model(path, estimator, make_card(table, estimator, classifier=classifier, scores={}))
    return path


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row["video"]: row for row in csv.DictReader(file)}


def test_new_videos_get_the_class_and_the_margins_that_their_features_get(videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path) -> None:
    model = fitted(table, tmp_path / "m.skops")
    status, out, _ = videoemo("score", folder, "-o", tmp_path / "out", "--model", model)
    assert status == 0
    with_face = table[table.n_face_frames > 0]
    margins = load_model(model).scores(with_face)
    found = rows_of(tmp_path / "out" / "videos.csv")
    assert [found[name]["prediction"] for name in with_face.ids.tolist()] == load_model(model).predict(with_face).tolist()
    given = [[float(found[name][column]) for column in ("margin_dark", "margin_light")] for name in with_face.ids.tolist()]
    np.testing.assert_allclose(given, margins, atol=1e-5)
    assert out.splitlines()[-1] == "m.skops says: Light 3, Dark 2, no face 1"


def test_a_forest_gives_probabilities(videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path) -> None:
    videoemo("score", folder / "a.png", "-o", tmp_path / "out", "--model", fitted(table, tmp_path / "m.skops", "forest-depth7"))
    row = rows_of(tmp_path / "out" / "videos.csv")["a.png"]
    assert float(row["probability_dark"]) + float(row["probability_light"]) == pytest.approx(1, abs=1e-5)


def test_a_video_without_a_face_and_one_that_failed_get_no_class(videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.mp4").write_text("no video")
    (tmp_path / "in" / "f.mp4").write_bytes((folder / "f.mp4").read_bytes())
    status, _, _ = videoemo("score", tmp_path / "in", "-o", tmp_path / "out", "--model", fitted(table, tmp_path / "m.skops"))
    assert status == 3
    for row in rows_of(tmp_path / "out" / "videos.csv").values():
        assert (row["prediction"], row["margin_dark"], row["margin_light"]) == ("", "", "")


def test_the_faces_are_those_the_model_was_fitted_with(videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path) -> None:
    model = fitted(table, tmp_path / "m.skops")
    videoemo("score", folder / "e.png", "-o", tmp_path / "out", "--model", model)
    assert rows_of(tmp_path / "out" / "videos.csv")["e.png"]["faces"] == "1"
    status, _, err = videoemo("score", folder / "e.png", "-o", tmp_path / "out", "--model", model, "--faces", "all")
    assert (status, rows_of(tmp_path / "out" / "videos.csv")["e.png"]["faces"]) == (0, "2")
    assert "notice: faces is all, the model was fitted with largest: its figures may not hold" in err.splitlines()


def test_how_a_run_reads_and_writes_is_not_the_models_to_say(table: FeatureTable, tmp_path: Path) -> None:
    lavish = replace(table, provenance={**table.provenance, "pipeline": {**table.provenance["pipeline"], "max_pixels": 10**12, "csv": True}})
    pipeline, differences = pipeline_for(load_model(fitted(lavish, tmp_path / "m.skops")), None)
    assert (pipeline.max_pixels, pipeline.csv, pipeline.min_face, differences) == (100_000_000, False, 60, [])


def test_the_summaries_name_the_model_and_what_it_says(videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path) -> None:
    model = fitted(table, tmp_path / "m.skops")
    videoemo("score", folder / "b.png", "-o", tmp_path / "out", "--model", model)
    summary = json.loads((tmp_path / "out" / "b.png" / "summary.json").read_text())
    assert (summary["prediction"]["label"], summary["model"]["sha256"]) == ("Dark", load_model(model).sha256)


def altered(model: Path, **changes: object) -> Path:
    """The model with some keys of its card changed, or, where None, gone."""
    with zipfile.ZipFile(model) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    card = {key: value for key, value in {**json.loads(parts[CARD]), **changes}.items() if value is not None}
    parts[CARD] = json.dumps(card).encode()
    with zipfile.ZipFile(model, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return model


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extractor": {"name": "other", "checksum": "ab" * 32}}, "the model was fitted on features of the extractor other"),
        ({"statistics": ["mean"]}, "the model takes descriptors of 736 values, these have 368"),
        ({"statistics": ["mode", "std"]}, "the model does not say how its features were pooled ('mode')"),
        ({"pooling": None}, "the model does not say how its features were pooled ('pooling')"),
        ({"pipeline": None}, "the model does not say how its features were made ('pipeline')"),
        ({"pipeline": {"faces": "most"}}, "the model does not say how its features were made"),
        ({"extractor": {"name": "mine"}, "pipeline": {"extractor": "gone.toml"}}, "unknown extractor 'gone.toml'"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_a_model_that_does_not_fit_is_refused_in_one_line_and_earlier_results_stay(
    videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "videos.csv").write_text("earlier")
    model = altered(fitted(table, tmp_path / "m.skops"), **changes)
    status, _, err = videoemo("score", folder, "-o", tmp_path / "out", "--model", model)
    (line,) = err.splitlines()
    assert (status, message in line) == (1, True), line
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["videos.csv"]


def test_a_model_of_persons_is_given_the_person_seen_longest(table: FeatureTable, tmp_path: Path) -> None:
    model = load_model(altered(fitted(table, tmp_path / "m.skops"), pooling="person"))
    assert pipeline_for(model, None)[0].faces == "track:longest"


def test_a_model_of_another_network_is_refused(videoemo: Run, folder: Path, tmp_path: Path) -> None:
    status, _, err = videoemo("score", folder, "-o", tmp_path / "out", "--model", fitted(toy_table(), tmp_path / "m.skops"))
    assert (status, "fitted on features of the extractor net (abababababab)" in err) == (1, True)


def test_a_model_that_is_not_there(videoemo: Run, folder: Path, tmp_path: Path) -> None:
    status, _, err = videoemo("score", folder, "-o", tmp_path / "out", "--model", tmp_path / "gone.skops")
    assert (status, "cannot read the model" in err) == (1, True)
