"""OpenVINO and ONNX Runtime on the ONNX file, and torch on the pickled module, say the same of the
same crops.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
import torch
from torch import nn

from tests.support.heads import heads
from tests.support.tiny_networks import CLASSES, card_of, make_random, save_onnx
from videoemo.backends import timm_pickle, timm_torch
from videoemo.backends.mtcnn_openvino import load_networks
from videoemo.backends.network import Network
from videoemo.backends.openvino_onnx import load_network as load_openvino
from videoemo.faces.crop import crop_faces
from videoemo.faces.detection.mtcnn import detect
from videoemo.faces.select import select_faces
from videoemo.inference.extractor import Extractor
from videoemo.video import frames

SIDE = 224
# As docs/protocol.md has the published EfficientNet-B0.
PUBLISHED = {
    "architecture": "tf_efficientnet_b0",
    "input_size": SIDE,
    "mean": (0.485, 0.456, 0.406),
    "std": (0.229, 0.224, 0.225),
    "outputs": heads(CLASSES, size=1280),
}
# Those with many faces; every so many frames of a video are enough to be told apart.
MEDIA = ("group_1.jpg", "group_1080p.mp4", "multi_face.jpg", "woman_360p.mp4")
EVERY = 24

Crop = npt.NDArray[np.uint8]
Engines = dict[str, Extractor]


def onnx_runtime(path: Path) -> Network:
    """The peers' engine: outputs from the file as it is, embeddings from one that ends where the
    last Gemm begins.
    """
    import onnx

    model = onnx.load(path)
    gemm = model.graph.node[-1]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(gemm.input[0], onnx.TensorProto.FLOAT, None)
    )
    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = 1  # as the others; threads of its own would wait for work awake
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), alone, providers=["CPUExecutionProvider"]
    )

    def run(x: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        outputs, embedding = session.run(None, {"input": x})
        return embedding, outputs

    return run


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    folder = tmp_path_factory.mktemp("b0")
    torch.manual_seed(0)
    network = make_random(
        timm_torch.build_network("tf_efficientnet_b0", n_classes=8, colour="rgb"), SIDE
    ).eval()
    onnx_path = save_onnx(network, folder / "b0.onnx", side=SIDE)
    network.classifier = nn.Sequential(network.classifier)  # type: ignore[arg-type]  # as in enet_b0_8_best_afew.pt
    torch.save(network, folder / "b0.pt")
    onnx_card, pickle_card = (card_of(file, **PUBLISHED) for file in ("b0.onnx", "b0.pt"))
    return {
        "OpenVINO": Extractor(onnx_card, load_openvino(onnx_card, onnx_path)),
        "ONNX Runtime": Extractor(onnx_card, onnx_runtime(onnx_path)),
        "torch": Extractor(pickle_card, timm_pickle.load_network(pickle_card, folder / "b0.pt")),
    }


@pytest.fixture(scope="module")
def made_up() -> list[Crop]:
    """Coloured noise of several finenesses, of several sizes."""
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, high, (h // 8 + 1, w // 8 + 1, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        for h, w, high in (
            (40, 30, 256),
            (200, 150, 256),
            (90, 90, 120),
            (300, 64, 200),
            (16, 16, 60),
            (120, 100, 256),
        )
    ]


@pytest.fixture(scope="module")
def real(shared: Path) -> list[Crop]:
    networks = load_networks()
    crops: list[Crop] = []
    for name in MEDIA:
        for batch in frames(shared / "media" / name, every=EVERY):
            faces = detect(
                batch,
                networks=networks,
                min_face=40,
                thresholds=(0.6, 0.7, 0.7),
                factor=0.709,
                order="size",
            )
            crops += (
                crop_faces(batch, select_faces(faces, "all"), kind="box", size=SIDE).crops or ()
            )
    return crops


def agree(engines: Engines, crops: list[Crop]) -> None:
    expected = engines["torch"](crops)
    best = expected.probabilities.argmax(1)
    second, first = np.sort(expected.probabilities, axis=1)[:, -2:].T
    # A random network is often of two minds, and rounding then decides.
    sure = first - second > 1e-5
    assert sure.mean() > 0.9
    assert len(np.unique(best)) > 1, "engines that always say one class would agree"
    for name in ("OpenVINO", "ONNX Runtime"):
        given = engines[name](crops)
        lengths = np.linalg.norm(given.embedding, axis=1) * np.linalg.norm(
            expected.embedding, axis=1
        )
        cosines = (given.embedding * expected.embedding).sum(1) / lengths
        assert cosines.min() > 0.9999, name
        assert np.array_equal(given.probabilities.argmax(1)[sure], best[sure]), name


def test_the_engines_agree_on_made_up_crops(engines: Engines, made_up: list[Crop]) -> None:
    agree(engines, made_up)


@pytest.mark.shared
def test_the_engines_agree_on_real_faces(engines: Engines, real: list[Crop]) -> None:
    assert len(real) > 50
    agree(engines, real)
