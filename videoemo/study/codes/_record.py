"""Records of what people coded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from videoemo.errors import InputError
from videoemo.util.messages import first_names, shown

__all__ = ["Code", "Codes"]

# What a rater without a name is called.
_RATER = "rater"
_PERSON = re.compile(r"person \d+")


@dataclass(frozen=True)
class Code:
    """Stretch of time that somebody coded.

    Parameters
    ----------
    start, stop : int
        Milliseconds; `stop` is not the earlier one.
    word : str
        What is displayed, as it stands there; empty where only a valence is given.
    valence : float
        -1 to 1; NaN where it is not given.
    rater : str
        Who coded it; empty where it is not said.
    subject : str
        Who displays it; empty where it is not said.
    tier : str
        The tier that it is on, in ELAN; else empty.
    sources : tuple of str
        What names the video that it is of: of an observation, or of files; empty where nothing
        does.
    """

    start: int
    stop: int
    word: str
    valence: float
    rater: str = ""
    subject: str = ""
    tier: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Codes:
    """Codes of a file.

    Parameters
    ----------
    path : Path
        The file.
    codes : tuple of Code
        In its order.
    from_file : bool, default=False
        Whether times count from where the file of the video begins, as BORIS has it, whatever its
        clock says.
    points : int, default=0
        How many events are left out that last no time, or have none.
    empty : tuple of tuple of str, default=()
        The sources, as in `Code`, of observations in which nothing is coded.
    """

    path: Path
    codes: tuple[Code, ...]
    from_file: bool = False
    points: int = 0
    empty: tuple[tuple[str, ...], ...] = ()

    def of(self, video: str, names: Collection[str], *, rater: str) -> list[Code] | None:
        """Codes of one person of a video, each with its rater; none where nobody was seen to
        display anything, and None where the file is not of this person, or of this video.

        A tier or a subject with one of the person's names is about that person. Where no one is
        named so, all codes are about the one person, and in ELAN each tier is a rater's.

        Parameters
        ----------
        video : str
            Its name in the results.
        names : collection of str
            Those of the person, such as `person 0`, and the unit's.
        rater : str
            Who coded what says nothing of its rater; may be empty.

        Raises
        ------
        InputError
            The codes are of several subjects, none of them this person.
        """
        codes = self._of_video(video)
        if codes is None:
            return None
        known = {name.casefold() for name in names}
        theirs = [one for one in codes if (one.subject or one.tier).casefold() in known]
        if theirs:
            return [replace(one, rater=one.rater or rater or _RATER) for one in theirs]
        if any(_PERSON.fullmatch((one.subject or one.tier).casefold()) for one in codes):
            return None
        subjects = _distinct(one.subject for one in codes)
        if len(subjects) > 1:
            raise InputError(
                f"{str(self.path)!r} is of several persons ({first_names(subjects)}), none of "
                f"them {shown(min(names))}: call each by its unit, or `person 0` by its track"
            )
        return [replace(one, rater=one.rater or rater or one.tier or _RATER) for one in codes]

    def _of_video(self, video: str) -> list[Code] | None:
        """Those of one video, where the file is of several: by its path, else by its name."""
        observations = {*self.empty, *(one.sources for one in self.codes)}
        if len(observations) < 2:
            return list(self.codes)
        wanted = PurePosixPath(video)
        for matches in (wanted.parts, wanted.parts[-1:], (wanted.stem,)):
            found = {of for of in observations if any(_ends(one, matches) for one in of)}
            if found:
                return [one for one in self.codes if one.sources in found]
        return None


def _ends(source: str, parts: tuple[str, ...]) -> bool:
    """Whether the path or name of a source ends so."""
    return PurePosixPath(source.replace("\\", "/")).parts[-len(parts) :] == parts


def _distinct(names: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(filter(None, names))]
