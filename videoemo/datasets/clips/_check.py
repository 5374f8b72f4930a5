"""Comparison of a dataset on disk with the published counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from videoemo.config.dataset import DatasetRecipe, Published
from videoemo.datasets.clips._labelled import LabelledClips
from videoemo.datasets.clips._splits import SPLITS
from videoemo.util.messages import count_noun

__all__ = ["check_lines"]

Row = tuple[str, str, int, int | None]  # split, class, clips found, clips published


def check_lines(labelled: LabelledClips, recipe: DatasetRecipe) -> list[str]:
    """Lines for a terminal: a table of the clips of each split and class beside the published
    counts, then the problems.

    Parameters
    ----------
    labelled : LabelledClips
        The clips on disk.
    recipe : DatasetRecipe
        The dataset, with the published counts.
    """
    n = len(labelled.problems)
    problems = [f"  {problem}" for problem in labelled.problems]
    summary = (
        [f"{count_noun(n, 'problem')}:", *problems]
        if n
        else ["no problem found among the clips that are here"]
    )
    return [*_table(_rows(labelled, recipe)), "", *summary]


def _rows(labelled: LabelledClips, recipe: DatasetRecipe) -> list[Row]:
    present = {clip.split for clip in labelled.clips} | {
        version.split for version in recipe.published
    }
    rows: list[Row] = []
    for split in (split for split in (*SPLITS, None) if split in present):
        found = Counter(clip.label for clip in labelled.clips if clip.split == split)
        unlabelled = found.pop(None, 0)
        classes = (
            ()
            if unlabelled and not found
            else recipe.classes or sorted(name for name in found if name is not None)
        )
        counts, total = [found[name] for name in classes], found.total() + unlabelled
        published = _nearest(
            [version for version in recipe.published if version.split == split], counts, total
        )
        of_each = published.counts if published and classes else ()
        rows += [(split or "-", name, n, m) for name, n, m in zip_longest(classes, counts, of_each)]
        if unlabelled:
            rows.append((split or "-", "no label", unlabelled, None))
        rows.append((split or "-", "all", total, published.total if published else None))
    return rows


def _nearest(versions: Sequence[Published], counts: Sequence[int], total: int) -> Published | None:
    """The published version that differs least from the counts on disk."""

    def distance(version: Published) -> int:
        of_each = sum(abs(n - m) for n, m in zip(counts, version.counts, strict=False))
        return of_each + abs(total - version.total)

    return min(versions, key=distance, default=None)


def _table(rows: list[Row]) -> list[str]:
    first = max(len("split"), *(len(split) for split, *_ in rows))
    second = max(len("class"), *(len(name) for _, name, *_ in rows))
    compared = any(published is not None for *_, published in rows)
    lines = [
        f"{'split':{first}}  {'class':{second}}  {'clips':>6}"
        + (f"  {'published':>9}" if compared else "")
    ]
    for split, name, n, published in rows:
        line = f"{split:{first}}  {name:{second}}  {n:>6}"
        if published is not None:
            difference = (
                f"  {abs(n - published)} {'missing' if n < published else 'more'}"
                if n != published
                else ""
            )
            line += f"  {published:>9}{difference}"
        lines.append(line)
    return lines
