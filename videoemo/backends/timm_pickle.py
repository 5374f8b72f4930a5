"""The published `.pt` files: whole timm 0.9 modules, pickled. Their tensors are taken out without
running them, into a network of today's timm.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from videoemo.backends import timm_torch
from videoemo.backends.network import Network, n_outputs
from videoemo.backends.runtime import REFERENCE, Runtime
from videoemo.backends.torch_archive import Pickled, read_module
from videoemo.errors import OutputError, WeightsError
from videoemo.util.checksum_files import find_damage, write_checksum_file
from videoemo.util.files import atomic_write
from videoemo.util.messages import brief, one_line, shown
from videoemo.util.terminal import say
from videoemo.zoo.cards import Card

__all__ = ["CLASSES", "build_frozen", "convert", "load_network"]

# What a pickled EfficientNet of timm 0.9 names, found by pickling tf_efficientnet_b0 and b2 with
# timm 0.9.2 and 0.9.16.
CLASSES = frozenset(
    {
        "timm.layers.adaptive_avgmax_pool.SelectAdaptivePool2d",
        "timm.layers.conv2d_same.Conv2dSame",
        "timm.layers.norm_act.BatchNormAct2d",
        "timm.models._efficientnet_blocks.DepthwiseSeparableConv",
        "timm.models._efficientnet_blocks.InvertedResidual",
        "timm.models._efficientnet_blocks.SqueezeExcite",
        "timm.models.efficientnet.EfficientNet",
        "torch.nn.modules.activation.SiLU",
        "torch.nn.modules.activation.Sigmoid",
        "torch.nn.modules.container.Sequential",
        "torch.nn.modules.conv.Conv2d",
        "torch.nn.modules.flatten.Flatten",
        "torch.nn.modules.linear.Identity",
        "torch.nn.modules.linear.Linear",
        "torch.nn.modules.pooling.AdaptiveAvgPool2d",
    }
)
# Bounds of the walk, which a module inside itself would make endless: EfficientNet-B7 has 2,500
# parts, with names of up to 35 characters.
_MOST_ENTRIES = 20_000
_LONGEST_NAME = 200


def build_frozen(card: Card, weights: Path) -> timm_torch.Frozen:
    """The frozen network of a card, from a pickled module whose checksum was verified.

    The first time it is converted to safetensors in the same folder, which later starts read; where
    that was damaged since, or cannot be kept, it is converted again.

    Raises
    ------
    WeightsError
        Not a pickled EfficientNet of timm 0.9, or not the card's; nothing of the file was run.
    OutputError
        The converted file can be written nowhere.
    """
    # Named by the contents too, which were verified: another file under the old name is
    # converted again.
    converted = weights.with_name(f"{weights.name}.{card.checksum[:16]}.safetensors")
    if not _is_intact(converted):
        try:
            convert(card, weights, to=converted)
            with atomic_write(_checksum_file(converted)) as temporary:
                write_checksum_file(temporary, [converted])
        except OutputError as exc:
            _say(f"{exc}; each start converts it again")
            with TemporaryDirectory() as folder:
                convert(card, weights, to=Path(folder, converted.name))
                return timm_torch.build_frozen(card, Path(folder, converted.name))
    return timm_torch.build_frozen(card, converted)


def _is_intact(converted: Path) -> bool:
    """Whether an earlier start left the converted file, and it is as it was made."""
    try:
        damage = find_damage(_checksum_file(converted), [converted.name])
    except FileNotFoundError:
        return False
    if damage is not None:
        _say(f"{converted} is damaged ({damage}): it is made again")
    return damage is None


def _checksum_file(converted: Path) -> Path:
    return converted.with_name(f"{converted.name}.sha256")


def _say(text: str) -> None:
    say(f"notice: {text}", error=True)


def load_network(card: Card, weights: Path, runtime: Runtime = REFERENCE) -> Network:
    """`build_frozen`, as a function of arrays."""
    return timm_torch.function_of(build_frozen(card, weights), runtime)


def convert(card: Card, weights: Path, *, to: Path) -> None:
    """Write the tensors of a pickled module as safetensors, with the names that today's timm has
    for them.

    Raises
    ------
    WeightsError
        Not a pickled EfficientNet of timm 0.9, or not the card's; nothing of the file was run.
    OutputError
        `to` cannot be written.
    """
    from safetensors.torch import save

    network = timm_torch.build_network(
        card.architecture, n_classes=n_outputs(card), colour=card.colour
    )
    tensors = _tensors(read_module(weights, classes=CLASSES), weights)
    try:
        network.load_state_dict(
            {
                name.replace("classifier.0.", "classifier."): tensor
                for name, tensor in tensors.items()
            }
        )
    except RuntimeError as exc:
        reason = one_line(exc, limit=200)
        raise WeightsError(
            f"{weights} does not hold the weights of {card.architecture}: {reason}"
        ) from exc
    with atomic_write(to) as temporary:
        temporary.write_bytes(save(network.state_dict(), metadata={"source": card.name}))


def _tensors(root: Any, path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a pickled module, as `nn.Module.state_dict` would give it."""
    tensors: dict[str, torch.Tensor] = {}
    waiting = [("", root)]
    n_entries = 0
    while waiting:
        prefix, module = waiting.pop()
        for part in ("_parameters", "_buffers", "_modules"):
            entries = _entries(module, part, path)
            n_entries += len(entries)
            if n_entries > _MOST_ENTRIES:
                raise WeightsError(
                    f"{path} is refused: more than {_MOST_ENTRIES:,} modules and tensors"
                )
            for name, entry in entries.items():
                if not isinstance(name, str) or len(prefix) + len(name) > _LONGEST_NAME:
                    raise WeightsError(
                        f"{path} is refused: the name of a module or tensor is too long or none, "
                        f"in {shown(prefix)}"
                    )
                if entry is None:
                    continue
                if part == "_modules":
                    waiting.append((f"{prefix}{name}.", entry))
                elif isinstance(entry, torch.Tensor):
                    tensors[prefix + name] = entry
                else:
                    raise WeightsError(f"{path} is refused: {brief(prefix + name)} is no tensor")
    return tensors


def _entries(module: Any, part: str, path: Path) -> dict[Any, Any]:
    state = module.state if isinstance(module, Pickled) else None
    entries = state.get(part) if isinstance(state, dict) else None
    if not isinstance(entries, dict):
        raise WeightsError(
            f"{path} holds no pickled network: {type(module).__name__} without {part}; ask its "
            "author for safetensors or ONNX"
        )
    return entries
