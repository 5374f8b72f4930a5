"""The folder of networks: the weights that were fetched, and the imported networks with their cards, side by side."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["folder"]


def folder() -> Path:
    """`$VIDEOEMO_MODELS`, or else the platform's place for what can be fetched again; it need not exist yet."""
    given = os.environ.get("VIDEOEMO_MODELS")
    return Path(given).expanduser() if given else user_cache_path("videoemo", appauthor=False) / "models"
