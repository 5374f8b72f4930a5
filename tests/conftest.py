"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Every test starts from the same random state."""
    np.random.seed(0)  # noqa: NPY002 - the global state is what a library under test might draw from


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and data; where it is absent the test is skipped, saying so."""
    folder = Path(os.environ.get("VIDEOEMO_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: set VIDEOEMO_SHARED")
    return folder
