"""Where files lie, and that imports go one way; setup.cfg has the layers."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter

import grimp

from tests.support.paths import ROOT

TESTS = ROOT / "tests"


def test_few_modules_lie_beside_the_rooms() -> None:
    assert len(list((ROOT / "videoemo").glob("*.py"))) <= 8


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("videoemo", cache_dir=None)
    imported = {
        # `python -m` gives the worker another name, under which it takes itself in.
        name: graph.find_modules_directly_imported_by(name) - {name}
        for name in graph.modules
    }
    TopologicalSorter(imported).prepare()  # names a circle where there is one


def test_every_folder_of_tests_mirrors_a_room() -> None:
    rooms = ROOT / "videoemo"
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    others = [folder for folder in folders if not (rooms / folder).is_dir()]
    assert [folder.as_posix() for folder in others] == ["eval"]


def test_what_several_tests_use_lies_in_support() -> None:
    # Not among the imports alone: some tests start a Python of their own on a few lines.
    taken = re.compile(r"^(?:from|import) tests(?!\.support).*", re.M)
    assert {
        path.relative_to(TESTS).as_posix(): found
        for path in TESTS.rglob("*.py")
        if (found := taken.findall(path.read_text(encoding="utf-8")))
    } == {}


def test_tests_in_a_browser_lie_where_they_are_looked_for() -> None:
    mark = "mark." + "browser"
    found = [path for path in TESTS.rglob("*.py") if mark in path.read_text(encoding="utf-8")]
    assert found
    assert set(found) <= set(TESTS.glob("*/test_*_in_browser.py"))


def test_what_is_printed_goes_through_one_function() -> None:
    # The other one is loaded without the package, too, and prints a sentence of its own.
    own = {"util/terminal.py", "backends/torchvision_repair.py"}
    printing = re.compile(
        r"\bprint\(|partial\(print|\becho\(|\bstd(?:out|err)\.write\(|tqdm\.write\("
    )
    found = {
        path.relative_to(ROOT / "videoemo").as_posix(): len(
            printing.findall(path.read_text("utf-8"))
        )
        for path in (ROOT / "videoemo").rglob("*.py")
    }
    assert {name: n for name, n in found.items() if n and name not in own} == {
        "runs/progress.py": 1
    }
