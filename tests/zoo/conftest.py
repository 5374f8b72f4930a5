from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cards import WEIGHTS, toy_card
from tests.support.server import Server, serving
from videoemo.zoo import download
from videoemo.zoo.cards import card_to_toml


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of networks, of this test alone; not yet made."""
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A web server on this machine; tries follow each other at once and end after a second
    of silence.
    """
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "VIDEOEMO_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(download, "_TIMEOUTS", (1.0, 1.0))
    with serving() as running:
        yield running


@pytest.fixture
def known(store: Path, server: Server) -> Path:
    """A card named `toy` in the folder of networks, whose file the server has. Gives the place of
    its weights.
    """
    store.mkdir()
    card = toy_card(server.base)
    assert card.source is not None
    server.files[card.source.url.removeprefix(server.base)] = WEIGHTS
    (store / "toy.toml").write_text(card_to_toml(card))
    return store / card.file
