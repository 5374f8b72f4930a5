"""What a training leaves: weights in safetensors and a card, which `--extractor` accepts."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from videoemo._version import __version__
from videoemo.util.files import atomic_write
from videoemo.zoo.cards import Card, card_to_toml, sha256

__all__ = ["origin", "write_card", "write_weights"]


def write_weights(state: Mapping[str, Tensor], path: Path) -> str:
    """Write weights in float16, readable for all.

    Returns
    -------
    str
        Their SHA-256.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    halves = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in state.items()
    }
    with atomic_write(path) as temporary:
        save_file(halves, temporary)
        temporary.chmod(0o644)
    return sha256(path)


def write_card(card: Card, folder: Path) -> Path:
    """Write a card beside its weights, as `<name>.toml`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    path = folder / f"{card.name}.toml"
    with atomic_write(path) as temporary:
        temporary.write_text(card_to_toml(card), encoding="utf-8")
    return path


def origin(command: str) -> str:
    """Where a network comes from, for its card: the command, the version, and the commit of the
    checkout that ran, where it is one.
    """
    return f"{command}, videoemo {__version__}{_commit()}"


def _commit() -> str:
    source = Path(__file__).parents[2]
    if not (source / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=source,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f", commit {done.stdout.strip()}"
