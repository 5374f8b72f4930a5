"""Settings of `find`, one record a table of pipelines/find/find.toml."""

from __future__ import annotations

from dataclasses import dataclass

from videoemo.config.asking import PictureSettings, ServerSettings
from videoemo.config.toml import find_settings, read_record, require

__all__ = ["FindingSettings", "FrameChoice", "VoteSettings", "load_finding"]


@dataclass(frozen=True, kw_only=True)
class FrameChoice:
    """Settings of which frames are shown."""

    frames: int
    most_frames: int
    showings: int
    persons: int

    def __post_init__(self) -> None:
        for key, low, high in (
            ("frames", 2, 1000),
            ("most_frames", self.frames, 1000),
            ("showings", 2, 100),
            ("persons", 2, 9),
        ):
            given = getattr(self, key)
            require(low <= given <= high, key, f"whole numbers from {low} to {high}", given)


@dataclass(frozen=True, kw_only=True)
class VoteSettings:
    """Settings of what is needed to find somebody."""

    min_share: float
    min_votes: int

    def __post_init__(self) -> None:
        shares = "shares above 0.5, to 1"
        require(0.5 < self.min_share <= 1, "min_share", shares, self.min_share)
        votes = "whole numbers from 2 to 100"
        require(2 <= self.min_votes <= 100, "min_votes", votes, self.min_votes)


@dataclass(frozen=True, kw_only=True)
class FindingSettings:
    """Settings of `find`; pipelines/find/find.toml explains each key."""

    frames: FrameChoice
    votes: VoteSettings
    picture: PictureSettings
    server: ServerSettings


def load_finding() -> FindingSettings:
    """Load the settings of `find`.

    Raises
    ------
    RecipeError
        The file has an unknown key, or a value out of range.
    """
    return read_record(FindingSettings, find_settings("find", "pipelines/find"))
