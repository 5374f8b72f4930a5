"""The two examples in docs/study.md, on real pictures and clips."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import Run
from tests.support.paths import ROOT

pytestmark = pytest.mark.shared


def test_the_examples_run(
    shared: Path, videoemo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shared").symlink_to(shared)
    text = (ROOT / "docs" / "study.md").read_text(encoding="utf-8").split("run as they stand")[1]
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(block, {})
    (commands,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    said = {}
    for line in commands.splitlines():
        words = shlex.split(line)[1:]
        status, said[words[1]], told = videoemo(*words)
        assert status == 0, told
    london = pd.read_csv("london/compare/comparison.csv").set_index("measure")
    assert "neutral: 51 units, happiness: 51 units" in said["london"]
    difference, p = london["difference"], london["p_holm"]
    assert difference["mean_happiness"] > 0.5
    assert difference["mean_neutral"] < -0.5
    assert p["mean_happiness"] < 0.05
    # Eleven clips show five people: so few show nothing.
    clips = pd.read_csv("clips/compare/comparison.csv")
    assert set(clips["n_a"].dropna()) | set(clips["n_b"].dropna()) <= {0, 1, 2, 3}
    assert not (clips["p_holm"] <= 0.05).any()
