"""Names of BIDS for videos: the subject and session of each, and what tells it from the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from pathlib import PurePosixPath

from videoemo.datasets.suffixes import PICTURES, VIDEOS

__all__ = ["BidsName", "bids_label", "bids_names"]

# The task of a video whose name has none.
_TASK = "video"
# Entities of BIDS that are taken from names, in the order of BIDS.
_ENTITY = re.compile(r"(?:^|[/_])(sub|ses|task|acq|run)-([0-9A-Za-z]{1,64})(?=[/_.]|$)")
# The acquisition of videos whose names have none, where those of others have.
_NO_ACQUISITION = "none"
# Characters of a label: the names of files are far below what they may have.
_LONGEST, _LONGEST_RUN = 64, 9


@dataclass(frozen=True)
class BidsName:
    """Name of a video in BIDS.

    Parameters
    ----------
    sub : str
        The subject's label.
    ses : str, default=""
        The session's; empty for none, as in the next two.
    task : str, default="video"
        The task's.
    acq, run : str, default=""
        The acquisition's, and the number of the run.
    """

    sub: str
    ses: str = ""
    task: str = _TASK
    acq: str = ""
    run: str = ""

    @property
    def folder(self) -> PurePosixPath:
        """Folder of its files within the dataset."""
        session = [f"ses-{self.ses}"] if self.ses else []
        return PurePosixPath(f"sub-{self.sub}", *session, "beh")

    @property
    def stem(self) -> str:
        """Beginning of the names of its files, without the suffix."""
        entities = {
            "sub": self.sub,
            "ses": self.ses,
            "task": self.task,
            "acq": self.acq,
            "run": self.run,
        }
        return "_".join(f"{name}-{label}" for name, label in entities.items() if label)


def bids_label(text: str) -> str:
    """Label of letters and digits of ASCII, all that BIDS allows; accents are left out. Empty where
    nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^0-9A-Za-z]+", "", plain)[:_LONGEST]


@lru_cache(maxsize=1)
def bids_names(videos: Sequence[str]) -> dict[str, BidsName]:
    """Names of videos, no two the same, in capitals or small letters.

    Where a path has the entities of BIDS (`sub-01/ses-02/clip.mp4`, `sub-01_task-rest_run-2.mp4`)
    they are taken. Else the subject is the video's path without what BIDS has in no label, with a
    number where another one has it. Several videos of one subject, session, task and acquisition
    are runs, all of them: BIDS takes a file without one for one about all.

    Parameters
    ----------
    videos : sequence of str
        The ids of the videos.
    """
    names = {video: _wanted(video) for video in videos}
    told = {video: name for video, name in names.items() if name.sub}
    taken = {name.sub.casefold() for name in told.values()}
    subjects = {video: _made_subject(video) for video in videos if video not in told}
    subjects = _distinct(subjects, taken)
    names |= {video: replace(names[video], sub=sub) for video, sub in subjects.items()}
    for group in _groups(told, "sub", "ses", "task"):
        if any(names[video].acq for video in group):
            for video in group:
                names[video] = replace(names[video], acq=names[video].acq or _NO_ACQUISITION)
    for group in _groups({video: names[video] for video in told}, "sub", "ses", "task", "acq"):
        if len(group) > 1:
            runs = _runs([names[video].run for video in group])
            names |= {
                video: replace(names[video], run=run)
                for video, run in zip(group, runs, strict=True)
            }
    return names


def _wanted(video: str) -> BidsName:
    """What the path of a video says; the subject is empty where it says none."""
    found = {
        entity: label
        for entity, label in _ENTITY.findall(_bare(video))
        if entity != "run" or (label.isdecimal() and len(label) <= _LONGEST_RUN)
    }
    return BidsName(**{"sub": "", **found})


def _bare(video: str) -> str:
    path = PurePosixPath(video)
    return str(path.with_suffix("") if path.suffix.lower() in VIDEOS | PICTURES else path)


def _made_subject(video: str) -> str:
    return bids_label(_bare(video)) or "video"


def _distinct(subjects: dict[str, str], taken: Collection[str]) -> dict[str, str]:
    """Subjects of videos, each once: the first to want a label has it, others are numbered."""
    wanted = {sub.casefold() for sub in subjects.values()}
    given, numbers = set(taken), dict[str, int]()
    found = {}
    for video, sub in subjects.items():
        free, folded = sub, sub.casefold()
        while free.casefold() in given or (free != sub and free.casefold() in wanted):
            numbers[folded] = numbers.get(folded, 1) + 1
            free = f"{sub}{numbers[folded]}"
        given.add(free.casefold())
        found[video] = free
    return found


def _groups(names: dict[str, BidsName], *entities: str) -> Iterable[list[str]]:
    """Videos whose names have the same of some entities, in capitals or small letters."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for video, name in names.items():
        key = tuple(getattr(name, entity).casefold() for entity in entities)
        groups.setdefault(key, []).append(video)
    return groups.values()


def _runs(given: Sequence[str]) -> list[str]:
    """Numbers of runs, each once: those that are given, else the lowest that are free."""
    taken = {int(run) for run in given if run}
    kept = set[int]()
    free = (n for n in count(1) if n not in taken)
    runs = []
    for run in given:
        keep = run and int(run) not in kept
        kept.add(int(run) if keep else 0)
        runs.append(run if keep else str(next(free)))
    return runs
