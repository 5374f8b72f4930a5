"""A tiny EfficientNet with one block of each kind that the published ones are made of, and pickles
and ONNX files of it.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tests.support.heads import heads
from videoemo.backends.torchvision_repair import import_torchvision
from videoemo.zoo.cards import Card, card_to_toml, sha256

CLASSES = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
ARCHITECTURE = "tiny_efficientnet"
SIDE = 32


def tiny_efficientnet(num_classes: int = 8, in_chans: int = 3, **_: Any) -> nn.Module:
    """As timm builds `tf_efficientnet_b0`, with 12,000 parameters; timm 0.9 and 1.0 build
    the same.
    """
    import_torchvision()
    from timm.models._efficientnet_builder import decode_arch_def
    from timm.models.efficientnet import EfficientNet

    blocks = [
        ["ds_r1_k3_s1_e1_c8_se0.25"],
        ["ir_r2_k3_s2_e4_c16_se0.25"],
        ["ir_r1_k5_s2_e4_c16_se0.25"],
    ]
    network: nn.Module = EfficientNet(
        decode_arch_def(blocks),  # type: ignore[no-untyped-call]
        num_classes=num_classes,
        in_chans=in_chans,
        stem_size=8,
        num_features=64,
        pad_type="same",
        act_layer=nn.SiLU,
    )
    return network


def make_random(network: nn.Module, side: int) -> nn.Module:
    """Random weights that tell inputs apart: batch norms as after training, outputs centred, so
    that no class always wins.
    """
    torch.manual_seed(0)
    n, passes = (8, 20) if side == SIDE else (4, 3)
    noise = torch.randn(n, 3, side, side) * torch.rand(n, 3, 1, 1) + torch.randn(n, 3, 1, 1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if ".bn" in name or name.startswith("bn"):
                parameter.add_(torch.randn_like(parameter) * 0.1)
        for _ in range(passes):
            network.train()(noise)
        *_, classifier = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
        classifier.weight.normal_()
        classifier.bias.sub_(network.eval()(noise).mean(0))
    return network


def register() -> None:
    """Make the tiny network known to timm by its name."""
    import_torchvision()
    import timm

    if not timm.is_model(ARCHITECTURE):
        timm.models.register_model(tiny_efficientnet)


def save_onnx(network: nn.Module, path: Path, *, side: int) -> Path:
    """An ONNX file as the published ones: opset 11, `input` and `output`, any batch, a Gemm at
    its end.
    """
    with warnings.catch_warnings():
        # The exporter that these files were made with; its successor needs one more library and a
        # later opset.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network.eval(),
            (torch.zeros(2, 3, side, side),),
            path,
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            opset_version=11,
            dynamo=False,
        )
    return path


def card_of(file: str, **given: Any) -> Card:
    """A card of the tiny network."""
    form = {".onnx": "onnx", ".pt": "timm-pickle", ".safetensors": "safetensors"}[Path(file).suffix]
    said: dict[str, Any] = {
        "name": "tiny",
        "file": file,
        "format": form,
        "sha256": "0" * 64,
        "architecture": ARCHITECTURE,
        "crop": "box",
        "input_size": SIDE,
        "colour": "rgb",
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "outputs": heads(CLASSES, size=64),
        "temperature": 1.0,
        "licence": "none",
        "origin": "made up",
        "trained_on": "nothing",
        "figures": "none",
    }
    return Card(**(said | given))


def write_card(folder: Path, card: Card) -> Path:
    """Write a card beside its network's file, with the checksum of that file."""
    path = (folder / card.file).with_suffix(".toml")
    card = replace(card, sha256=sha256(folder / card.file))
    path.write_text(card_to_toml(card), encoding="utf-8")
    return path
