"""dlib's network of 29 convolutions, from a file in dlib's format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support.dlib_files import dlib_file, integer
from videoemo.backends.timm_torch import build_network, load_state
from videoemo.errors import WeightsError


def test_convolutions_take_in_the_affine_layers_behind_them(tmp_path: Path) -> None:
    content, expected = dlib_file()
    (tmp_path / "net.dat").write_bytes(content)
    network = build_network("dlib_resnet29", n_classes=0, colour="rgb")
    load_state(network, tmp_path / "net.dat", architecture="dlib_resnet29")
    state = network.state_dict()
    assert state.keys() == expected.keys()
    assert all(np.allclose(state[name], expected[name], atol=1e-6) for name in state)


def test_the_classifier_stays_where_only_the_body_is_taken(tmp_path: Path) -> None:
    content, expected = dlib_file()
    (tmp_path / "net.dat").write_bytes(content)
    network = build_network("dlib_resnet29", n_classes=8, colour="rgb")
    before = network.state_dict()["classifier.weight"].clone()
    load_state(network, tmp_path / "net.dat", architecture="dlib_resnet29", body_only=True)
    assert torch.equal(network.state_dict()["classifier.weight"], before)
    assert np.allclose(network.state_dict()["conv.bias"], expected["conv.bias"], atol=1e-6)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda _: b"", "no layer con_4"),
        (lambda content: content[:1000], "no tensor before byte"),
        (lambda content: content[:-100], "no tensor before byte"),
        (lambda content: content[: -(128 * 256 * 4 + 22)], "no layer fc_2"),
        (
            lambda content: content.replace(integer(4736), integer(4735), 1),
            "expected .* weights, got",
        ),
        (
            lambda content: content.replace(integer(4736), b"\x00\x00\x00", 1),
            "no number at byte",
        ),
        (
            lambda content: content.replace(integer(4736), integer(2**40), 1),
            "expected .* weights, got|no tensor",
        ),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = tmp_path / "net.dat"
    path.write_bytes(damage(dlib_file()[0]))
    network = build_network("dlib_resnet29", n_classes=0, colour="rgb")
    with pytest.raises(WeightsError, match=said) as caught:
        load_state(network, path, architecture="dlib_resnet29")
    assert "\n" not in str(caught.value)
    assert re.match(rf"{path} does not hold the weights", str(caught.value))


def test_it_takes_faces_of_many_sizes() -> None:
    network = build_network("dlib_resnet29", n_classes=3, colour="rgb").eval()
    for side in (112, 150, 224):
        assert network(torch.zeros(1, 3, side, side)).shape == (1, 3)
