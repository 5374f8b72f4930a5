from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score

from tests.support.feature_tables import CLASSES, toy_table
from videoemo.classification.classifier import fit, load_classifier
from videoemo.classification.evaluate import ClipsReport, evaluate_table
from videoemo.classification.report_files import write_clips_report
from videoemo.classification.text import report_lines
from videoemo.config.protocol import load_protocol
from videoemo.errors import InputError
from videoemo.records import FeatureTable

TRAIN_VAL = load_protocol("train-val")


@cache
def report_of(classifier: str) -> ClipsReport:
    """What is found on the made-up table, its val clips scored."""
    return evaluate_table(toy_table(), classifier, TRAIN_VAL)


def answers(table: FeatureTable) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the val clips, and what a plain fit on train says of them."""
    train, val = table[table.splits == "train"], table[table.splits == "val"]
    return val.labels, fit(load_classifier("svc-afew"), train, what="train").predict(val.descriptor)


def test_the_figures_are_those_of_a_plain_fit_by_scikit_learns_measures() -> None:
    table = toy_table()
    labels, predicted = answers(table)
    figures = report_of("svc-afew").figures[0]
    assert figures.counts.tolist() == confusion_matrix(labels, predicted).tolist()
    assert figures.metrics["accuracy"].value == pytest.approx(accuracy_score(labels, predicted))
    assert figures.metrics["uar"].value == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert figures.metrics["macro_f1"].value == pytest.approx(
        f1_score(labels, predicted, average="macro")
    )


def test_both_denominators_are_given() -> None:
    table = toy_table()
    labels, predicted = answers(table)
    face = table[table.splits == "val"].n_face_frames > 0
    whole, with_face = report_of("svc-afew").figures
    assert (whole.right, whole.clips) == ((labels == predicted).sum(), len(labels))
    assert (with_face.right, with_face.clips) == ((labels == predicted)[face].sum(), face.sum())
    assert with_face.clips < whole.clips


def test_the_baseline_is_the_majority_of_the_clips_fitted_on() -> None:
    table = toy_table()
    train, val = table[table.splits == "train"], table[table.splits == "val"]
    right = (
        DummyClassifier().fit(train.descriptor, train.labels).predict(val.descriptor) == val.labels
    ).sum()
    (rival,) = report_of("svc-afew").figures[0].rivals
    assert (rival.name, rival.right) == ("majority", right)


@pytest.mark.parametrize(
    ("classifier", "against", "rivals"),
    [
        ("majority", None, []),
        ("majority", "svc-afew", ["svc-afew"]),
        ("svc-afew", "majority", ["majority"]),
    ],
)
def test_the_baseline_stands_once_and_not_beside_itself(
    classifier: str, against: str | None, rivals: list[str]
) -> None:
    report = evaluate_table(toy_table(), classifier, TRAIN_VAL, against=against)
    assert [rival.name for rival in report.figures[0].rivals] == rivals
    assert "\n".join(report_lines(report)).count("majority") >= 1


def test_a_lead_over_the_baseline_is_more_than_noise() -> None:
    report = report_of("svc-afew")
    assert report.figures[0].rivals[0].lead["accuracy"].low > 0
    assert "more than noise" in "\n".join(report_lines(report))


def test_a_lead_over_itself_is_no_more_than_noise() -> None:
    report = evaluate_table(toy_table(), "svc-afew", TRAIN_VAL, against="svc-afew")
    assert not report.figures[0].rivals[1].lead["accuracy"].differs
    assert (
        "lead over svc-afew, in points, by resamples of the same clips for both: no more than "
        "noise in accuracy"
    ) in "\n".join(report_lines(report))


def test_intervals_are_drawn_from_groups_where_there_are_groups() -> None:
    table = toy_table()
    grouped = report_of("svc-afew")
    assert grouped.figures[0].n_units == len(set(table.groups[table.splits == "val"]))
    bare = evaluate_table(replace(table, groups=np.full(60, "")), "svc-afew", TRAIN_VAL)
    assert bare.figures[0].n_units == (table.splits == "val").sum()


@pytest.mark.parametrize("protocol", ["grouped-kfold", "leave-one-group-out"])
def test_over_folds_every_clip_counts_once(protocol: str) -> None:
    report = evaluate_table(toy_table(), "svc-afew", load_protocol(protocol))
    assert report.figures[0].clips == 60
    assert report.fitted is None


def test_nested_says_what_each_fold_chose_by_whole_groups() -> None:
    report = evaluate_table(toy_table(n=90, n_groups=30), "svc", load_protocol("nested"))
    assert len(report.chosen) == 5
    assert all("inner folds of whole groups" in text for text in report.chosen)


def test_nested_refuses_a_classifier_without_a_search() -> None:
    with pytest.raises(
        InputError,
        match="the protocol nested needs a classifier with a search, such as svc; svc-afew "
        "has none",
    ):
        evaluate_table(toy_table(), "svc-afew", load_protocol("nested"))


def test_what_a_fold_cannot_be_fitted_on_is_named() -> None:
    table = toy_table()
    groups = np.where(table.labels == table.labels[0], "alike", "others")
    groups[0] = "others"
    wrong = f"the part that forest is fitted on for others have only the class {table.labels[0]}:"
    with pytest.raises(InputError, match=wrong):
        evaluate_table(
            replace(table, groups=groups), "forest", load_protocol("leave-one-group-out")
        )


def test_labels_of_the_scored_clips_change_nothing_but_the_figures() -> None:
    table = toy_table()
    other = replace(table, labels=np.where(table.splits == "val", table.labels[::-1], table.labels))
    first, second = report_of("svc"), evaluate_table(other, "svc", TRAIN_VAL)
    assert first.chosen == second.chosen
    assert first.fitted is not None
    assert second.fitted is not None
    assert np.array_equal(
        first.fitted.predict(table.descriptor), second.fitted.predict(table.descriptor)
    )


def test_the_estimator_that_was_scored_is_at_hand() -> None:
    table, report = toy_table(), report_of("svc")
    val = table[table.splits == "val"]
    assert report.fitted is not None
    assert (report.fitted.predict(val.descriptor) == val.labels).sum() == report.figures[0].right


def test_without_a_face_in_any_clip_there_is_one_set_of_figures() -> None:
    report = evaluate_table(toy_table(n_face_frames=np.zeros(60, np.int64)), "svc-afew", TRAIN_VAL)
    assert len(report.figures) == 1
    assert "no clip has a face" in report_lines(report)


def test_the_terminal_shows_counts_and_intervals_in_columns() -> None:
    report = report_of("svc-afew")
    head, titles, first, *_ = report_lines(report)
    assert head == "svc-afew on toy: fitted on train, scored on val"
    assert titles.split() == ["right", "/", "n", "accuracy", "UAR", "macro-F1"]
    assert f"{report.figures[0].right} / 18" in first
    assert len(first) == len(titles)
    found = report.figures[0].metrics["accuracy"]
    assert f"{100 * found.value:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})" in first
    assert max(map(len, report_lines(report))) < 150


def test_the_report_is_written_as_json_markdown_and_a_picture(tmp_path: Path) -> None:
    report = report_of("svc")
    write_clips_report(report, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "report.json",
        "report.md",
        "confusion.png",
    }
    content = json.loads((tmp_path / "out" / "report.json").read_text())
    assert content["classes"] == list(CLASSES)
    assert content["figures"][0]["confusion"]["counts"] == report.figures[0].counts.tolist()
    assert content["figures"][0]["accuracy"]["low"] <= content["figures"][0]["accuracy"]["value"]
    assert content["features"]["extractor"]["name"] == "net"
    page = (tmp_path / "out" / "report.md").read_text()
    assert page.startswith("# svc on toy\n")
    assert "| label | Angry | Happy | Sad |" in page


def test_a_class_that_is_never_scored_has_no_share_in_the_json(tmp_path: Path) -> None:
    table = toy_table()
    table = table[(table.splits == "train") | (table.labels != "Sad")]
    write_clips_report(evaluate_table(table, "svc-afew", TRAIN_VAL), tmp_path)
    content = json.loads((tmp_path / "report.json").read_text(), parse_constant=pytest.fail)
    assert content["figures"][0]["confusion"]["shares"]["value"][2] == [None, None, None]


def test_the_same_table_gives_the_same_report(tmp_path: Path) -> None:
    again = evaluate_table(toy_table(), "svc", TRAIN_VAL)
    assert again.summary() == report_of("svc").summary()
