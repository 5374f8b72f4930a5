"""A fitted classifier on new videos: `score --classifier`."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from tests.support.classifiers import fitted
from tests.support.clips import write_clip
from tests.support.commands import Run
from tests.support.feature_tables import toy_table
from tests.support.here import command_here, work_here
from tests.support.paths import ROOT
from videoemo.classification.model_file import CARD, load_fitted_classifier
from videoemo.classification.predict import pipeline_for
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.extraction import ExtractionRecipe, load_extraction
from videoemo.config.pipeline import load_pipeline
from videoemo.extraction.dataset import extract
from videoemo.records import Clip, FeatureTable
from videoemo.runs.progress import ConsoleProgress

RECIPE = """
[detection]
faces = "largest"
min_face = 60

[descriptor]
statistics = ["mean", "std"]
pooling = "video"

[dataset]
kind = "folder"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait, lighter and darker, alone and beside another; a picture without a face."""
    folder = tmp_path_factory.mktemp("pictures")
    portrait = Image.open(write_portrait(folder / "a.bmp"))
    for name, light in (("b", 0.15), ("c", 0.2), ("d", 1.3)):
        portrait.point([min(255, int(i * light)) for i in range(256)] * 3).save(
            folder / f"{name}.bmp"
        )
    both = Image.new("RGB", (portrait.width * 2, portrait.height))
    both.paste(portrait, (0, 0))
    both.paste(portrait.resize((portrait.width // 2, portrait.height // 2)), (portrait.width, 0))
    both.save(folder / "e.bmp")
    write_clip(folder / "f.mp4", n=2)
    return folder


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> ExtractionRecipe:
    path = tmp_path_factory.mktemp("recipe") / "toy.toml"
    path.write_text(RECIPE)
    return load_extraction(str(path))


@pytest.fixture(scope="module")
def table(
    folder: Path, recipe: ExtractionRecipe, tmp_path_factory: pytest.TempPathFactory
) -> FeatureTable:
    clips = [
        Clip(path, path.name, label="Dark" if path.stem in "bc" else "Light")
        for path in sorted(folder.iterdir())
    ]
    with pytest.MonkeyPatch.context() as patch:
        work_here(patch)
        return extract(
            clips,
            recipe,
            "toy",
            tmp_path_factory.mktemp("features") / "toy.parquet",
            keep=None,
            redo=False,
            progress=ConsoleProgress(),
        ).table


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row["video"]: row for row in csv.DictReader(file)}


class Scored(NamedTuple):
    """A run of `score`: its output folder, exit status and standard output."""

    folder: Path
    status: int
    out: str

    def rows(self) -> dict[str, dict[str, str]]:
        return rows_of(self.folder / "videos.csv")


@pytest.fixture(scope="module")
def model(table: FeatureTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fitted(table, tmp_path_factory.mktemp("model") / "m.skops")


@pytest.fixture(scope="module")
def scored(folder: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """The pictures, and one that is broken."""
    root = tmp_path_factory.mktemp("scored")
    shutil.copytree(folder, root / "in")
    (root / "in" / "broken.mp4").write_text("no video")
    status, said, err = command_here(
        "score", root / "in", "-o", root / "out", "--classifier", model
    )
    assert "failed: broken.mp4" in err
    return Scored(root / "out", status, said)


def test_new_videos_get_the_class_and_the_margins_that_their_features_get(
    scored: Scored, model: Path, table: FeatureTable
) -> None:
    with_face = table[table.n_face_frames > 0]
    classifier, found = load_fitted_classifier(model), scored.rows()
    assert [found[name]["prediction"] for name in with_face.ids.tolist()] == classifier.predict(
        with_face
    ).tolist()
    given = [
        [float(found[name][column]) for column in ("margin_dark", "margin_light")]
        for name in with_face.ids.tolist()
    ]
    np.testing.assert_allclose(given, classifier.scores(with_face), atol=1e-5)
    assert scored.out.splitlines()[-1] == "m.skops says: Light 3, Dark 2, no face 1"


def test_a_forest_gives_probabilities(
    videoemo: Run, folder: Path, table: FeatureTable, tmp_path: Path
) -> None:
    forest = (ROOT / "classifiers" / "forest-depth7.toml").read_text()
    (tmp_path / "small.toml").write_text(forest.replace("1000", "20"))
    model = fitted(table, tmp_path / "m.skops", str(tmp_path / "small.toml"))
    videoemo("score", folder / "a.bmp", "-o", tmp_path / "out", "--classifier", model)
    row = rows_of(tmp_path / "out" / "videos.csv")["a.bmp"]
    assert float(row["probability_dark"]) + float(row["probability_light"]) == pytest.approx(
        1, abs=1e-5
    )


@pytest.mark.parametrize("name", ["f.mp4", "broken.mp4"])
def test_a_video_without_a_face_and_one_that_failed_get_no_class(scored: Scored, name: str) -> None:
    row = scored.rows()[name]
    assert scored.status == 3
    assert (row["prediction"], row["margin_dark"], row["margin_light"]) == ("", "", "")


def test_the_faces_are_those_the_model_was_fitted_with(
    videoemo: Run, folder: Path, scored: Scored, model: Path, tmp_path: Path
) -> None:
    assert scored.rows()["e.bmp"]["faces"] == "1"
    status, _, err = videoemo(
        "score", folder / "e.bmp", "-o", tmp_path / "out", "--classifier", model, "--faces", "all"
    )
    assert (status, rows_of(tmp_path / "out" / "videos.csv")["e.bmp"]["faces"]) == (0, "2")
    assert (
        "notice: faces is all, the classifier was fitted with largest: its figures may not hold"
        in err.splitlines()
    )


def test_how_a_run_reads_and_writes_is_not_the_models_to_say(
    table: FeatureTable, tmp_path: Path
) -> None:
    made = table.provenance["pipeline"]
    lavish = replace(
        table,
        provenance={
            **table.provenance,
            "pipeline": {
                **made,
                "sampling": {**made["sampling"], "max_pixels": 10**12},
                "outputs": {**made["outputs"], "csv": True},
            },
        },
    )
    pipeline, differences = pipeline_for(
        load_fitted_classifier(fitted(lavish, tmp_path / "m.skops")), None
    )
    assert (pipeline.sampling.max_pixels, pipeline.outputs.csv) == (100_000_000, False)
    assert (pipeline.detection.min_face, differences) == (60, [])


def test_the_summaries_name_the_model_and_what_it_says(scored: Scored, model: Path) -> None:
    summary = json.loads((scored.folder / "b.bmp" / "summary.json").read_text())
    assert (summary["prediction"]["label"], summary["classifier"]["sha256"]) == (
        "Dark",
        load_fitted_classifier(model).sha256,
    )


def altered(model: Path, **changes: object) -> Path:
    """The model with some keys of its card changed, or, where None, gone."""
    with zipfile.ZipFile(model) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    card = {
        key: value
        for key, value in {**json.loads(parts[CARD]), **changes}.items()
        if value is not None
    }
    parts[CARD] = json.dumps(card).encode()
    with zipfile.ZipFile(model, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return model


def made_with(section: str, **values: object) -> dict[str, Any]:
    """What a card says of the pipeline, with some values in one of its sections."""
    pipeline = asdict(load_pipeline())
    return {**pipeline, section: {**pipeline[section], **values}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"extractor": {"name": "other", "checksum": "ab" * 32}},
            "the classifier was fitted on features of the extractor other",
        ),
        (
            {"statistics": ["mean"]},
            "the classifier takes descriptors of 736 values, these have 368",
        ),
        (
            {"statistics": ["mode", "std"]},
            "the classifier does not say how its features were pooled ('mode')",
        ),
        ({"pooling": None}, "the classifier does not say how its features were pooled ('pooling')"),
        ({"pipeline": None}, "the classifier does not say how its features were made ('pipeline')"),
        (
            {"pipeline": made_with("detection", faces="most")},
            "the classifier does not say how its features were made",
        ),
        (
            {
                "extractor": {"name": "mine"},
                "pipeline": made_with("network", extractor="gone.toml"),
            },
            "there is no card 'gone.toml'",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_a_model_that_does_not_fit_is_refused_in_one_line_and_earlier_results_stay(
    videoemo: Run,
    folder: Path,
    table: FeatureTable,
    tmp_path: Path,
    changes: dict[str, object],
    message: str,
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "videos.csv").write_text("earlier")
    model = altered(fitted(table, tmp_path / "m.skops"), **changes)
    status, _, err = videoemo("score", folder, "-o", tmp_path / "out", "--classifier", model)
    (line,) = err.splitlines()
    assert (status, message in line) == (1, True), line
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["videos.csv"]


def test_a_model_of_persons_is_given_the_person_seen_longest(
    table: FeatureTable, tmp_path: Path
) -> None:
    model = load_fitted_classifier(altered(fitted(table, tmp_path / "m.skops"), pooling="track"))
    assert pipeline_for(model, None)[0].detection.faces == "track:longest"


def test_a_model_of_another_network_is_refused(videoemo: Run, folder: Path, tmp_path: Path) -> None:
    toys = toy_table()
    toys.provenance["pipeline"] = asdict(load_pipeline())
    model = fitted(toys, tmp_path / "m.skops")
    status, _, err = videoemo("score", folder, "-o", tmp_path / "out", "--classifier", model)
    assert (status, "fitted on features of the extractor net (abababababab)" in err) == (1, True)


def test_a_model_that_is_not_there(videoemo: Run, folder: Path, tmp_path: Path) -> None:
    status, _, err = videoemo(
        "score", folder, "-o", tmp_path / "out", "--classifier", tmp_path / "gone.skops"
    )
    assert (status, "cannot read the classifier" in err) == (1, True)
