"""Networks that teach another one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import videoemo
from videoemo.config.training import Distillation
from videoemo.errors import InputError, RecipeError, TrainingError
from videoemo.labels import AFFECTNET_8
from videoemo.training.teachers import Teachers

SHIPPED = ("ferplus-small",)


def test_a_teacher_says_of_faces_what_it_says_as_an_extractor() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    extractor = videoemo.load_extractor(SHIPPED[0], engine="torch")
    expected = extractor([np.repeat(face[..., None], 3, 2) for face in faces]).probabilities
    teachers = Teachers(Distillation(teachers=SHIPPED, share=1.0), AFFECTNET_8)
    said = teachers.mixed(torch.zeros(3, 8), torch.from_numpy(faces)[:, None].float() / 255)
    assert np.allclose(said, expected, atol=0.02)


def test_targets_are_shared_between_labels_and_teachers() -> None:
    wanted, faces = torch.eye(8)[:2], torch.rand(2, 3, 96, 96)
    whole, part = (
        Teachers(Distillation(teachers=SHIPPED * 2, share=share), AFFECTNET_8).mixed(wanted, faces)
        for share in (1.0, 0.25)
    )
    assert torch.allclose(part, 0.75 * wanted + 0.25 * whole, atol=1e-6)
    assert torch.allclose(part.sum(1), torch.ones(2), atol=1e-5)


def test_a_teacher_of_other_classes_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"ferplus-small has the classes .*the faces sad, gay"):
        Teachers(Distillation(teachers=SHIPPED, share=0.5), ("sad", "gay"))


def test_an_unknown_teacher_is_named() -> None:
    with pytest.raises(InputError, match="ferplus-smal"):
        Teachers(Distillation(teachers=("ferplus-smal",), share=0.5), AFFECTNET_8)


@pytest.mark.parametrize(("teachers", "share"), [((), 0.5), (SHIPPED, 0.0), (SHIPPED, 1.5)])
def test_settings_that_make_no_sense(teachers: tuple[str, ...], share: float) -> None:
    with pytest.raises((RecipeError, ValueError)):
        Distillation(teachers=teachers, share=share)
