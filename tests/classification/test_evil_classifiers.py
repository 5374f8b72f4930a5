"""Classifier files that were damaged, or made by somebody who means no good."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.support.archives import packed, parts_of
from tests.support.classifiers import fitted
from tests.support.damage import evil_json, mutated, rewrite
from tests.support.feature_tables import toy_table
from tests.support.refusals import is_refused, memory_below
from videoemo.classification.model_file import CARD, load_fitted_classifier
from videoemo.classification.predict import pipeline_for
from videoemo.config.pipeline import load_pipeline


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kernel SVC."""
    table = toy_table()
    table.provenance["pipeline"] = asdict(load_pipeline())
    return fitted(table, tmp_path_factory.mktemp("original") / "m.skops", "svc-vgaf-b2-8")


def use(path: Path) -> None:
    """All that `score` does with a classifier before the first video, and on one."""
    classifier, table = load_fitted_classifier(path), toy_table()
    assert classifier.notice is None or classifier.notice.isprintable()
    assert np.isfinite(classifier.scores(table)).all()
    classifier.predict(table)
    pipeline_for(classifier, None)


def test_a_damaged_classifier_is_refused_in_one_line(original: Path, tmp_path: Path) -> None:
    path, n_refused = tmp_path / "m.skops", 0
    with memory_below(2**29):
        for content in mutated(original.read_bytes(), seed=1, n=60):
            rewrite(path, content)
            n_refused += is_refused(partial(use, path))
    assert n_refused > 50


@pytest.mark.parametrize(("member", "n"), [(CARD, 100), ("schema.json", 140)])
def test_an_evil_classifier_is_refused_in_one_line(
    original: Path, tmp_path: Path, member: str, n: int
) -> None:
    parts, n_refused = parts_of(original), 0
    content = json.loads(parts[member])
    with memory_below(2**29):
        for text in evil_json(content, seed=2, n=n):
            path = packed(tmp_path / "m.skops", {**parts, member: text.encode()})
            n_refused += is_refused(partial(use, path))
    assert n_refused > n // 3
