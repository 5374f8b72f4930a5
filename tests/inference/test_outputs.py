"""What heads say of raw outputs."""

from __future__ import annotations

import math
from itertools import chain

import numpy as np
import pytest

from tests.support.heads import ATTRIBUTES, heads
from tests.support.tiny_networks import card_of
from videoemo.inference.outputs import expected_level, features_of
from videoemo.records import Features
from videoemo.zoo.heads import Head


def features(**raw: list[float]) -> Features:
    """Features of one face, from the raw outputs of a network of several heads."""
    outputs = (*heads(("calm", "tense"), size=3), *ATTRIBUTES)
    given: dict[str, list[float]] = {
        head.name: [0.0] * head.width for head in outputs if head.width
    } | raw
    row = np.array([[*chain(*given.values())]], np.float32)
    card = card_of("tiny.safetensors", outputs=outputs, hidden=4, temperature=2.0)
    return features_of(card, np.zeros((1, 3), np.float32), row)


def test_the_age_is_the_mean_of_the_two_most_probable_weighted_by_their_probabilities() -> None:
    logits = [-99.0] * 100
    logits[20], logits[40], logits[90] = np.log([0.5, 0.3, 0.2])
    found = features(age=logits)
    assert found.values["age"].tolist() == pytest.approx([(20 * 0.5 + 40 * 0.3) / 0.8], abs=1e-4)
    assert found.distributions["age"][0, [20, 40, 90]] == pytest.approx([0.5, 0.3, 0.2], abs=1e-5)


@pytest.mark.parametrize(("most", "by_hand"), [(1, 1.0), (2, 0.5 / 0.75), (6, 1.75)])
def test_the_expected_level_by_hand(most: int, by_hand: float) -> None:
    # Of two levels that are equally probable the lower comes first.
    distribution = np.array([[0.25, 0.5, 0.0, 0.0, 0.0, 0.25]], np.float32)
    assert expected_level(distribution, most).tolist() == pytest.approx([by_hand])


def test_gender_is_the_probability_of_the_second_label() -> None:
    assert features(gender=[0.0]).values["gender"].tolist() == [0.5]
    assert features(gender=[200.0]).values["gender"].tolist() == [1]
    assert features(gender=[-200.0]).values["gender"].tolist() == pytest.approx([0], abs=1e-30)


def test_ethnicity_is_a_distribution_and_no_value() -> None:
    found = features(ethnicity=[3.0, 0.0, 0.0, 0.0, 0.0])
    assert found.distributions["ethnicity"].sum() == pytest.approx(1)
    assert found.distributions["ethnicity"].argmax() == 0
    assert list(found.values) == ["age", "gender"]
    assert found.outputs["ethnicity"].shape == (1, 5)


def test_the_temperature_is_that_of_expressions_alone() -> None:
    found = features(expression=[2.0, 0.0], ethnicity=[2.0, 0.0, 0.0, 0.0, 0.0])
    assert found.probabilities[0, 0] == pytest.approx(math.e / (math.e + 1))
    assert found.distributions["ethnicity"][0, 0] == pytest.approx(math.e**2 / (math.e**2 + 4))


def test_a_network_without_expressions_has_no_probabilities() -> None:
    card = card_of("tiny.onnx", outputs=(Head(name="embedding", kind="embedding", size=3),))
    found = features_of(card, np.ones((2, 3), np.float32), np.empty((2, 0), np.float32))
    assert found.probabilities.shape == (2, 0)
    assert list(found.outputs) == ["embedding"]
