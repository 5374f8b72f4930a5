"""An ONNX file is looked over before any library opens it: its weights must all be inside, and its
work must have an end that can be seen.

ONNX may keep a tensor's bytes in another file, at a path the file itself names; a stranger's file
could so read what it has no business with. It may also repeat a part of the network, for ever if it
likes: operators that hold parts of the network, such as Loop, Scan and If, are refused. Only
protobuf's wire format is read here, and only as deep as tensors can lie.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from videoemo.errors import WeightsError
from videoemo.util.regular_files import open_regular

__all__ = ["read_onnx"]

# Message -> field number -> message, for each place where a tensor can lie (onnx.proto3 of ONNX
# 1.23, IR version 13).
_INSIDE = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Function": {7: "Node", 11: "Attribute"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {5: "Attribute"},
    "Attribute": {
        5: "Tensor",
        6: "Graph",
        10: "Tensor",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
_GRAPH = 7  # of a Model
_OPERATOR = 4  # of a Node
_PARTS = {6, 11}  # of an Attribute: graphs
# Of a Tensor: external_data, data_location; a tensor that is inside has neither,
# or data_location 0.
_EXTERNAL = {13, 14}
# Far above the published networks (16 to 36 MB), far below protobuf's own limit of 2 GB.
_MOST_BYTES = 300_000_000
# Messages in one; the published networks have fewer than 10,000.
_MOST_MESSAGES = 1_000_000
# Characters of an operator's name that are shown.
_SHOWN = 200


def read_onnx(path: Path) -> bytes:
    """The bytes of an ONNX file that is whole in itself.

    Raises
    ------
    WeightsError
        Missing, too large, no ONNX, with tensors kept in other files, or with an operator that
        holds parts of the network.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > _MOST_BYTES:
                raise WeightsError(
                    f"{path} is refused: {size:,} bytes, at most {_MOST_BYTES:,} are read"
                )
            content = file.read(_MOST_BYTES)
    except OSError as exc:
        raise WeightsError(f"cannot read the weights {path}: {exc.strerror or exc}") from exc
    try:
        has_graph = any(
            field == _GRAPH and isinstance(value, memoryview)
            for field, value in _fields(memoryview(content))
        )
        fault = _find_fault(memoryview(content))
    except (IndexError, ValueError) as exc:
        raise WeightsError(f"{path} is no ONNX file: {exc}") from exc
    if not has_graph:
        raise WeightsError(f"{path} is no ONNX file: it holds no graph")
    if fault is not None:
        raise WeightsError(f"{path} is refused: {fault}")
    return content


def _find_fault(content: memoryview) -> str | None:
    """What a file is refused for, in words; None for nothing."""
    # Each with the node that it is in, if any.
    waiting: list[tuple[str, memoryview, memoryview]] = [("Model", content, memoryview(b""))]
    n_messages = 1
    holder = None
    while waiting:
        message, part, node = waiting.pop()
        for field, value in _fields(part):
            if message == "Tensor" and field in _EXTERNAL and value != 0:
                return (
                    "it keeps weights in other files; save it as one file (onnx.save with "
                    "save_as_external_data=False)"
                )
            inner = _INSIDE[message].get(field)
            if inner is None:
                continue
            if not isinstance(value, memoryview):
                raise ValueError(f"field {field} of {message} is a number")
            if message == "Attribute" and field in _PARTS:
                holder = node
            n_messages += 1
            if n_messages > _MOST_MESSAGES:
                return f"it holds more than {_MOST_MESSAGES:,} nodes, attributes and tensors"
            waiting.append((inner, value, value if inner == "Node" else node))
    if holder is None:
        return None
    return (
        f"its operator {_operator(holder)} repeats or chooses parts of the network, so that it may "
        "have no end; export it without control flow"
    )


def _operator(node: memoryview) -> str:
    """The name of a node's operator, as a message shows it."""
    found = (value for field, value in _fields(node) if field == _OPERATOR)
    name = next((value for value in found if isinstance(value, memoryview)), b"")
    return ascii(bytes(name[:_SHOWN]).decode(errors="replace"))[:_SHOWN]


def _fields(part: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field of a protobuf message: its number, and its value where that is an integer or bytes
    (else 0).
    """
    at = 0
    while at < len(part):
        key, at = _varint(part, at)
        field, wire = key >> 3, key & 7
        value: int | memoryview = 0
        if wire == 0:
            value, at = _varint(part, at)
        elif wire == 2:
            length, at = _varint(part, at)
            value, at = part[at : at + length], at + length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(f"unknown wire type {wire}")
        if at > len(part):
            raise ValueError("it ends too early")
        yield field, value


def _varint(part: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        byte = part[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number of more than 64 bits")
