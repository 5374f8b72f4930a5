"""Folder of networks: fetched weights, and imported networks with their cards, side by side."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["cache_dir"]


def cache_dir() -> Path:
    """Folder of networks: `$VIDEOEMO_MODELS`, or else in the platform's cache folder; it need not
    exist yet.
    """
    given = os.environ.get("VIDEOEMO_MODELS")
    return (
        Path(given).expanduser()
        if given
        else user_cache_path("videoemo", appauthor=False) / "models"
    )
