"""Recipes that extract the clips of a manifest, `clips.csv`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path


def write_recipe(
    path: Path,
    settings: str = "",
    *,
    statistics: Sequence[str] = ("mean",),
    pooling: str = "video",
) -> Path:
    """Write a recipe; `settings` are its other tables, in TOML."""
    path.write_text(
        f'{settings}\n[descriptor]\nstatistics = {json.dumps(statistics)}\npooling = "{pooling}"\n'
        '[dataset]\nkind = "manifest"\nmanifest = "clips.csv"\n'
    )
    return path
