from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.config.toml import data_root, settings_dir
from videoemo.errors import InputError


def test_a_datasets_root_is_given_or_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "afew").mkdir()
    monkeypatch.setenv("VIDEOEMO_DATA", str(tmp_path))
    assert data_root("afew", None, option="--root") == tmp_path / "afew"
    assert data_root("afew", tmp_path, option="--root") == tmp_path
    with pytest.raises(
        InputError, match="give the data's folder with --root, or set VIDEOEMO_DATA"
    ):
        data_root("vgaf", None, option="--root")


@pytest.mark.parametrize("name", ["pipelines", "pipelines/study", "pipelines/train", "protocols"])
def test_the_settings_are_found_in_a_checkout(name: str) -> None:
    assert list(settings_dir(name).glob("*.toml"))
