"""The examples in docs/python.md run as they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from tests.support.exports import EMOTIONS, faces_showing
from tests.support.paths import ROOT
from tests.support.results import MadeUp, write_results
from videoemo.tables.columns import Columns

# Not among what videoemo is installed with.
FOREIGN = ("polars", "pyreadstat")


def test_the_examples_of_pandas_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = faces_showing({0: "4" * 50 + "6" * 50, 1: "4" * 80 + "." * 20})
    columns = Columns(EMOTIONS, (), None)
    write_results(tmp_path / "results", {"interview.mp4": MadeUp(table)}, columns=columns)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    own = [block for block in blocks if not any(name in block for name in FOREIGN)]
    assert len(own) == 4
    names: dict[str, Any] = {}
    for block in own:
        exec(block, names)
    durations, means = names["durations"], names["means"]
    assert durations.loc["interview.mp4"].sum(axis=1).round(6).tolist() == [4.0, 3.2]
    assert durations.loc[("interview.mp4", 1), "sadness"] == 0
    assert list(means.columns) == list(EMOTIONS)
    assert len(means) == 8
    assert isinstance(names["results"].plot_timeline("interview.mp4"), Figure)
