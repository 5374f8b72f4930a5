"""What all pages of a report use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from videoemo.errors import InputError
from videoemo.report.assets import CHARTS, write_assets


def test_the_assets_are_ours_and_bokehs_with_its_licence(tmp_path: Path) -> None:
    write_assets(tmp_path)
    names = {path.name for path in (tmp_path / "assets").iterdir()}
    assert {"base.css", CHARTS, "bokeh.LICENSE.txt"} <= names
    assert all(name.endswith((".css", ".js", ".txt")) for name in names)


def test_assets_that_are_there_stay_and_damaged_ones_are_made_anew(tmp_path: Path) -> None:
    write_assets(tmp_path)
    kept, damaged = tmp_path / "assets" / CHARTS, tmp_path / "assets" / "base.css"
    os.utime(kept, ns=(1, 1))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:100])
    write_assets(tmp_path)
    assert kept.stat().st_mtime_ns == 1
    assert damaged.read_bytes() == whole


def test_assets_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "assets").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="'assets' leads out of the output folder"):
        write_assets(tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []
