"""The table `[dataset]` of a pipeline: which layout, which classes, how many clips were published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.settings import allow

__all__ = ["DatasetRecipe", "Published"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """How many clips of a split were published.

    Parameters
    ----------
    split : train, val or test.
    total : all of the split's clips.
    counts : those of each class, in the order of the recipe's classes; empty where only the total is known.
    """

    split: Literal["train", "val", "test"]
    total: int
    counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        allow(not self.counts or sum(self.counts) == self.total, "total", f"the sum of counts ({sum(self.counts)})", self.total)


@dataclass(frozen=True, kw_only=True)
class DatasetRecipe:
    """How the clips of a labelled dataset lie on disk.

    Parameters
    ----------
    kind : the layout; each has a module of its name beside this one.
    classes : the labels allowed; for `vgaf` in the order of its numbers 1, 2, 3; empty takes those that are found (`folder`, `manifest`).
    manifest : the file to read below the root, for `manifest`.
    published : the counts to compare with; a split for which several versions circulate has an entry for each.
    """

    kind: Literal["afew", "vgaf", "folder", "manifest"]
    classes: tuple[str, ...] = ()
    manifest: str | None = None
    published: tuple[Published, ...] = ()

    def __post_init__(self) -> None:
        allow(self.classes != () or self.kind in ("folder", "manifest"), "classes", f"names, one or more, where kind is {self.kind!r}", "none")
        allow(len({name.casefold() for name in self.classes}) == len(self.classes), "classes", "different names", list(self.classes))
        allow((self.manifest is not None) == (self.kind == "manifest"), "manifest", "a file name where kind is 'manifest'", self.manifest)
        for version in self.published:
            fits = len(version.counts) in (0, len(self.classes))
            allow(fits, "counts", f"one number a class ({len(self.classes)})", list(version.counts))

    def label(self, text: str) -> str | None:
        """The class that a text names, whatever its case; None where it names none. Without `classes` any text names itself."""
        if not self.classes:
            return text
        return {name.casefold(): name for name in self.classes}.get(text.casefold())
