"""The cards of the published networks, against the table that they were made from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from videoemo.zoo.cards import card_to_toml, find_card, shipped_names

CARDS = sorted(
    path.name.removesuffix(".toml")
    for path in files("videoemo.zoo").joinpath("cards").iterdir()
    if path.name.endswith(".toml")
)
# Those of the table, which tell expressions.
PUBLISHED = [name for name in CARDS if name not in shipped_names() and find_card(name)[0].classes]
# The table names the family; which of its members it is, the card's comment argues.
MEMBERS = {"MobileViT": "mobilevitv2_150"}
# How the rows of results call the networks of which cards exist.
SHORT_NAMES = {
    "B0-afew": "enet_b0_8_best_afew",
    "B0-vgaf": "enet_b0_8_best_vgaf",
    "B2-7": "enet_b2_7",
    "B2-8": "enet_b2_8",
}

Row = dict[str, str]


@pytest.fixture(scope="module")
def protocol(shared: Path) -> str:
    return (shared / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(protocol: str) -> dict[str, Row]:
    """The table of files by our names. Where a cell refers to another row, it is filled in."""
    lines = [
        [cell.strip() for cell in line.strip("|\n ").split("|")]
        for line in protocol.splitlines()
        if re.match(r"\| \S+\.(onnx|pt) ", line)
    ]
    found: dict[str, Row] = {}
    architecture = ""
    for file, named, vector, outputs, px, blob in lines:
        path = Path(file)
        if named not in ("same", "", "as the ONNX"):
            architecture = named
        if path.suffix == ".pt":
            architecture = found[path.stem]["architecture"]
        name = path.stem + "-pt" * (path.suffix == ".pt")
        found[name] = {
            "file": file,
            "architecture": architecture,
            "vector": vector,
            "outputs": outputs,
            "px": px,
            "blob": blob,
        }
    return found


@pytest.mark.shared
def test_every_published_network_has_a_card(rows: dict[str, Row]) -> None:
    assert sorted(rows) == sorted(PUBLISHED)


@pytest.mark.shared
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_card_says_what_the_table_says(rows: dict[str, Row], protocol: str, name: str) -> None:
    row, (card, _) = rows[name], find_card(name)
    assert card.source is not None
    repository, branch, folder = re.findall(
        r"repository `(.+?)`, branch `(.+?)`, folder\s+`(.+?)`", protocol
    )[0]
    assert (card.source.repository, card.source.revision, card.source.path) == (
        repository,
        branch,
        folder + row["file"],
    )
    assert card.file == Path(row["file"]).name
    assert card.git_blob == row["blob"]
    assert card.architecture == MEMBERS.get(row["architecture"], row["architecture"])
    assert row["vector"] in ("?", str(card.embedding))
    assert f"{len(card.classes)}" == row["outputs"].split()[0]
    assert card.value_names == (("valence", "arousal") if "+" in row["outputs"] else ())
    assert str(card.input_size) == row["px"].split(",")[0]
    assert (card.mean == card.std == (0.5,) * 3) == ("mean and std .5" in row["px"])
    assert card.licence.startswith(re.findall(r"Licence (\S+?)\.\s", protocol)[0])


@pytest.mark.shared
@pytest.mark.parametrize("short", SHORT_NAMES)
def test_a_card_gives_every_published_figure(protocol: str, short: str) -> None:
    results = [
        part
        for line in protocol.splitlines()
        if line.startswith("| result")
        for part in re.split("[;|]", line)
        if f"{short} " in part
    ]
    figures = {figure for part in results for figure in re.findall(r"\d\d\.\d\d", part)}
    assert figures
    for name in (SHORT_NAMES[short], f"{SHORT_NAMES[short]}-pt"):
        assert set(re.findall(r"\d\d\.\d\d", find_card(name)[0].figures)) == figures


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_is_used_as_it_was_trained(name: str) -> None:
    card, _ = find_card(name)
    assert list(card.classes) == sorted(card.classes)
    assert (card.crop, card.colour, card.temperature) == ("box", "rgb", 1.0)
    assert card.align == ("vgaf" in name)  # VGAF's figures come from faces turned upright
    assert card.format == ("timm-pickle" if name.endswith("-pt") else "onnx")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_lies_in_the_folder_of_networks(name: str, store: Path) -> None:
    card, weights = find_card(name)
    assert weights == store / card.file


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_written_as_it_was_read(name: str, tmp_path: Path) -> None:
    card, _ = find_card(name)
    (tmp_path / "copy.toml").write_text(card_to_toml(card), encoding="utf-8")
    assert find_card(str(tmp_path / "copy.toml"))[0] == card


def test_the_address_of_a_published_file() -> None:
    card, _ = find_card("enet_b0_8_best_afew")
    folder = (
        "https://raw.githubusercontent.com/sb-ai-lab/EmotiEffLib/main/models/affectnet_emotions"
    )
    assert card.source is not None
    assert card.source.url == f"{folder}/onnx/enet_b0_8_best_afew.onnx"
