"""Folders of models in the form of transformers: what is read of them, and what is refused, since
they may be a stranger's.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from videoemo.errors import WeightsError
from videoemo.util.messages import one_line
from videoemo.util.regular_files import is_regular, read_regular

__all__ = ["model_kind", "require_plain", "weights_checksum"]

_WEIGHTS = "*.safetensors"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
# Bytes: those of real ones have some hundred thousand at most.
_MOST_BYTES = 2**24


def model_kind(folder: Path) -> str:
    """The kind of the model in a folder, as its config.json names it, such as `paligemma`.

    Raises
    ------
    WeightsError
        No such folder, no weights in safetensors, an adapter, or files that bring code of their
        own.
    """
    require_plain(folder)
    if (folder / "adapter_config.json").exists():
        raise WeightsError(
            f"{folder} holds an adapter: give the card beside it, which names its base and the "
            "base's checksum"
        )
    if not _weights(folder):
        pickles = sorted(path.name for kind in _PICKLES for path in folder.glob(kind))
        found = f", only {pickles[0]}, which may run code" if pickles else ""
        raise WeightsError(f"{folder} has no weights in safetensors{found}")
    kind = _read(folder / "config.json").get("model_type")
    if not isinstance(kind, str):
        raise WeightsError(f"{folder / 'config.json'} names no model_type")
    return kind


def require_plain(folder: Path) -> None:
    """Require that no settings in a folder name code to be run.

    Raises
    ------
    WeightsError
        Some do, or there is no such folder.
    """
    if not folder.is_dir():
        raise WeightsError(f"no folder {folder}: give one with the files of a model")
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith("config.json") and "auto_map" in _read(path):
            raise WeightsError(
                f"{path} names code of its own (auto_map), which is never run: give a model that "
                "transformers knows"
            )


def weights_checksum(folder: Path) -> str:
    """Checksum of all weights in a folder: the SHA-256 of a line a file, in the order of their
    names: its own SHA-256 and its name.

    Raises
    ------
    WeightsError
        There are none.
    """
    from videoemo.util.checksums import sha256

    files = _weights(folder)
    if not files:
        raise WeightsError(f"{folder} has no weights in safetensors")
    lines = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _weights(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(_WEIGHTS) if is_regular(path))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_regular(path, most=_MOST_BYTES))
    except (OSError, ValueError, RecursionError) as exc:
        raise WeightsError(f"cannot read {path}: {one_line(exc, limit=200)}") from exc
    if not isinstance(content, dict):
        raise WeightsError(f"cannot read {path}: expected a JSON object")
    return content
