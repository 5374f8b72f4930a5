"""A network that a recipe names and that is not here yet: fetched when it is first used, or the one
that ships in its place.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from tests.support.commands import Run
from tests.support.server import Server
from tests.support.tiny_networks import SIDE, card_of, make_random, register, tiny_efficientnet
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.extraction import load_extraction
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.features.table import read_table
from videoemo.inference.models import load_for_pipeline
from videoemo.zoo.cards import Source, card_to_toml, find_card


@pytest.fixture
def afew(tmp_path: Path) -> Path:
    """AFEW's layout with a face in each split; an .avi that is a picture is read as one."""
    for split, label in (("Train_AFEW", "Happy"), ("Val_AFEW", "Sad")):
        (tmp_path / "afew" / split / label).mkdir(parents=True)
        clip = tmp_path / "afew" / split / label / "000000001.avi"
        write_portrait(tmp_path / "portrait.bmp").rename(clip)
    return tmp_path / "afew"


@pytest.fixture
def filled(store: Path, converted: Path) -> Path:
    """A folder of networks with those that were converted before."""
    store.mkdir()
    converted.mkdir(exist_ok=True)
    (store / "openvino").symlink_to(converted)
    return store


@pytest.fixture
def published(filled: Path, server: Server) -> str:
    """A small network that only the server has. Gives its name."""
    register()
    weights = save(make_random(tiny_efficientnet(), SIDE).state_dict())
    source = Source(repository="o/r", revision="main", path="p.safetensors", base=server.base)
    card = card_of("published.safetensors", name="published", source=source)
    card = replace(card, sha256=hashlib.sha256(weights).hexdigest())
    server.files[source.url.removeprefix(server.base)] = weights
    (filled / "published.toml").write_text(card_to_toml(card))
    return card.name


def test_a_network_is_fetched_when_it_is_first_used(
    published: str, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with load_for_pipeline(
        change_pipeline(load_pipeline(), extractor=published, extractor_offline="ferplus-small")
    ) as models:
        assert (models.card.name, (store / "published.safetensors").is_file()) == (
            "published",
            True,
        )
    assert "fetching published from http://" in capfd.readouterr().err
    with load_for_pipeline(change_pipeline(load_pipeline(), extractor=published)):
        pass
    assert "fetching" not in capfd.readouterr().err


def test_where_it_cannot_be_had_the_network_that_ships_serves_and_one_line_says_so(
    published: str, server: Server, videoemo: Run, tmp_path: Path
) -> None:
    server.files.clear()
    (tmp_path / "p.toml").write_text(
        f'[network]\nextractor = "{published}"\nextractor_offline = "ferplus-small"\n'
        "[outputs]\npictures = false\n"
    )
    status, _, err = videoemo(
        "score",
        write_portrait(tmp_path / "a.bmp"),
        "-o",
        tmp_path / "out",
        "--pipeline",
        tmp_path / "p.toml",
    )
    fetching, notice = err.splitlines()
    assert (status, fetching.startswith("fetching")) == (0, True)
    assert notice.startswith(
        "notice: ferplus-small serves in place of published (cannot fetch http://"
    )
    assert notice.endswith("to get it: videoemo models fetch published")
    summary = json.loads((tmp_path / "out" / "a.bmp" / "summary.json").read_text())
    assert summary["extractor"]["name"] == "ferplus-small"
    assert {"licence", "origin"} <= set(summary["extractor"])


def test_afew_is_extracted_without_the_network_and_the_table_says_by_what(
    videoemo: Run, afew: Path, tmp_path: Path
) -> None:
    status, _, err = videoemo(
        "extract", "--dataset", "afew", "--root", afew, "-o", tmp_path / "f.parquet"
    )
    assert status == 0
    (notice,) = (line for line in err.splitlines() if "serves" in line)
    assert "ferplus-small serves in place of enet_b0_8_best_afew" in notice
    assert read_table(tmp_path / "f.parquet").provenance["extractor"]["name"] == "ferplus-small"


@pytest.mark.parametrize("command", ["extract", "score"])
def test_a_network_named_on_the_command_line_is_never_replaced(
    videoemo: Run, afew: Path, tmp_path: Path, command: str
) -> None:
    given = ["--dataset", "afew", "--root", afew] if command == "extract" else [afew]
    status, _, err = videoemo(
        command, *given, "-o", tmp_path / "f", "--extractor", "enet_b0_8_best_afew"
    )
    assert (status, "enet_b0_8_best_afew is not in" in err, (tmp_path / "f").exists()) == (
        1,
        True,
        False,
    )


def test_the_published_recipes_name_the_published_networks() -> None:
    for name in ("afew", "vgaf"):
        network = load_extraction(name).pipeline.network
        assert (network.extractor, network.extractor_offline) == (
            f"enet_b0_8_best_{name}",
            "ferplus-small",
        )


class Hostile:
    """A pickle of it runs a command when it is opened by a reader that trusts it."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._marker}",)


def test_a_strangers_pickle_with_a_card_is_refused_by_name_and_not_run(
    videoemo: Run, filled: Path, tmp_path: Path
) -> None:
    torch.save(Hostile(tmp_path / "ran"), tmp_path / "evil.pt")
    published, _ = find_card("enet_b0_8_best_afew-pt")
    own = replace(
        published, name="evil", file="evil.pt", git_blob=None, sha256="0" * 64, source=None
    )
    (tmp_path / "evil.toml").write_text(
        "".join(
            line
            for line in card_to_toml(own).splitlines(keepends=True)
            if not line.startswith("sha256")
        )
    )
    assert (
        videoemo("models", "import", tmp_path / "evil.pt", "--card", tmp_path / "evil.toml")[0] == 0
    )
    status, _, err = videoemo(
        "score", write_portrait(tmp_path / "a.bmp"), "-o", tmp_path / "out", "--extractor", "evil"
    )
    (line,) = err.splitlines()
    assert (
        status,
        f"names {os.system.__module__}.system, which no timm network holds: refused" in line,
    ) == (1, True)
    assert not (tmp_path / "ran").exists()
