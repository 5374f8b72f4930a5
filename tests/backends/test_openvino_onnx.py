"""ONNX files give embedding and outputs in one pass; what is not what its card says is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import torch
from torch import nn

from tests.support.heads import VALENCE_AROUSAL, heads
from tests.support.tiny_networks import SIDE, card_of, save_onnx, tiny_efficientnet
from videoemo.backends import onnx_file as onnx_module
from videoemo.backends.openvino_onnx import load_network
from videoemo.errors import WeightsError
from videoemo.zoo.cards import Card

CARD = card_of("tiny.onnx")
Batch = npt.NDArray[np.float32]


def crops(n: int) -> Batch:
    return np.random.default_rng(0).normal(size=(n, 3, SIDE, SIDE)).astype(np.float32)


def changed(path: Path, folder: Path, change: Callable[[onnx.ModelProto], None]) -> Path:
    model = onnx.load(path)
    change(model)
    onnx.save(model, folder / "changed.onnx")
    return folder / "changed.onnx"


def refused(card: Card, path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_network(card, path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def test_embedding_and_outputs_are_torchs(onnx_file: Path, network: nn.Module) -> None:
    embedding, outputs = load_network(CARD, onnx_file)(crops(3))
    with torch.inference_mode():
        features = network.forward_features(torch.from_numpy(crops(3)))  # type: ignore[operator]
        expected = network.forward_head(features, pre_logits=True)  # type: ignore[operator]
        assert np.allclose(embedding, expected, atol=1e-4)
        assert np.allclose(outputs, network.classifier(expected), atol=1e-3)  # type: ignore[operator]


def test_any_number_of_crops_at_once_gives_the_same(onnx_file: Path) -> None:
    run = load_network(CARD, onnx_file)
    together = run(crops(5))
    for i in range(5):
        alone = run(crops(5)[i : i + 1])
        assert np.allclose(alone[0], together[0][i], atol=1e-5)
        assert np.allclose(alone[1], together[1][i], atol=1e-5)


def test_an_answer_is_not_written_over_by_the_next(onnx_file: Path) -> None:
    run = load_network(CARD, onnx_file)
    first, _ = run(crops(2))
    kept = first.copy()
    run(crops(2) * 3)
    assert np.array_equal(first, kept)


def test_answers_are_float32(onnx_file: Path) -> None:
    assert {array.dtype for array in load_network(CARD, onnx_file)(crops(1))} == {
        np.dtype(np.float32)
    }


def test_valence_and_arousal_are_outputs(tmp_path: Path) -> None:
    path = save_onnx(tiny_efficientnet(num_classes=10), tmp_path / "va.onnx", side=SIDE)
    card = replace(CARD, outputs=heads(CARD.classes, size=64, values=VALENCE_AROUSAL))
    assert load_network(card, path)(crops(2))[1].shape == (2, 10)


def test_outputs_other_than_the_cards_are_refused(onnx_file: Path) -> None:
    message = refused(replace(CARD, outputs=heads(CARD.classes[:7], size=64)), onnx_file)
    assert (
        "is not what the card of tiny says: expected outputs of shape [?,7], got [?,8]" in message
    )


def test_an_embedding_other_than_the_cards_is_refused(onnx_file: Path) -> None:
    assert "expected an embedding of shape [?,1280], got [?,64]" in refused(
        replace(CARD, outputs=heads(CARD.classes, size=1280)), onnx_file
    )


def test_an_input_other_than_the_cards_is_refused(onnx_file: Path) -> None:
    assert "expected an input of shape [?,1,32,32], got [?,3,32,32]" in refused(
        replace(CARD, colour="grey", mean=(0.5,), std=(0.5,)), onnx_file
    )


def test_a_network_without_a_fully_connected_layer_is_refused(
    tmp_path: Path, network: nn.Module
) -> None:
    path = save_onnx(nn.Sequential(network, nn.Softmax(1)), tmp_path / "softmax.onnx", side=SIDE)
    assert "expected a fully connected layer (Gemm) at its end, got Softmax" in refused(CARD, path)


def test_a_network_of_two_outputs_is_refused(tmp_path: Path, onnx_file: Path) -> None:
    def second(model: onnx.ModelProto) -> None:
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(model.graph.node[-1].input[0], 1, None)
        )

    assert "expected one input and one output, got 1 and 2" in refused(
        CARD, changed(onnx_file, tmp_path, second)
    )


def fix_rows(model: onnx.ModelProto) -> None:
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1


def test_a_network_exported_for_one_crop_takes_any_number(tmp_path: Path, onnx_file: Path) -> None:
    run = load_network(CARD, changed(onnx_file, tmp_path, fix_rows))
    assert run(crops(3))[1].shape == (3, 8)


def test_a_network_that_answers_for_one_crop_alone_is_refused(
    tmp_path: Path, onnx_file: Path
) -> None:
    def first_row(model: onnx.ModelProto) -> None:
        gemm = model.graph.node[-1]
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([0]), "first"))
        model.graph.node.insert(
            len(model.graph.node) - 1,
            onnx.helper.make_node("Gather", [gemm.input[0], "first"], ["row"], axis=0),
        )
        model.graph.node[-1].input[0] = "row"

    assert "expected outputs of shape [?,8], got [1,8]" in refused(
        CARD, changed(onnx_file, tmp_path, first_row)
    )


def test_an_operator_that_openvino_lacks_is_refused(tmp_path: Path, onnx_file: Path) -> None:
    def unknown(model: onnx.ModelProto) -> None:
        model.graph.node[-2].op_type = "Clairvoyance"

    message = refused(CARD, changed(onnx_file, tmp_path, unknown))
    assert "OpenVINO cannot run" in message
    assert "Clairvoyance" in message


def branch(name: str) -> onnx.GraphProto:
    return onnx.helper.make_graph([], name, [], [])


@pytest.mark.parametrize("operator", ["Loop", "If", "Scan", "SequenceMap", "MyOwn"])
def test_an_operator_that_holds_parts_of_the_network_is_refused_by_its_name(
    tmp_path: Path, onnx_file: Path, operator: str
) -> None:
    def control(model: onnx.ModelProto) -> None:
        node = onnx.helper.make_node(operator, ["c"], ["d"], body=branch("body"))
        model.graph.node.insert(0, node)

    assert f"its operator '{operator}' repeats or chooses parts of the network" in refused(
        CARD, changed(onnx_file, tmp_path, control)
    )


def test_an_endless_loop_is_refused_before_openvino_sees_it(
    tmp_path: Path, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(model: onnx.ModelProto) -> None:
        make = onnx.helper.make_tensor_value_info
        always = onnx.numpy_helper.from_array(np.array(True), "always")
        model.graph.initializer.append(always)
        body = onnx.helper.make_graph(
            [onnx.helper.make_node("Identity", ["go"], ["on"])],
            "body",
            [make("n", onnx.TensorProto.INT64, []), make("go", onnx.TensorProto.BOOL, [])],
            [make("on", onnx.TensorProto.BOOL, [])],
        )
        model.graph.node.insert(0, onnx.helper.make_node("Loop", ["", "always"], [], body=body))

    path = changed(onnx_file, tmp_path, endless)
    monkeypatch.setattr("openvino.Core.read_model", None)
    assert "its operator 'Loop' repeats" in refused(CARD, path)


def test_an_operator_is_named_in_few_characters_that_are_safe_to_print(
    tmp_path: Path, onnx_file: Path
) -> None:
    def odd(model: onnx.ModelProto) -> None:
        node = onnx.helper.make_node("\x1b[31m" + "x" * 10_000, ["c"], [], body=branch("body"))
        model.graph.node.insert(0, node)

    message = refused(CARD, changed(onnx_file, tmp_path, odd))
    assert message.isprintable()
    assert "operator '\\x1b[31mxxx" in message
    assert message.count("x") < 250


def test_what_openvino_says_of_an_operator_is_safe_to_print(
    tmp_path: Path, onnx_file: Path
) -> None:
    def odd(model: onnx.ModelProto) -> None:
        model.graph.node[-2].op_type = "\x1b]0;title\x07" + "y" * 10_000

    message = refused(CARD, changed(onnx_file, tmp_path, odd))
    assert message.isprintable()
    assert message.count("y") < 250


def test_more_memory_than_there_is_is_one_line(tmp_path: Path, onnx_file: Path) -> None:
    def huge(model: onnx.ModelProto) -> None:
        for name, value in (("one", np.ones(1, np.float32)), ("shape", np.array([2**44]))):
            model.graph.initializer.append(onnx.numpy_helper.from_array(value, name))
        first = model.graph.node[0]
        nodes = [
            onnx.helper.make_node("Expand", ["one", "shape"], ["many"]),
            onnx.helper.make_node("ReduceMax", ["many"], ["most"], keepdims=0),
            onnx.helper.make_node("Mul", [first.input[0], "most"], ["scaled"]),
        ]
        first.input[0] = "scaled"
        for node in reversed(nodes):
            model.graph.node.insert(0, node)

    assert "OpenVINO cannot run" in refused(CARD, changed(onnx_file, tmp_path, huge))


def test_a_file_of_too_many_parts_is_refused(
    onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_module, "_MOST_MESSAGES", 50)
    assert "it holds more than 50 nodes, attributes and tensors" in refused(CARD, onnx_file)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tiny.onnx")
    assert "it is no regular file" in refused(CARD, tmp_path / "tiny.onnx")


# Tensors in other files


def test_weights_in_another_file_are_refused_unread(tmp_path: Path, onnx_file: Path) -> None:
    onnx.save(
        onnx.load(onnx_file),
        tmp_path / "external.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    assert "it keeps weights in other files" in refused(CARD, tmp_path / "external.onnx")


def external(tensor: onnx.TensorProto) -> onnx.TensorProto:
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/hostname")
    return tensor


def in_a_constant(model: onnx.ModelProto) -> None:
    node = onnx.helper.make_node(
        "Constant", [], ["c"], value=external(onnx.TensorProto(dims=[1], data_type=1))
    )
    model.graph.node.insert(0, node)


def in_a_subgraph(model: onnx.ModelProto) -> None:
    graph = onnx.helper.make_graph(
        [], "branch", [], [], [external(onnx.TensorProto(name="w", dims=[1], data_type=1))]
    )
    model.graph.node.insert(
        0, onnx.helper.make_node("If", ["c"], ["d"], then_branch=graph, else_branch=graph)
    )


def in_a_sparse_tensor(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add().values.CopyFrom(
        external(onnx.TensorProto(name="w", dims=[1], data_type=1))
    )


def in_a_function(model: onnx.ModelProto) -> None:
    node = onnx.helper.make_node(
        "Constant", [], ["c"], value=external(onnx.TensorProto(dims=[1], data_type=1))
    )
    model.functions.append(onnx.helper.make_function("mine", "F", [], ["c"], [node], []))


@pytest.mark.parametrize("hide", [in_a_constant, in_a_subgraph, in_a_sparse_tensor, in_a_function])
def test_wherever_they_are_named(
    tmp_path: Path, onnx_file: Path, hide: Callable[[onnx.ModelProto], None]
) -> None:
    assert "it keeps weights in other files" in refused(CARD, changed(onnx_file, tmp_path, hide))


def test_a_tensor_that_says_it_is_inside_is_no_other_file(tmp_path: Path, onnx_file: Path) -> None:
    def inside(model: onnx.ModelProto) -> None:
        model.graph.initializer[0].data_location = onnx.TensorProto.DEFAULT

    load_network(CARD, changed(onnx_file, tmp_path, inside))


# Files that are something else


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>404: Not Found</html>",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"PK\x03\x04",
        b"\x08\x06",
        b"\x3a\x00",
    ],
    ids=["nothing", "page", "pointer", "zip", "only a version", "an empty graph"],
)
def test_what_is_no_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content)
    refused(CARD, path)


def test_another_protobuf_is_refused_before_openvino_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(b"\x0a\x03net")  # field 1 is a string: a TensorFlow graph begins so
    assert "is no ONNX file: it holds no graph" in refused(CARD, path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_cut_short_is_refused(tmp_path: Path, onnx_file: Path, share: float) -> None:
    content = onnx_file.read_bytes()
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content[: int(len(content) * share)])
    assert "is no ONNX file: it ends too early" in refused(CARD, path)


def test_a_file_of_too_many_bytes_is_refused(
    onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_module, "_MOST_BYTES", 1000)
    assert "bytes, at most 1,000 are read" in refused(CARD, onnx_file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot read the weights" in refused(CARD, tmp_path / "none.onnx")


# Where it runs


def test_without_openvino_the_error_says_what_to_install(
    onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)  # Python's way of saying that there is none
    monkeypatch.delitem(sys.modules, "videoemo.backends.openvino_import", raising=False)
    monkeypatch.delitem(sys.modules, "videoemo.backends.openvino_compile", raising=False)
    with pytest.raises(
        WeightsError, match="tiny is an ONNX file, which OpenVINO runs: pip install openvino"
    ):
        load_network(CARD, onnx_file)
