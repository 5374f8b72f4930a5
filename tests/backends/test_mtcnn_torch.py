"""The torch engine of the cascade: shapes, weights, refusals."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.backends.mtcnn_torch import build_networks, load_networks
from videoemo.errors import WeightsError
from videoemo.zoo.detectors import MTCNN


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of facenet-pytorch's weights in a package of that name, found before the real one."""
    real = find_spec("facenet_pytorch")
    assert real is not None
    assert real.origin is not None
    folder = tmp_path / "facenet_pytorch"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('never to be imported')\n")
    for file in MTCNN.sha256:
        (folder / "data" / file).write_bytes(
            (Path(real.origin).parent / "data" / file).read_bytes()
        )
    monkeypatch.delitem(sys.modules, "facenet_pytorch", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def pictures(n: int, height: int, width: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (n, 3, height, width)).astype(np.float32)


def test_pnet_looks_at_every_second_window() -> None:
    offsets, probability = load_networks().pnet(pictures(2, 30, 45))
    assert offsets.shape == (2, 4, 10, 18)
    assert probability.shape == (2, 10, 18)


def test_pnet_sees_one_window_in_12_px() -> None:
    assert load_networks().pnet(pictures(1, 12, 12))[1].shape == (1, 1, 1)


def test_rnet_judges_pictures_of_24_px() -> None:
    offsets, probability = load_networks().rnet(pictures(3, 24, 24))
    assert offsets.shape == (3, 4)
    assert probability.shape == (3,)


def test_onet_judges_pictures_of_48_px() -> None:
    offsets, probability, points = load_networks().onet(pictures(3, 48, 48))
    assert offsets.shape == (3, 4)
    assert probability.shape == (3,)
    assert points.shape == (3, 10)


def test_all_answers_are_float32() -> None:
    networks = load_networks()
    answers = [
        *networks.pnet(pictures(1, 20, 20)),
        *networks.rnet(pictures(1, 24, 24)),
        *networks.onet(pictures(1, 48, 48)),
    ]
    assert {answer.dtype for answer in answers} == {np.dtype(np.float32)}


def test_the_networks_are_frozen() -> None:
    assert not any(
        network.training or any(p.requires_grad for p in network.parameters())
        for network in build_networks()
    )


def test_facenet_pytorch_is_read_and_not_imported(package: Path) -> None:
    load_networks()
    assert "facenet_pytorch" not in sys.modules


def test_a_fresh_python_loads_the_networks_without_torchvision() -> None:
    code = (
        "import sys; from videoemo.backends.mtcnn_torch import load_networks; load_networks(); "
        "print('torchvision' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "False\n"
    )


def test_damaged_weights_are_refused_with_file_and_both_checksums(package: Path) -> None:
    (package / "data" / "rnet.pt").write_bytes(b"damaged")
    of_damaged = "41f0c27c00e8018f7715b5f50f67b5b54c229c1b843a014152785d9005f58fde"
    with pytest.raises(WeightsError, match=r"rnet\.pt") as caught:
        load_networks()
    assert MTCNN.sha256["rnet.pt"] in str(caught.value)
    assert of_damaged in str(caught.value)


def test_missing_weights_are_refused_with_the_file(package: Path) -> None:
    (package / "data" / "onet.pt").unlink()
    with pytest.raises(WeightsError, match=r"onet\.pt.*No such file"):
        load_networks()


def test_without_facenet_pytorch_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Python's way of saying that there is none.
    monkeypatch.setitem(sys.modules, "facenet_pytorch", None)
    with pytest.raises(WeightsError, match=r"pip install 'facenet-pytorch<2\.6'"):
        load_networks()


def test_refusals_are_one_line(package: Path) -> None:
    (package / "data" / "pnet.pt").write_bytes(b"")
    with pytest.raises(WeightsError) as caught:
        load_networks()
    assert "\n" not in str(caught.value)
