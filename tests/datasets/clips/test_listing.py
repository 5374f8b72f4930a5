from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.layouts import make
from videoemo.datasets.clips._listing import list_entries, list_folders
from videoemo.errors import InputError


def test_what_is_hidden_is_passed_over_and_the_rest_is_in_name_order(tmp_path: Path) -> None:
    make(tmp_path, "b.mp4", "a/x.mp4", ".hidden/y.mp4", ".DS_Store", "c/z.mp4")
    assert [entry.name for entry in list_entries(tmp_path)] == ["a", "b.mp4", "c"]
    assert list_folders(tmp_path) == [tmp_path / "a", tmp_path / "c"]


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^cannot read the folder '.*a\.mp4': \w"):
        list_entries(make(tmp_path, "a.mp4") / "a.mp4")
