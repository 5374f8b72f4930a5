"""What reaches an installed copy."""

from __future__ import annotations

import configparser
import re
import runpy

import pytest
import setuptools

from tests.support.paths import ROOT
from videoemo._native import COMPILED
from videoemo._version import __version__


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_every_folder_of_code_and_of_settings_is_a_package() -> None:
    code = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "videoemo").rglob("__init__.py")
    }
    settings = {
        "videoemo.classifiers",
        "videoemo.pipelines",
        "videoemo.pipelines.find",
        "videoemo.pipelines.label",
        "videoemo.pipelines.study",
        "videoemo.pipelines.train",
        "videoemo.protocols",
    }
    assert set(setup()["options"]["packages"].split()) == code | settings


def test_every_kind_of_data_file_is_named() -> None:
    data = setup()["options.package_data"]
    assert data["videoemo"] == "py.typed"
    assert {"cards/*.toml", "weights/*.safetensors"} == {
        name.strip() for name in data["videoemo.zoo"].split(",")
    }
    assert {"assets/*.css", "assets/*.js", "templates/*.html"} == {
        name.strip() for name in data["videoemo.report"].split(",")
    }
    assert data["videoemo._native"] == "*.pyi"
    settings = {
        "videoemo.classifiers",
        "videoemo.pipelines",
        "videoemo.pipelines.find",
        "videoemo.pipelines.label",
        "videoemo.pipelines.study",
        "videoemo.pipelines.train",
        "videoemo.protocols",
    }
    assert all(data[name] == "*.toml" for name in settings)


def test_every_compiled_part_is_built_and_has_a_counterpart_in_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = list((ROOT / "videoemo").rglob("*.c"))
    built: list[str] = []

    def read(*, ext_modules: list[setuptools.Extension]) -> None:
        built.extend(module.name for module in ext_modules)

    monkeypatch.setattr(setuptools, "setup", read)
    runpy.run_path(str(ROOT / "setup.py"))
    assert (
        set(built)
        == {".".join(source.relative_to(ROOT).with_suffix("").parts) for source in sources}
        == set(COMPILED)
    )
    assert all(list(source.parent.glob(f"{source.stem}_*.py")) for source in sources)


def test_the_changelog_begins_with_what_is_unreleased_and_then_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert headings[:2] == ["Unreleased", __version__]


def test_the_citation_names_the_version_and_the_licence() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert {f"version: {__version__}", f"license: {setup()['metadata']['license']}"} <= set(lines)


def requirements() -> set[str]:
    """The names of all that is required, by the package or by one of its extras."""
    extras = setup()["options.extras_require"]
    named = [setup()["options"]["install_requires"], *(extras[name] for name in extras)]
    lines = [line.strip() for text in named for line in text.splitlines()]
    given = {re.split(r"[<>=!;\[ ]", line)[0].lower() for line in lines if line and line[0] != "#"}
    return given - {"videoemo"}


def test_decord_comes_only_when_it_is_asked_for() -> None:
    options = setup()
    assert "decord" not in options["options"]["install_requires"]
    assert options["options.extras_require"]["decord"].split()[0] == "decord>=0.6;"


def pinned(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}


def test_constraints_pin_every_requirement() -> None:
    assert requirements() <= pinned("constraints.txt")


def test_the_lowest_versions_tested_are_the_lowest_allowed() -> None:
    options = setup()
    extras = (
        options["options.extras_require"][name] for name in ("train", "study", "dask", "decord")
    )
    lines = "".join([options["options"]["install_requires"], *extras])
    lowest = {
        found["name"].lower(): found["version"]
        for found in re.finditer(r"^(?P<name>[\w-]+)>=(?P<version>[\d.]+)", lines, re.MULTILINE)
    }
    text = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8")
    tested = {
        found["name"].lower(): found["version"]
        for found in re.finditer(r"^(?P<name>[\w-]+)==(?P<version>[\d.]+)", text, re.MULTILINE)
    }
    assert {
        name: f"{version} is allowed, {tested.get(name)} is tested"
        for name, version in lowest.items()
        if _numbers(tested.get(name, "0")) != _numbers(version)
    } == {}


def _numbers(version: str) -> tuple[int, ...]:
    """Without the zeros at the end: 2 is 2.0.0."""
    numbers = [int(number) for number in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
