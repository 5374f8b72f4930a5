"""Settings of how a server is asked about pictures: tables of pipelines/label/*.toml and
pipelines/find/find.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.toml import require

__all__ = ["PictureSettings", "ServerSettings"]


@dataclass(frozen=True, kw_only=True)
class PictureSettings:
    """Settings of the pictures that are sent; pipelines/label/expression.toml explains each key."""

    side: int
    quality: int

    def __post_init__(self) -> None:
        require(16 <= self.side <= 2048, "side", "pixels from 16 to 2048", self.side)
        require(1 <= self.quality <= 100, "quality", "whole numbers from 1 to 100", self.quality)


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Settings of how a server is asked; pipelines/label/expression.toml explains each key."""

    workers: int
    ahead: int
    timeout: float
    tries: int
    pause: float
    max_tokens: int
    tokens_key: Literal["max_tokens", "max_completion_tokens"]
    temperature: float | None = None
    tokens_per_picture: int
    price: float | None = None

    def __post_init__(self) -> None:
        require(1 <= self.workers <= 64, "workers", "whole numbers from 1 to 64", self.workers)
        require(0 <= self.ahead <= 1024, "ahead", "whole numbers from 0 to 1024", self.ahead)
        require(0 < self.timeout <= 3600, "timeout", "seconds up to 3600", self.timeout)
        require(1 <= self.tries <= 10, "tries", "whole numbers from 1 to 10", self.tries)
        require(0 <= self.pause <= 60, "pause", "seconds from 0 to 60", self.pause)
        tokens = "whole numbers from 1 to 100000"
        require(1 <= self.max_tokens <= 10**5, "max_tokens", tokens, self.max_tokens)
        if self.temperature is not None:
            allowed = "numbers from 0 to 2"
            require(0 <= self.temperature <= 2, "temperature", allowed, self.temperature)
        each = self.tokens_per_picture
        require(1 <= each <= 10**5, "tokens_per_picture", tokens, each)
        if self.price is not None:
            require(0 <= self.price <= 10**6, "price", "numbers from 0 to 1000000", self.price)
