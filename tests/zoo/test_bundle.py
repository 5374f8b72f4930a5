from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cards import WEIGHTS, toy_card
from videoemo.errors import InputError, WeightsError
from videoemo.zoo.bundle import bundle
from videoemo.zoo.cards import card_to_toml, find_card
from videoemo.zoo.fetch import fetch
from videoemo.zoo.importing import import_folder


@pytest.fixture
def bundled(known: Path, tmp_path: Path) -> Path:
    """A bundle of the one network `toy`."""
    known.write_bytes(WEIGHTS)
    assert bundle(tmp_path / "bundle") == ["toy"]
    return tmp_path / "bundle"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without networks and without the network."""
    monkeypatch.setenv("VIDEOEMO_OFFLINE", "1")
    return tmp_path / "elsewhere"


def test_a_bundle_is_a_card_and_its_weights(bundled: Path) -> None:
    assert {path.name for path in bundled.iterdir()} == {"toy.toml", "toy.onnx"}


def test_a_bundle_is_taken_over_by_another_machine(
    bundled: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(elsewhere))
    assert import_folder(bundled) == ["toy"]
    assert fetch(*find_card("toy")) == elsewhere / "toy.onnx"


def test_a_bundle_is_taken_over_twice_without_harm(
    bundled: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(elsewhere))
    assert import_folder(bundled) == import_folder(bundled)


def test_a_bundle_serves_as_it_is(
    bundled: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(bundled))
    assert fetch(*find_card("toy")).read_bytes() == WEIGHTS


def test_a_card_of_a_bundle_is_an_extractor_by_its_path(bundled: Path) -> None:
    assert find_card(str(bundled / "toy.toml"))[1] == bundled / "toy.onnx"


def test_a_bundle_that_was_damaged_on_the_way_is_refused(
    bundled: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(elsewhere))
    (bundled / "toy.onnx").write_bytes(WEIGHTS[:-1])
    with pytest.raises(WeightsError, match=r"toy.onnx is not toy"):
        import_folder(bundled)
    assert not elsewhere.exists()


def test_a_bundle_cannot_pass_off_another_network_as_a_published_one(
    bundled: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(elsewhere))
    (bundled / "toy.toml").write_text(card_to_toml(toy_card(name="enet_b2_7")))
    with pytest.raises(WeightsError, match="is not enet_b2_7"):
        import_folder(bundled)


def test_a_damaged_network_is_not_bundled(known: Path, tmp_path: Path) -> None:
    known.write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="are damaged"):
        bundle(tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_nothing_makes_no_bundle(store: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no network is here to bundle"):
        bundle(tmp_path / "bundle")
