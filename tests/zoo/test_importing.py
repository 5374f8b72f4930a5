from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cards import WEIGHTS, toy_card
from videoemo.errors import InputError, OutputError, RecipeError, WeightsError
from videoemo.util.checksums import git_blob, sha256
from videoemo.zoo.cards import card_names, card_to_toml, find_card
from videoemo.zoo.importing import import_folder, import_known, import_own


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "brought" / "My Network.onnx"
    path.parent.mkdir()
    path.write_bytes(WEIGHTS)
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card without a file and without a checksum."""
    path = tmp_path / "card.toml"
    path.write_text(
        "".join(
            line
            for line in card_to_toml(toy_card()).splitlines(keepends=True)
            if not line.startswith(("file", "sha256"))
        )
    )
    return path


def test_a_known_network_is_put_in_its_place(known: Path, file: Path) -> None:
    assert import_known(file, "toy") == known
    assert known.read_bytes() == WEIGHTS


def test_another_file_is_no_known_network(known: Path, file: Path) -> None:
    known.write_bytes(b"an earlier network")
    file.write_bytes(b"another")
    with pytest.raises(
        WeightsError,
        match=f"is not toy: its checksum is {sha256(file)}, "
        f"expected {find_card('toy')[0].checksum}",
    ):
        import_known(file, "toy")
    assert known.read_bytes() == b"an earlier network"


def test_a_published_network_demands_the_published_checksum(store: Path, file: Path) -> None:
    with pytest.raises(
        WeightsError,
        match=f"its checksum is {git_blob(file)}, expected "
        "d87faf71e8756d68c701ffd88b4cde4be460f57d",
    ):
        import_known(file, "enet_b0_8_best_afew")
    assert not store.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ferplus-small", "ships with videoemo"),
        ("resnet", "no network is called 'resnet'; see videoemo models list"),
    ],
)
def test_only_a_network_with_a_place_is_imported_by_name(
    store: Path, file: Path, name: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        import_known(file, name)


def test_ones_own_network_is_known_by_its_cards_name(store: Path, file: Path, card: Path) -> None:
    import_own(file, card)
    kept, weights = find_card("toy")
    assert (kept.sha256, weights) == (sha256(file), store / "toy.onnx")
    assert weights.read_bytes() == WEIGHTS
    assert "toy" in card_names()


def test_the_checksum_of_a_card_is_held_to(store: Path, file: Path, card: Path) -> None:
    card.write_text(f'sha256 = "{"0" * 64}"\n' + card.read_text())
    with pytest.raises(WeightsError, match=f"is not toy: .*expected {'0' * 64}"):
        import_own(file, card)
    assert not store.exists()


def test_a_git_blob_id_of_a_card_is_kept(store: Path, file: Path, card: Path) -> None:
    card.write_text(f'git_blob = "{git_blob(file)}"\n' + card.read_text())
    kept = import_own(file, card)
    assert (kept.sha256, kept.git_blob) == (None, git_blob(file))


@pytest.mark.parametrize("name", ["toy", "ferplus-small", "enet_b2_7"])
def test_a_name_belongs_to_one_network(known: Path, file: Path, card: Path, name: str) -> None:
    card.write_text(card.read_text().replace('"toy"', f'"{name}"'))
    with pytest.raises(InputError, match=f"the name '{name}' is taken"):
        import_own(file, card)


@pytest.mark.parametrize("name", ["../toy", "a/b", "a\\\\b", "", ".toy", "c:toy"])
def test_a_name_leads_nowhere_else(store: Path, file: Path, card: Path, name: str) -> None:
    card.write_text(card.read_text().replace('"toy"', f'"{name}"'))
    with pytest.raises(RecipeError, match="name: allowed are names of files"):
        import_own(file, card)


def test_another_format_than_the_cards_is_refused(store: Path, file: Path, card: Path) -> None:
    keras = file.rename(file.with_suffix(".h5"))
    with pytest.raises(
        InputError,
        match=r"expected \.onnx, since its card says format = 'onnx'; convert other formats "
        r"to ONNX",
    ):
        import_own(keras, card)


def test_a_missing_file_is_named(store: Path, tmp_path: Path, card: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read .*gone.onnx: No such file"):
        import_own(tmp_path / "gone.onnx", card)


def test_a_folder_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, card: Path
) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path / "taken"))
    with pytest.raises(OutputError, match="cannot write"):
        import_own(file, card)


def test_a_folder_without_cards_is_no_bundle(store: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a folder that videoemo models bundle made"):
        import_folder(tmp_path)
