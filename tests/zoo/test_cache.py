from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import user_cache_path

from videoemo.zoo.cache import cache_dir


def test_the_folder_of_networks_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path))
    assert cache_dir() == tmp_path


@pytest.mark.parametrize("unset", [True, False], ids=["unset", "empty"])
def test_the_folder_of_networks_is_else_the_platforms(
    monkeypatch: pytest.MonkeyPatch, unset: bool
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", "")
    if unset:
        monkeypatch.delenv("VIDEOEMO_MODELS")
    assert cache_dir() == user_cache_path("videoemo", appauthor=False) / "models"
