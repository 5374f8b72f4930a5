"""What README and the pages say holds: figures are those of the result files, commands those there
are, and links lead somewhere.
"""

from __future__ import annotations

import configparser
import json
import math
import pkgutil
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

from eval.limits import PAGE, PLACE, by_groups
from eval.support import markdown
from tests.support.paths import ROOT
from videoemo.cli.commands import cli
from videoemo.config.pipeline import load_pipeline
from videoemo.zoo.cards import find_card

PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "eval" / "README.md", *PAGES]
# The quantile of a two-sided 95 % interval.
Z = 1.959964


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def result(name: str) -> Any:
    return json.loads(read(ROOT / "eval" / "results" / name))


def wilson(right: int, n: int) -> str:
    """A share and its 95 % interval (E. B. Wilson, Journal of the American Statistical Association
    22, 1927, 209-212), in percent.
    """
    share, width = right / n, Z * Z / n
    middle = (share + width / 2) / (1 + width)
    half = math.sqrt(share * (1 - share) * width + width * width / 4) / (1 + width)
    ends = (100 * end for end in (middle - half, middle + half))
    return f"{100 * share:.1f} % ({' to '.join(f'{end:.1f}' for end in ends)})"


def commands(path: Path) -> Iterator[list[str]]:
    """The words of every line in a page's shell blocks that calls videoemo."""
    for block in re.findall(r"```sh\n(.*?)```", read(path), re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["videoemo"]:
                yield words[1:]


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command's name, options or choices."""
    command: click.Command = cli
    while isinstance(command, click.Group):
        if words[0] not in command.commands:
            return f"no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    options = {name: option for option in command.params for name in option.opts}
    for word, following in pairwise([*words, ""]):
        if word.startswith("-") and word not in options:
            return f"no option {word}"
        kind = options[word].type if word in options else None
        if isinstance(kind, click.Choice) and following not in kind.choices:
            return f"{word} is not {following}"
    return None


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_command_that_is_shown_exists(path: Path) -> None:
    wrong = {" ".join(words): complaint(words) for words in commands(path)}
    assert not {words: what for words, what in wrong.items() if what is not None}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_link_to_a_file_leads_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", read(path))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (path.parent / link).exists()] == []


def test_the_readme_fits_on_two_screens() -> None:
    assert len(read(ROOT / "README.md").splitlines()) <= 120


def test_the_accuracies_in_the_readme_are_those_of_the_report() -> None:
    text = read(ROOT / "README.md")
    for figures in result("ferplus-small/report.json")["figures"]:
        right, n = figures["right"], figures["faces"]
        assert f"| {right:,} / {n:,} | {wilson(right, n)} |" in text
    eight = result("ferplus-small/report.json")["figures"][0]
    told = (f"{100 * eight[name]:.1f} %" for name in ("uar", "macro_f1", "ece"))
    assert f"| {'; '.join(told)} |" in text


def test_the_figures_by_group_among_the_limits_are_those_of_the_card() -> None:
    card, _ = find_card(load_pipeline().network.extractor)
    assert markdown.block(PAGE, PLACE) == by_groups(card), "run python -m eval.limits"


def test_the_recalls_among_the_limits_are_those_of_the_report() -> None:
    figures, text = result("ferplus-small/report.json")["figures"][0], read(ROOT / "docs/limits.md")
    for i, (name, counts) in enumerate(zip(figures["recall"], figures["confusion"], strict=True)):
        right, n = counts[i], sum(counts)
        assert f"| {name} | {n:,} | {right:,} | {wilson(right, n)} |" in text


def test_the_speeds_in_the_readme_are_those_of_the_measurement() -> None:
    text, rows = read(ROOT / "README.md"), result("speed.json")["rows"]
    for clip in ("group_1080p.mp4", "woman_360p.mp4"):
        of_clip = {row["peer"]: row for row in rows if row["clip"] == clip}
        engines = [of_clip["emotiefflib-onnx"], of_clip["emotiefflib-torch"]]
        # Against EmotiEffLib the faster of its engines counts.
        for row in (max(engines, key=lambda row: row["peer_fps"]), of_clip["fer40px"]):
            told = (f"{row[name]:.1f}" for name in ("ours_fps", "peer_fps", "ratio"))
            assert f"| {' | '.join(told)} |" in text


def layers() -> list[list[str]]:
    """The rooms of each layer, from the top down, by the contract of imports."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    given = settings["importlinter:contract:layers"]["layers"].split("\n")
    rooms = [re.findall(r"\w+", line) for line in given]
    return [named for line in rooms if (named := sorted({*line} - {"__main__", "_version"}))]


def test_the_layers_that_contributors_are_told_are_those_of_the_contract() -> None:
    _, table = read(ROOT / "CONTRIBUTING.md").split("| layer | rooms |\n|---|---|\n")
    told = [line.split("|")[2] for line in table.split("\n\n")[0].splitlines()]
    assert [sorted(re.findall(r"`(\w+)`", rooms)) for rooms in told] == layers()


def test_every_room_has_its_purpose_and_its_place_in_the_drawing() -> None:
    rooms = {room for layer in layers() for room in layer}
    page, drawing = read(ROOT / "docs/architecture.md"), read(ROOT / "docs/layers.html")
    _, table = page.split("| room | purpose |\n|---|---|\n")
    told = [line.split("|")[1] for line in table.split("\n\n")[0].splitlines()]
    assert {room for line in told for room in re.findall(r"`(\w+)`", line)} == rooms
    assert {*re.findall(r'"monospace">(\w+)<', drawing)} == rooms


def way_of_a_frame() -> list[str]:
    page = read(ROOT / "docs/architecture.md")
    _, way = page.split("<!-- way of a frame", 1)
    return way.split("<!-- end", 1)[0].splitlines()[1:]


def test_the_way_of_a_frame_has_twelve_lines_at_most_and_names_what_there_is() -> None:
    lines = way_of_a_frame()
    assert len(lines) <= 12
    names = re.findall(r"`([a-z_]+(?:\.\w+)+)`", "\n".join(lines))
    assert len(names) > 20
    files = {"faces.parquet", "videos.csv"}
    assert [name for name in names if name not in files and not exists(f"videoemo.{name}")] == []


def exists(name: str) -> bool:
    """Whether there is a module of this name, or what it names in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True
