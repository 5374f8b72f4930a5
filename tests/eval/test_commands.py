"""The commands of eval: each runs as `python -m eval.NAME`, and says so."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.classifiers import main as classifiers
from tests.support.paths import ROOT

NAMES = sorted(path.stem for path in (ROOT / "eval").glob("[!_]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_how_it_is_run(name: str) -> None:
    result = CliRunner().invoke(import_module(f"eval.{name}").main, ["--help"])
    assert result.exit_code == 0
    assert f"\n      python -m eval.{name}" in result.stdout


def test_what_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(classifiers, [str(tmp_path / "none.parquet")])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
