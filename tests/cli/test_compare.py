"""The command `compare`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.studies import write_study

TWO = {
    f"{letter}{i}.mp4": mean + i / 50 for letter, mean in (("a", 0.2), ("b", 0.7)) for i in range(6)
}
QUICK = "[statistics]\npermutations = 200\nresamples = 100\n"


def test_it_says_what_the_unit_is_who_counts_and_what_differs(
    videoemo: Run, tmp_path: Path
) -> None:
    results, design = write_study(tmp_path, TWO)
    design.write_text(design.read_text() + "gone.mp4,a\n")
    settings = tmp_path / "mine.toml"
    settings.write_text(QUICK)
    command = ("compare", results, "--design", design, "--by", "condition", "--settings", settings)
    status, said, told = videoemo(*command, "--baseline", "0:1")
    assert (status, told) == (0, "")
    assert "unit" in said.splitlines()[0]
    assert "a: 6 units, b: 6 units" in said
    assert "left out: it was not scored (1)" in said
    assert "differ at the family-wise level 0.05" in said
    assert said.endswith(f"report: {results / 'compare' / 'report.html'}\n")


@pytest.mark.parametrize("given", ["1", "1:0", "a:b", "0:inf", "nan:1"])
def test_a_baseline_that_is_none_is_refused(videoemo: Run, tmp_path: Path, given: str) -> None:
    command = ("compare", tmp_path, "--design", tmp_path / "d.csv", "--by", "x")
    status, _, told = videoemo(*command, "--baseline", given)
    assert status == 2
    assert "expected START:STOP in seconds, such as -1:0" in told


def test_a_column_that_is_not_there_is_said_in_one_line(videoemo: Run, tmp_path: Path) -> None:
    results, design = write_study(tmp_path, TWO)
    status, _, told = videoemo("compare", results, "--design", design, "--by", "conditon")
    assert status == 1
    assert len(told.splitlines()) == 1
    assert "conditon" in told
