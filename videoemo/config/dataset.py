"""Settings of a labelled dataset, the table `[dataset]` of a pipeline: layout, classes, published
counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.toml import require

__all__ = ["DatasetRecipe", "Published"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """Published number of clips of a split.

    Parameters
    ----------
    split : {"train", "val", "test"}
        `train`, `val` or `test`.
    total : int
        All of the split's clips.
    counts : tuple of int, default=()
        Those of each class, in the order of the recipe's classes; empty where only the total
        is known.
    """

    split: Literal["train", "val", "test"]
    total: int
    counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        fewest = min(self.total, *self.counts, 0)
        require(fewest == 0, "total and counts", "whole numbers from 0", fewest)
        require(
            not self.counts or sum(self.counts) == self.total,
            "total",
            f"the sum of counts ({sum(self.counts)})",
            self.total,
        )


@dataclass(frozen=True, kw_only=True)
class DatasetRecipe:
    """Recipe of a labelled dataset: how its clips are stored.

    Parameters
    ----------
    kind : {"afew", "vgaf", "folder", "manifest", "corrections"}
        The layout; each has a module of its name in `datasets.clips`, but for `corrections`, which
        are those of a folder of results (`extraction.corrections`).
    classes : tuple of str, default=()
        The labels allowed; for `vgaf` in the order of its numbers 1, 2, 3; empty for those that are
        found (`folder`, `manifest`, `corrections`).
    manifest : str or None
        The file to read below the root, for `manifest`.
    published : tuple of Published, default=()
        The counts to compare with; a split for which several versions circulate has an entry
        for each.
    """

    kind: Literal["afew", "vgaf", "folder", "manifest", "corrections"]
    classes: tuple[str, ...] = ()
    manifest: str | None = None
    published: tuple[Published, ...] = ()

    def __post_init__(self) -> None:
        require(
            self.classes != () or self.kind in ("folder", "manifest", "corrections"),
            "classes",
            f"names, one or more, where kind is {self.kind!r}",
            "none",
        )
        require(
            len({name.casefold() for name in self.classes}) == len(self.classes),
            "classes",
            "different names",
            list(self.classes),
        )
        require(
            (self.manifest is not None) == (self.kind == "manifest"),
            "manifest",
            "a file name where kind is 'manifest'",
            self.manifest,
        )
        for version in self.published:
            fits = len(version.counts) in (0, len(self.classes))
            require(
                fits, "counts", f"one number a class ({len(self.classes)})", list(version.counts)
            )

    def label(self, text: str) -> str | None:
        """Class of a label as written in a dataset, whatever its case; None where there is no such
        class. Without `classes` every label is its own class.
        """
        if not self.classes:
            return text
        return {name.casefold(): name for name in self.classes}.get(text.casefold())
