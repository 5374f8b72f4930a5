"""How the videos of a study were scored: by which network, with which settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from videoemo.config.pipeline import Detection, Sampling, Tracking
from videoemo.results import Results

__all__ = ["Provenance", "provenance"]


@dataclass(frozen=True)
class Provenance:
    """How videos were scored, each way once.

    Parameters
    ----------
    versions : tuple of str
        Of videoemo.
    networks : tuple of tuple of (str, str, str)
        The name of each network, what it was trained on, and its figures; empty where a summary
        does not say.
    settings : tuple of tuple of (Sampling, Detection, Tracking)
        Of frames, faces and tracks.
    """

    versions: tuple[str, ...]
    networks: tuple[tuple[str, str, str], ...]
    settings: tuple[tuple[Sampling, Detection, Tracking], ...]

    @property
    def differs(self) -> bool:
        """Whether videos were scored in several ways."""
        return len(self.networks) > 1 or len(self.settings) > 1


def provenance(results: Results, videos: Iterable[str]) -> Provenance:
    """How some videos of a folder of results were scored.

    Parameters
    ----------
    results : Results
        The folder.
    videos : iterable of str
        The names of videos that were scored.

    Raises
    ------
    InputError
        A summary is missing or damaged.
    """
    versions, networks, settings = dict[str, None](), dict[Any, None](), dict[Any, None]()
    for name in dict.fromkeys(videos):
        # A copy, with which goes what was read of it.
        video = replace(results.video(name))
        summary, pipeline = video.summary, video.pipeline
        versions[_text(summary.get("versions"), "videoemo")] = None
        card = summary.get("extractor")
        networks[tuple(_text(card, key) for key in ("name", "trained_on", "figures"))] = None
        settings[pipeline.sampling, pipeline.detection, pipeline.tracking] = None
    return Provenance(tuple(filter(None, versions)), tuple(networks), tuple(settings))


def _text(table: object, key: str) -> str:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""
