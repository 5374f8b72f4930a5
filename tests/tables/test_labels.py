from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from videoemo.records import Answers
from videoemo.tables.labels import LabelTable, person_labels, read_labels, write_labels


def table(*, classes: tuple[str, ...] = ("happy", "sad")) -> LabelTable:
    nothing = [np.nan, np.nan]
    return LabelTable(
        frame=np.arange(4),
        seconds=np.arange(4, dtype=np.float64),
        track=np.array([0, 0, 0, 1]),
        answers=Answers(
            np.array([[0.9, 0.1], [0.4, 0.6], nothing, nothing], np.float32),
            ("", "", "refused", "unsure"),
        ),
        classes=classes,
        about={"model": "m\x1b", "dates": ["2026-11-29"]},
    )


@pytest.mark.parametrize("classes", [("happy", "sad"), ("=cmd", "a\nb")])
def test_labels_come_back_as_they_were(tmp_path: Path, classes: tuple[str, ...]) -> None:
    made = table(classes=classes)
    write_labels(made, tmp_path / "labels.parquet")
    read = read_labels(tmp_path / "labels.parquet")
    assert (read.classes, read.about) == (made.classes, made.about)
    assert read.labels == [classes[0], classes[1], "", ""]
    assert read.answers.reasons == made.answers.reasons
    np.testing.assert_array_equal(read.answers.probabilities, made.answers.probabilities)


def test_a_label_that_the_probabilities_do_not_give_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    write_labels(table(), path)
    read = pyarrow.parquet.read_table(path)
    labels = pa.array(["sad", "sad", None, None], pa.string())
    pyarrow.parquet.write_table(read.set_column(3, "label", labels), path)
    with pytest.raises(ValueError, match="label: row 0"):
        read_labels(path)


def test_a_person_has_the_class_of_most_answers_of_equals_the_more_probable() -> None:
    first, second = person_labels("a.mp4", table(), {0: "sad"})
    assert (first.label, first.share, first.answered, first.asked) == ("happy", 0.5, 2, 3)
    assert (first.reasons, first.dominant) == ("refused 1", "sad")
    assert (second.label, second.share, second.answered) == ("", None, 0)
    assert (second.reasons, second.dominant) == ("unsure 1", "")
