from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.config.face_protocol import FacesProtocol, load_face_protocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.errors import InputError
from videoemo.evaluation.labeller import LabellerReport, answers_judged, evaluate_labeller
from videoemo.inference.extractor import load_extractor
from videoemo.labels import AFFECTNET_8
from videoemo.records import Answers

HAPPY, NEUTRAL, SAD = (AFFECTNET_8.index(name) for name in ("happiness", "neutral", "sadness"))

# A class and its probability, or why there is no answer.
Given = tuple[int, float] | str


def faces(labels: Sequence[int]) -> LabelledFaces:
    """Faces whose grey says which they are."""
    images = np.stack([np.full((48, 48), row, np.uint8) for row in range(len(labels))])
    return LabelledFaces(MemoryPictures(images), None, np.array(labels), AFFECTNET_8)


def report(
    labels: Sequence[int],
    answers: Sequence[Given],
    *,
    classes: Sequence[str] = AFFECTNET_8,
    probabilities: bool = True,
) -> LabellerReport:
    """Of a labeller that gives each face a class and its probability, or a reason."""

    def labeller(pictures: Sequence[Any]) -> Answers:
        given = [answers[int(picture[0, 0, 0])] for picture in pictures]
        rows = np.full((len(given), len(classes)), np.nan, np.float32)
        for row, one in zip(rows, given, strict=True):
            if not isinstance(one, str):
                row[:] = (1 - one[1]) / (len(classes) - 1)
                row[one[0]] = one[1]
        return Answers(rows, tuple(one if isinstance(one, str) else "" for one in given))

    protocol = load_face_protocol("ferplus")
    assert isinstance(protocol, FacesProtocol)
    return evaluate_labeller(
        protocol,
        faces(labels),
        labeller,
        name="made up",
        provenance={},
        classes=classes,
        probabilities=probabilities,
        network=load_extractor(),
    )


def test_a_face_without_an_answer_is_wrong_but_not_among_those_answered() -> None:
    labels = [HAPPY, HAPPY, HAPPY, SAD, SAD, NEUTRAL]
    answers: list[Given] = [(HAPPY, 0.9), (SAD, 0.5), "refused", (SAD, 0.7), "refused", "truncated"]
    found = report(labels, answers).summary()
    assert (found["faces"], found["answered"], found["coverage"]) == (6, 3, 0.5)
    assert found["accuracy_answered"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["accuracy"] == pytest.approx(2 / 6, abs=1e-6)
    assert found["uar"] == pytest.approx((1 / 3 + 1 / 2 + 0) / 3, abs=1e-6)
    assert found["macro_precision"] == pytest.approx((1 + 1 / 2) / 2, abs=1e-6)
    # 2 right / (labelled + said): happiness 2/4, sadness 2/4, neutral 0.
    assert found["macro_f1"] == pytest.approx((1 / 2 + 1 / 2 + 0) / 3, abs=1e-6)
    assert found["reasons"] == {"refused": 2, "truncated": 1}
    # |0.9 - 1|, |0.5 - 0|, |0.7 - 1|, each in a bin of its own.
    assert found["ece"] == pytest.approx((0.1 + 0.5 + 0.3) / 3, abs=1e-5)
    assert [row[-1] for row in found["confusion"]] == [0, 0, 0, 0, 1, 1, 1, 0]


def test_figures_stand_beside_those_of_the_network_that_ships() -> None:
    found = report([HAPPY, SAD], [(HAPPY, 0.9), (SAD, 0.9)])
    assert found.network_name == "ferplus-small"
    assert [one.counts.sum() for one in found.network] == [2, 2]
    assert [line[:28].strip() for line in found.lines()[2:6]] == [
        *("made up", "made up, 7"),
        *("ferplus-small", "ferplus-small, 7"),
    ]
    assert "100.00%" in found.lines()[2]


def test_classes_named_alone_have_no_calibration() -> None:
    found = report([HAPPY, SAD], [(HAPPY, 1.0), (HAPPY, 1.0)], probabilities=False)
    assert found.summary()["ece"] is None
    assert found.summary()["accuracy"] == 0.5


def test_of_few_answers_no_figures_are_told() -> None:
    few = report([HAPPY] * 3, [(HAPPY, 1.0), "refused", "refused"])
    assert not few.enough
    assert "too few were answered" in few.lines()[2]
    none = report([HAPPY] * 2, ["refused", "refused"])
    assert none.summary()["accuracy_answered"] is None
    assert none.lines()[-1] == "no answer: refused 2"


def test_answers_may_have_their_classes_in_another_order_and_lack_the_one_left_out() -> None:
    seven = tuple(name for name in AFFECTNET_8[::-1] if name != "contempt")
    labels = [HAPPY, AFFECTNET_8.index("contempt"), SAD]
    answers: list[Given] = [
        (seven.index("happiness"), 1.0),
        "never asked",
        (seven.index("sadness"), 1.0),
    ]
    found = report(labels, answers, classes=seven).summary()
    assert (found["faces"], found["accuracy"]) == (2, 1.0)


def test_without_the_class_left_out_the_best_of_the_rest_counts() -> None:
    contempt = AFFECTNET_8.index("contempt")
    labels = [HAPPY, SAD, contempt]

    def answer(second: int) -> npt.NDArray[np.float32]:
        row = np.zeros((1, 8), np.float32)
        row[0, [contempt, second]] = 0.6, 0.4
        return row

    told = Answers(np.concatenate([answer(HAPPY), answer(NEUTRAL), answer(SAD)]), ("",) * 3)
    eight, seven = answers_judged(
        told, np.array(labels), AFFECTNET_8, probabilities=True, left_out="contempt"
    )
    assert eight.summary()["accuracy"] == pytest.approx(1 / 3, abs=1e-6)
    found = seven.summary()
    assert (found["classes"], found["faces"], found["accuracy"]) == (7, 2, 0.5)
    # Sure of the best of the rest: 1 of 2 right.
    assert found["ece"] == pytest.approx(0.5, abs=1e-6)


def test_a_named_class_that_is_left_out_is_no_answer() -> None:
    contempt = AFFECTNET_8.index("contempt")
    answers: list[Given] = [(contempt, 1.0), (HAPPY, 1.0), "refused"]
    found = report([HAPPY, HAPPY, HAPPY], answers, probabilities=False)
    assert [one.summary()["coverage"] for one in found.figures] == [
        pytest.approx(share, abs=1e-6) for share in (2 / 3, 1 / 3)
    ]
    assert found.figures[1].summary()["accuracy"] == pytest.approx(1 / 3, abs=1e-6)


def test_other_classes_are_refused() -> None:
    with pytest.raises(InputError, match="they must be the same"):
        report([HAPPY], [(0, 1.0)], classes=("joy", "grief"))
