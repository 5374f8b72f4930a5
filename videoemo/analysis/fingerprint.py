"""What the results of a run depend on: two runs with the same settings key give the same tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from videoemo.inference.resolve import Resolved
from videoemo.tables.faces import SCHEMA
from videoemo.zoo.cards import Card
from videoemo.zoo.scored import embedding_card

__all__ = ["settings_key"]

# Keys of a card that say where a network comes from, not what it does.
_NOT_OF_NETWORK = frozenset(
    [
        *("audit", "figures", "file", "git_blob", "licence", "origin", "sha256", "size", "source"),
        "trained_on",
    ]
)


def settings_key(resolved: Resolved, *, classifier: str | None = None) -> dict[str, Any]:
    """The settings and networks that a result depends on.

    Which outputs are written, and how much a video may take, do not count. In place of a network's
    name stands what its card says, in place of the engine what runs here.

    Parameters
    ----------
    resolved : Resolved
        The pipeline and its networks.
    classifier : str or None
        The SHA-256 of the fitted classifier that classifies each video.
    """
    pipeline = asdict(resolved.pipeline)
    for section in ("network", "outputs", "limits"):
        del pipeline[section]
    reid = resolved.reid
    return {
        "schema": SCHEMA,
        **{key: value for section in pipeline.values() for key, value in section.items()},
        "heads": resolved.pipeline.network.heads or None,
        "reuse": resolved.pipeline.network.reuse or None,
        "reid_network": None if reid is None else _network_key(embedding_card(reid[0])),
        "extractor": _network_key(resolved.scored),
        **asdict(resolved.runtime),
        "detector": resolved.detector.sha256,
        "classifier": classifier,
    }


def _network_key(card: Card) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(card).items() if name not in _NOT_OF_NETWORK}
    return {"checksum": card.checksum, **facts}
