from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.support import labelled_faces
from videoemo.config.training import Stage, load_training
from videoemo.datasets.faces.labelled import LabelledFaces, one_hot
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.training.loss import class_weights, cross_entropy, prior_shift, targets


@pytest.fixture
def faces() -> LabelledFaces:
    labels = np.array([0, 0, 0, 0, 1, 1])
    votes = one_hot(labels, 2) * np.float32(0.8) + np.float32(0.1)
    return LabelledFaces(
        MemoryPictures(np.stack([labelled_faces.picture(i) for i in range(6)])),
        votes,
        labels,
        ("a", "b"),
    )


@pytest.fixture
def stage() -> Stage:
    return load_training("ferplus").stages[0]


def test_class_weights_are_the_most_frequent_count_over_each(
    faces: LabelledFaces, stage: Stage
) -> None:
    assert class_weights(faces, replace(stage, class_weights=1.0)).tolist() == [1, 2]
    assert class_weights(faces, replace(stage, class_weights=0.5)).tolist() == pytest.approx(
        [1, 2**0.5]
    )
    assert class_weights(faces, replace(stage, class_weights=0.0)).tolist() == [1, 1]


def test_the_loss_is_torchs_for_labels(faces: LabelledFaces) -> None:
    logits, weights = torch.randn(6, 2), torch.tensor([1.0, 2.0])
    labels = torch.from_numpy(faces.labels)
    theirs = torch.nn.functional.cross_entropy(logits, labels, weight=weights)
    assert torch.allclose(
        cross_entropy(logits, torch.from_numpy(one_hot(faces.labels, 2)), weights), theirs
    )


def test_the_loss_is_torchs_for_distributions_without_weights(faces: LabelledFaces) -> None:
    logits, votes = torch.randn(6, 2), torch.from_numpy(faces.votes)
    assert torch.allclose(
        cross_entropy(logits, votes, torch.ones(2)),
        torch.nn.functional.cross_entropy(logits, votes),
    )


def test_targets_are_the_labels_or_the_votes(faces: LabelledFaces, stage: Stage) -> None:
    rows = np.arange(len(faces))[::-1]
    assert targets(faces, replace(stage, targets="labels"), rows).unique().tolist() == [0, 1]
    assert torch.equal(
        targets(faces, replace(stage, targets="votes"), rows), torch.from_numpy(faces.shares(rows))
    )


def test_the_prior_shift_undoes_the_class_weights(faces: LabelledFaces, stage: Stage) -> None:
    weighted = replace(stage, class_weights=1.0)
    honest = torch.tensor([[0.3, 0.7]])
    seen = honest * class_weights(faces, weighted)  # what a weighted loss makes of it
    corrected = torch.softmax(seen.log() - prior_shift(faces, weighted), 1)
    assert torch.allclose(corrected, honest)
