"""Every clip once, with one label: what contradicts itself is left out and told."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from videoemo.records import Clip

__all__ = ["Found", "Labelled", "settle"]


@dataclass(frozen=True)
class Found:
    """What a layout says, as it says it: a clip may stand here twice, without a label or without its file.

    Parameters
    ----------
    clips : in any order.
    problems : what is wrong with the layout itself.
    classes : the names there is a place for, those without a clip too.
    """

    clips: list[Clip]
    problems: list[str]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Labelled:
    """The clips of a labelled dataset.

    Parameters
    ----------
    clips : sorted by split and id; ids are unique, files exist, and all but those of the test split have a label.
    problems : one line each: what is missing, unknown, repeated or contradictory, and what was done about it.
    """

    clips: tuple[Clip, ...]
    problems: tuple[str, ...]


def settle(found: Found) -> Labelled:
    """One clip an id; those without a file, without a label (outside test) or with two are left out, and a problem line says so."""
    by_id: dict[str, list[Clip]] = defaultdict(list)
    for clip in found.clips:
        by_id[clip.id].append(clip)
    kept, problems = [], list(found.problems)
    for _, same in sorted(by_id.items()):
        clip = same[0]
        fault = _contradiction(same) or _lack(clip)
        if fault:
            problems.append(f"{clip.id!r}: {fault}; left out")
            continue
        if len(same) > 1:
            paths = list(dict.fromkeys(str(clip.path) for clip in same))
            problems.append(f"{clip.id!r}: {len(same)} times, {' and '.join(map(repr, paths))}; the first is taken")
        kept.append(clip)
    kept.sort(key=lambda clip: (clip.split or "", clip.id))
    return Labelled(tuple(kept), tuple(problems + _absent(kept, found.classes)))


def _contradiction(same: list[Clip]) -> str | None:
    for what in ("label", "split", "group"):
        given: dict[str, Path] = {}
        for clip in same:
            given.setdefault(getattr(clip, what) or "none", clip.path)
        if len(given) > 1:
            return f"{len(given)} {what}s for one clip, {' and '.join(f'{name} ({str(path)!r})' for name, path in given.items())}"
    return None


def _lack(clip: Clip) -> str | None:
    if clip.id.encode(errors="replace").decode() != clip.id:
        return "a name that is not UTF-8, which no table can hold"
    if not os.path.exists(clip.path):  # noqa: PTH110 - false, where pathlib raises, for a name that no file can have
        return f"no such file {str(clip.path)!r}"
    if clip.label is None and clip.split != "test":
        return f"no label for {str(clip.path)!r}"
    return None


def _absent(clips: list[Clip], classes: tuple[str, ...]) -> list[str]:
    """A line for each class that no clip of a split, or of the whole where there are none, has; a test split may be without labels."""
    splits = sorted({clip.split or "" for clip in clips} - {"test"})
    present = {(clip.split or "", clip.label) for clip in clips}
    return [f"no clip of {name!r}{split and f' in {split}'}" for split in splits for name in classes if (split, name) not in present]
