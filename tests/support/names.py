"""Files with any name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["write_named"]


def write_named(folder: Path, name: str, content: bytes) -> Path:
    """Write a file; where the file system refuses its name the test is skipped, saying so."""
    path = folder / name
    try:
        path.write_bytes(content)
    except (OSError, UnicodeError) as exc:
        pytest.skip(f"this file system has no file {name!a}: {exc}")
    # Some keep another name than they are given.
    if name not in os.listdir(folder):  # noqa: PTH208 - names are wanted
        pytest.skip(f"this file system keeps {name!a} under another name")
    return path
