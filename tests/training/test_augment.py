from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from videoemo.config.training import Augment
from videoemo.training.augment import augment

NOTHING = Augment(mirror=False)


@pytest.fixture
def faces() -> Tensor:
    return torch.rand(16, 1, 24, 24, generator=torch.Generator().manual_seed(1)) * 0.8 + 0.1


def changed(faces: Tensor, settings: Augment, *, size: int = 24, seed: int = 0) -> Tensor:
    return augment(faces, settings, size=size, generator=torch.Generator().manual_seed(seed))


def test_no_change_asked_for_is_no_change(faces: Tensor) -> None:
    assert torch.allclose(changed(faces, NOTHING), faces, atol=1e-5)


def test_enlarging_is_pillows_bilinear(faces: Tensor) -> None:
    larger = torch.nn.functional.interpolate(
        faces, size=(48, 48), mode="bilinear", align_corners=False
    )
    assert torch.allclose(changed(faces, NOTHING, size=48), larger, atol=1e-5)


KINDS = {
    "rotation": replace(NOTHING, rotation=20.0),
    "scale": replace(NOTHING, scale=0.2),
    "shift": replace(NOTHING, shift=0.1),
    "mirror": replace(NOTHING, mirror=True),
    "brightness": replace(NOTHING, brightness=0.2),
    "contrast": replace(NOTHING, contrast=0.3),
    "gamma": replace(NOTHING, gamma=0.5),
    "coarse": replace(NOTHING, coarse=1.0),
    "blocks": replace(NOTHING, blocks=1.0),
    "noise": replace(NOTHING, noise=1.0),
    "erase": replace(NOTHING, erase=1.0),
    "colour": replace(NOTHING, colour=0.3),
    "grey": replace(NOTHING, grey=1.0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_changes_and_stays_in_range(faces: Tensor, kind: str) -> None:
    shown = (
        torch.rand(16, 3, 24, 24, generator=torch.Generator().manual_seed(2))
        if kind in ("colour", "grey")
        else faces
    )
    result = changed(shown, KINDS[kind])
    assert result.shape == shown.shape
    assert (result - shown).abs().max() > 0.02
    assert 0 <= result.min() <= result.max() <= 1


def test_the_same_draws_give_the_same_faces(faces: Tensor) -> None:
    everything = replace(
        NOTHING, rotation=10, scale=0.1, coarse=0.5, noise=0.5, erase=0.5, mirror=True
    )
    assert torch.equal(changed(faces, everything, seed=3), changed(faces, everything, seed=3))
    assert not torch.equal(changed(faces, everything, seed=3), changed(faces, everything, seed=4))


def test_half_are_mirrored(faces: Tensor) -> None:
    result = changed(faces, KINDS["mirror"])
    mirrored = torch.tensor(
        [torch.allclose(a, b.flip(-1), atol=1e-5) for a, b in zip(result, faces, strict=True)]
    )
    same = torch.tensor(
        [torch.allclose(a, b, atol=1e-5) for a, b in zip(result, faces, strict=True)]
    )
    assert (mirrored ^ same).all()
    assert 4 <= mirrored.sum() <= 12


def test_grey_takes_the_colour_away() -> None:
    result = changed(torch.rand(4, 3, 24, 24), KINDS["grey"])
    assert torch.allclose(result[:, 0], result[:, 2], atol=1e-5)
