"""Labelled clips, validated: each once, with one label; contradictions are reported and left
out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from videoemo.records import Clip

__all__ = ["DatasetListing", "LabelledClips", "validate_clips"]


@dataclass(frozen=True)
class DatasetListing:
    """Clips of a dataset as its layout lists them, not validated: one may be listed twice, or
    without a label, or without a file.

    Parameters
    ----------
    clips : list of Clip
        In any order.
    problems : list of str
        What is wrong with the layout itself.
    classes : tuple of str
        The names of all classes, also of those without a clip.
    """

    clips: list[Clip]
    problems: list[str]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class LabelledClips:
    """Clips of a labelled dataset, validated.

    Parameters
    ----------
    clips : tuple of Clip
        Sorted by split and id; ids are unique, files exist, and all but those of the test split
        have a label.
    problems : tuple of str
        One line each: what is missing, unknown, repeated or contradictory, and what was done
        about it.
    """

    clips: tuple[Clip, ...]
    problems: tuple[str, ...]


def validate_clips(listing: DatasetListing) -> LabelledClips:
    """Validate the clips of a dataset.

    One clip an id is kept; those without a file, without a label (outside test) or with two are
    left out, each with a line among the problems.
    """
    by_id: dict[str, list[Clip]] = defaultdict(list)
    for clip in listing.clips:
        by_id[clip.id].append(clip)
    kept, problems = [], list(listing.problems)
    for _, same in sorted(by_id.items()):
        clip = same[0]
        fault = _contradiction(same) or _defect(clip)
        if fault:
            problems.append(f"{clip.id!r}: {fault}; left out")
            continue
        if len(same) > 1:
            paths = list(dict.fromkeys(str(clip.path) for clip in same))
            problems.append(
                f"{clip.id!r}: {len(same)} times, {' and '.join(map(repr, paths))}; the first "
                "is taken"
            )
        kept.append(clip)
    kept.sort(key=lambda clip: (clip.split or "", clip.id))
    return LabelledClips(tuple(kept), tuple(problems + _missing_classes(kept, listing.classes)))


def _contradiction(same: list[Clip]) -> str | None:
    """How the entries of one clip contradict each other, in words."""
    for what in ("label", "split", "group"):
        given: dict[str, Path] = {}
        for clip in same:
            given.setdefault(getattr(clip, what) or "none", clip.path)
        if len(given) > 1:
            return (
                f"{len(given)} {what}s for one "
                f"clip, {' and '.join(f'{name} ({str(path)!r})' for name, path in given.items())}"
            )
    return None


def _defect(clip: Clip) -> str | None:
    """Why a clip cannot be used, in words."""
    if _is_missing(clip.path):
        return f"no such file {str(clip.path)!r}"
    if clip.label is None and clip.split != "test":
        return f"no label for {str(clip.path)!r}"
    return None


def _is_missing(path: Path) -> bool:
    """Whether there is no such file; not where that cannot be known, as in a folder that may not be
    entered: why it cannot be read is for the extraction to say.
    """
    try:
        os.stat(path)  # noqa: PTH116 - its errors are told apart here
    except PermissionError:
        return False
    except (OSError, ValueError):  # the second: a name that no file can have
        return True
    return False


def _missing_classes(clips: list[Clip], classes: tuple[str, ...]) -> list[str]:
    """A line for each class without a clip in a split, or in all where there are no splits; a test
    split may be without labels.
    """
    splits = sorted({clip.split or "" for clip in clips} - {"test"})
    present = {(clip.split or "", clip.label) for clip in clips}
    return [
        f"no clip of {name!r}{split and f' in {split}'}"
        for split in splits
        for name in classes
        if (split, name) not in present
    ]
