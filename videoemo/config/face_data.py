"""Settings of labelled faces: where they lie, and which of them train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.toml import require, require_seed

__all__ = ["DataRecipe", "FaceSource", "MoreFaces"]

Kind = Literal[
    "affectnet", "csv", "fairface", "ferplus", "folder", "imdbwiki", "lfw", "utkface", "vggface2"
]
Of = Literal["expression", "identity", "attributes"]

# What the labels of a kind can be read as; the first is meant where nothing is said.
_OF: dict[str, tuple[Of, ...]] = {
    "affectnet": ("expression",),
    "csv": ("expression", "identity", "attributes"),
    "fairface": ("attributes",),
    "ferplus": ("expression",),
    "folder": ("expression", "identity"),
    "imdbwiki": ("attributes",),
    "lfw": ("identity", "expression"),
    "utkface": ("attributes",),
    "vggface2": ("identity", "attributes"),
}


@dataclass(frozen=True, kw_only=True)
class FaceSource:
    """Labelled faces of one kind; docs/training-data.md explains each key.

    `train` and `train_annotations` are paths below the data's root.
    """

    kind: Kind
    of: Of | None = None
    train: str = "."
    train_annotations: str | None = None
    contempt: bool = True
    crop: Literal["whole", "detector"] = "whole"
    centre: float = 1.0
    part: tuple[int, int] = (0, 100)
    valid_share: float = 0.0
    seed: int = 0
    most_broken: float = 0.01

    @property
    def labels(self) -> Of:
        """What the labels are read as."""
        return self.of or _OF[self.kind][0]

    def __post_init__(self) -> None:
        allowed = _OF[self.kind]
        require(
            self.labels in allowed,
            "of",
            f"{' and '.join(map(repr, allowed))} for {self.kind}",
            repr(self.of),
        )
        require(0 < self.centre <= 1, "centre", "shares from above 0 to 1", self.centre)
        first, last = self.part
        require(
            0 <= first < last <= 100,
            "part",
            "two rising whole numbers from 0 to 100",
            f"{[first, last]}",
        )
        share = "shares from 0 to below 1"
        require(0 <= self.valid_share < 1, "valid_share", share, self.valid_share)
        require_seed(self.seed)
        require(0 <= self.most_broken <= 1, "most_broken", "shares from 0 to 1", self.most_broken)


@dataclass(frozen=True, kw_only=True)
class MoreFaces(FaceSource):
    """Further faces, which are added to those that train."""

    smoothing: Literal["none", "voters"] = "none"
    times: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        require(1 <= self.times <= 100, "times", "whole numbers from 1 to 100", self.times)


@dataclass(frozen=True, kw_only=True)
class DataRecipe(FaceSource):
    """Recipe of labelled faces: those that train, and those that judge the training."""

    valid: str | None = None
    valid_annotations: str | None = None
    leave_out_doubles: bool = False
    more: tuple[MoreFaces, ...] = ()

    @property
    def needs_cropper(self) -> bool:
        """Whether faces have to be found in their pictures."""
        return any(source.crop == "detector" for source in (self, *self.more))

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.valid is not None
        require(
            not (given and self.valid_share),
            "valid_share",
            "0 where `valid` is given",
            self.valid_share,
        )
