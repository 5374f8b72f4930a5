"""What reaches an installed copy."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path

from videoemo import doctor
from videoemo._version import __version__

ROOT = Path(__file__).parents[1]


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_every_folder_of_code_and_of_settings_is_a_package() -> None:
    code = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "videoemo").rglob("__init__.py")}
    settings = {"videoemo.classifiers", "videoemo.pipelines", "videoemo.pipelines.train", "videoemo.protocols"}
    assert set(setup()["options"]["packages"].split()) == code | settings


def test_every_kind_of_data_file_is_named() -> None:
    data = setup()["options.package_data"]
    assert {"py.typed", "cards/*.toml", "weights/*.safetensors"} <= {name.strip() for name in data["videoemo"].split(",")}
    assert all(data[name] == "*.toml" for name in data if name != "videoemo")


def test_every_compiled_part_is_built_and_has_a_counterpart_in_python() -> None:
    sources = list((ROOT / "videoemo").rglob("*.c"))
    built = ast.literal_eval((ROOT / "setup.py").read_text(encoding="utf-8").partition("COMPILED = ")[2].partition("\n")[0])
    assert set(built) == {".".join(source.relative_to(ROOT).with_suffix("").parts) for source in sources} == set(doctor._COMPILED)
    assert all(list(source.parent.glob(f"{source.stem.lstrip('_')}_*.py")) for source in sources)


def test_the_changelog_begins_with_the_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings[0].split()[1] == __version__


def test_constraints_pin_every_requirement() -> None:
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    named = setup()["options"]["install_requires"] + setup()["options.extras_require"]["dev"]
    wanted = {line.split(">")[0].strip().lower() for line in named.splitlines() if line.strip() and not line.startswith("#")}
    assert wanted <= pinned
