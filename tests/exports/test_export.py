"""Files of an export stay in the folder of results, which may come from somebody else."""

from __future__ import annotations

from pathlib import Path

from tests.support.results import MadeUp, two_persons, write_results
from videoemo.exports.export import export_results
from videoemo.exports.formats import find_formats
from videoemo.results import load_results


def test_no_link_takes_files_out_of_the_results(tmp_path: Path) -> None:
    out = write_results(tmp_path / "out", {"a.mp4": MadeUp(two_persons(10))})
    (tmp_path / "elsewhere").mkdir()
    (out / "derivatives").symlink_to(tmp_path / "elsewhere")
    run = export_results(load_results(out), find_formats(["bids"]))
    assert "leads out of the output folder" in run.failed["a.mp4"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
