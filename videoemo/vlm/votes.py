"""Votes for persons in pictures, merged along tracks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

__all__ = ["Tally", "Verdict", "Vote", "merge_votes"]


@dataclass(frozen=True)
class Vote:
    """What was answered to one picture.

    Parameters
    ----------
    shown : tuple of int
        The tracks that were numbered in it.
    chosen : int or None
        The one that was named; None for nobody, or where there is no answer.
    reason : str, default=""
        Why there is no answer; empty where there is one.
    """

    shown: tuple[int, ...]
    chosen: int | None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.chosen is not None and (self.reason or self.chosen not in self.shown):
            raise ValueError(f"chosen: expected one of {self.shown}, got {self.chosen}")


@dataclass(frozen=True)
class Tally:
    """How often a track was named, of the answered pictures that count for it.

    Parameters
    ----------
    chosen, shown : int
        In so many it was named, and numbered.
    """

    chosen: int
    shown: int

    @property
    def share(self) -> float:
        """The one over the other."""
        return self.chosen / self.shown


@dataclass(frozen=True)
class Verdict:
    """Who was found, or why nobody was.

    Parameters
    ----------
    tracks : tuple of int
        The tracks of the one person, ascending; empty for nobody.
    reason : str
        Why nobody was found: `no answer` to half of the pictures or more, `nobody fits`,
        `answers differ`; empty where somebody was.
    tallies : dict of int to Tally
        Of each track that was numbered in an answered picture.
    """

    tracks: tuple[int, ...]
    reason: str
    tallies: dict[int, Tally]

    def __str__(self) -> str:
        """In words: the tracks, or why there is none."""
        numbers = " and ".join(map(str, self.tracks))
        return f"track{'s' * (len(self.tracks) > 1)} {numbers}" if numbers else self.reason


def merge_votes(
    votes: Sequence[Vote],
    together: Collection[frozenset[int]],
    *,
    min_share: float,
    min_votes: int,
) -> Verdict:
    """Merge the votes of pictures of one video along tracks.

    A track fits where it was named in at least `min_share` of the answered pictures in which it was
    numbered. Pictures that number one person alone do not count for who was numbered beside
    somebody in `min_votes` others: in these nobody else could be named. Several tracks that fit are
    one person's, who was lost and found again, unless two of them are ever seen at the same time.

    Parameters
    ----------
    votes : sequence of Vote
        One a picture.
    together : collection of frozenset of int
        The pairs of tracks that are seen at the same time somewhere in the video.
    min_share : float
        Above 0.5.
    min_votes : int
        In so many pictures at least a track has to be named.

    Returns
    -------
    Verdict
        The person, or why there is none.
    """
    answered = [vote for vote in votes if not vote.reason]
    tallies = _tallies(answered, min_votes)
    if 2 * len(answered) <= len(votes):
        return Verdict((), "no answer", tallies)
    fit = [
        track
        for track, tally in sorted(tallies.items())
        if tally.share >= min_share and tally.chosen >= min_votes
    ]
    if fit and not any(pair <= set(fit) for pair in together):
        return Verdict(tuple(fit), "", tallies)
    named = sum(vote.chosen is not None for vote in answered)
    differ = bool(fit) or 2 * named > len(answered)
    return Verdict((), "answers differ" if differ else "nobody fits", tallies)


def _tallies(answered: Sequence[Vote], min_votes: int) -> dict[int, Tally]:
    beside = [vote for vote in answered if len(vote.shown) > 1]
    often = Counter(track for vote in beside for track in vote.shown)
    tallies = {}
    for track in {track for vote in answered for track in vote.shown}:
        counted = beside if often[track] >= min_votes else answered
        tallies[track] = Tally(
            chosen=sum(vote.chosen == track for vote in counted),
            shown=sum(track in vote.shown for vote in counted),
        )
    return tallies
