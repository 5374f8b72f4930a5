"""`fit` and `evaluate` as a user meets them, on made-up features."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.commands import Run
from videoemo.classification.model_file import load_fitted_classifier
from videoemo.features.table import write_table
from videoemo.records import FeatureTable


def toy(*, n: int = 60, splits: bool = True, seed: int = 0) -> FeatureTable:
    """Three classes that a straight line tells apart nearly always; ten groups that stand in one
    split only; a clip in ten without a face.
    """
    rng = np.random.default_rng(seed)
    labels = np.array(["Negative", "Neutral", "Positive"])[np.arange(n) % 3]
    descriptor = rng.normal(size=(n, 8)).astype(np.float32)
    descriptor[np.arange(n), np.arange(n) % 3] += 4
    faceless = np.arange(n) % 10 == 9
    descriptor[faceless] = 0
    return FeatureTable(
        descriptor=descriptor,
        ids=np.array([f"clip {i}" for i in range(n)]),
        splits=np.where(np.arange(n) % 10 < 7, "train", "val") if splits else np.full(n, ""),
        labels=labels,
        groups=np.array([f"source {i % 10}" for i in range(n)]),
        n_frames=np.full(n, 5),
        n_face_frames=np.where(faceless, 0, 5),
        provenance={
            "dataset": "toy",
            "extractor": {"name": "x", "checksum": "0"},
            "statistics": ["mean"],
            "pooling": "video",
            "pipeline": {},
            "versions": {},
        },
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_with_one_table_there_is_no_need_to_name_it(videoemo: Run, here: Path) -> None:
    write_table(toy(), here / "features" / "toy.parquet")
    status, out, _ = videoemo("fit", "--clf", "svc")
    assert status == 0
    assert "majority" in out
    model = load_fitted_classifier(here / "fitted" / "toy-svc.skops")
    assert model.classes == ("Negative", "Neutral", "Positive")
    assert (model.predict(toy(seed=1)) == toy(seed=1).labels).mean() > 0.7


def test_with_several_tables_one_must_be_named(videoemo: Run, here: Path) -> None:
    for name in ("one", "two"):
        write_table(toy(), here / "features" / f"{name}.parquet")
    status, _, err = videoemo("fit", "--clf", "majority")
    assert (
        status,
        "there are: one, two; make some with `videoemo extract`, or choose with --dataset" in err,
    ) == (1, True)
    assert videoemo("fit", "--clf", "majority", "--dataset", "two")[0] == 0


def test_without_splits_folds_of_groups_judge_and_the_model_is_fitted_on_all(
    videoemo: Run, here: Path
) -> None:
    write_table(toy(splits=False), here / "toy.parquet")
    status, out, _ = videoemo(
        "fit", "--clf", "svc-afew", "--features", here / "toy.parquet", "-o", here / "m.skops"
    )
    assert status == 0
    assert "fold" in out
    assert (
        load_fitted_classifier(here / "m.skops").card["scores"]["protocol"]["kind"]
        == "grouped-kfold"
    )


def test_evaluate_writes_the_report_and_compares_two(videoemo: Run, here: Path) -> None:
    write_table(toy(), here / "features" / "toy.parquet")
    status, out, _ = videoemo(
        "evaluate",
        "--protocol",
        "train-val",
        "--clf",
        "svc",
        "--against",
        "majority",
        "-o",
        here / "out",
    )
    assert status == 0
    assert {"report.json", "report.md", "confusion.png"} == {
        path.name for path in (here / "out").iterdir()
    }
    report = json.loads((here / "out" / "report.json").read_text())
    assert "svc" in json.dumps(report)
    assert "written to" in out


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["fit", "--clf", "svm"], 1, "'svm'"),
        (
            ["fit", "--clf", "svc", "--dataset", "gone"],
            1,
            "no features at features/gone.parquet: make them with `videoemo extract`",
        ),
        (["evaluate", "--protocol", "train-val"], 2, "name one with --clf"),
        (
            ["evaluate", "--protocol", "train-val", "--clf", "svc", "--extractor", "x"],
            2,
            "--extractor: the protocol train-val judges a classifier",
        ),
        (
            ["evaluate", "--protocol", "ferplus", "--clf", "svc"],
            2,
            "--clf: the protocol ferplus judges an extractor",
        ),
    ],
)
def test_what_cannot_be_fitted_or_judged_is_one_line(
    videoemo: Run, here: Path, options: list[str], status: int, message: str
) -> None:
    write_table(toy(), here / "features" / "toy.parquet")
    found, _, err = videoemo(*options)
    assert found == status
    (line,) = err.splitlines()
    assert message in line
    assert not (here / "fitted").exists()
