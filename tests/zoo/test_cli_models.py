"""`videoemo models ...` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import UsageError
from click.testing import CliRunner, Result

from tests.support.cards import URL_PATH, WEIGHTS
from tests.support.server import Server
from videoemo.cli.networks import models
from videoemo.errors import FetchError, InputError


def run(*args: object) -> Result:
    result = CliRunner().invoke(models, [str(arg) for arg in args], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def test_the_list_fits_a_terminal_and_is_aligned(known: Path) -> None:
    lines = run("list").output.splitlines()
    assert max(map(len, lines)) <= 110
    column = lines[0].index("licence")
    assert {line[column - 2 : column] for line in lines} == {"  "}
    assert {line[column] for line in lines[1:]} <= set("AC")


@pytest.mark.parametrize("here", [True, False])
def test_the_list_says_what_is_here(known: Path, here: bool) -> None:
    if here:
        known.write_bytes(WEIGHTS)
    (line,) = [line for line in run("list").output.splitlines() if line.startswith("toy ")]
    assert line.split() == ["toy", "toynet", "32", "2", "yes" if here else "no", "Apache-2.0"]


def test_a_card_that_cannot_be_used_is_told_and_the_others_are_listed(known: Path) -> None:
    known.write_bytes(WEIGHTS)
    (known.parent / "odd.toml").write_text("name = [")
    for command in ("list", "verify"):
        result = run(command)
        assert (result.return_value, "toy" in result.stdout) == (1, True)
        assert "odd.toml is not TOML" in result.output


def test_a_networks_licence_and_origin_are_shown(store: Path) -> None:
    shown = " ".join(run("show", "enet_b0_8_va_mtl").output.split())
    for fact in (
        "licence Apache-2.0 for the weights; AffectNet",
        "origin EmotiEffLib (HSEmotion), A. Savchenko",
        "trained on AffectNet",
        "sadness, surprise, valence, arousal",
        "checksum 7ce9d6dd5b82b260bc19bfe7822a6ffa1abb6011 (git blob)",
        "not here; get it: videoemo models fetch enet_b0_8_va_mtl",
    ):
        assert fact in shown


@pytest.mark.parametrize("name", ["ferplus-small", "enet_b2_8"])
def test_a_shown_card_fits_a_terminal(store: Path, name: str) -> None:
    lines = run("show", name).output.splitlines()
    assert max(len(line) for line in lines if "/" not in line) <= 110


def test_an_unknown_network_is_named(store: Path) -> None:
    with pytest.raises(InputError, match="unknown extractor 'enet_b2_9'; did you mean 'enet_b2_8'"):
        run("show", "enet_b2_9")


def test_a_fetched_network_is_printed_with_its_place(known: Path) -> None:
    assert run("fetch", "toy", "ferplus-small").stdout.splitlines()[0] == str(known)
    assert known.read_bytes() == WEIGHTS


def test_a_network_that_cannot_be_fetched_is_an_error(known: Path, server: Server) -> None:
    del server.files[URL_PATH]
    with pytest.raises(FetchError, match="the server answers 404 Not Found"):
        run("fetch", "toy")


def test_verify_names_what_is_here(known: Path) -> None:
    known.write_bytes(WEIGHTS)
    result = run("verify")
    assert result.return_value == 0
    assert f"ok       {known}" in result.output.splitlines()
    assert "enet_b2_7" not in result.output


def test_verify_names_what_is_damaged(known: Path) -> None:
    known.write_bytes(b"damaged")
    result = run("verify")
    assert result.return_value == 1
    assert f"DAMAGED  toy: the weights {known} are damaged" in result.output


def test_ones_own_network_is_imported_with_its_card(known: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.onnx").write_bytes(WEIGHTS)
    (tmp_path / "my.toml").write_text(
        (known.parent / "toy.toml").read_text().replace('"toy"', '"mine"')
    )
    assert run("import", tmp_path / "weights.onnx", "--card", tmp_path / "my.toml").output.endswith(
        "use it: --extractor mine\n"
    )
    assert (known.parent / "mine.onnx").read_bytes() == WEIGHTS


def test_a_known_network_is_imported_by_name(known: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.onnx").write_bytes(WEIGHTS)
    assert (
        run("import", tmp_path / "weights.onnx", "--as", "toy").output == f"imported toy: {known}\n"
    )


def test_a_bundle_is_made_and_imported(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.write_bytes(WEIGHTS)
    assert run("bundle", tmp_path / "bundle").output.startswith(
        f"toy in {tmp_path / 'bundle'}; on the other machine: videoemo models import "
    )
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path / "elsewhere"))
    assert run("import", tmp_path / "bundle").output == "imported toy\n"


@pytest.mark.parametrize(
    "options", [[], ["--as", "toy", "--card", "CARD"]], ids=["neither", "both"]
)
def test_a_file_is_either_known_or_ones_own(known: Path, options: list[str]) -> None:
    card = known.parent / "toy.toml"
    with pytest.raises(UsageError, match=r"--as NAME for a published network, or --card MY.toml"):
        run("import", card, *[str(card) if option == "CARD" else option for option in options])


def test_a_folder_has_its_own_cards(known: Path) -> None:
    with pytest.raises(UsageError, match="give neither --as nor --card"):
        run("import", known.parent, "--as", "toy")
