"""Votes of several pictures are one answer, or none with its reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from videoemo.vlm.votes import Tally, Verdict, Vote, merge_votes

PAIR = frozenset((0, 1))


def merged(votes: Sequence[Vote], together: Collection[frozenset[int]] = (PAIR,)) -> Verdict:
    return merge_votes(votes, together, min_share=0.7, min_votes=3)


def both(*chosen: int | None) -> list[Vote]:
    return [Vote((0, 1), each) for each in chosen]


def test_who_is_named_in_most_pictures_is_found() -> None:
    verdict = merged(both(1, 1, 1, 0))
    assert verdict == Verdict((1,), "", {0: Tally(1, 4), 1: Tally(3, 4)})


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        (both(1, 1, 0, 0), "answers differ"),
        (both(1, 1, 1, 0, 0), "answers differ"),
        (both(None, None, 1, None), "nobody fits"),
        (both(None, None, None), "nobody fits"),
        (both(1, 1), "answers differ"),
        ([Vote((0, 1), None, "refused")] * 3, "no answer"),
        ([], "no answer"),
    ],
)
def test_else_nobody_is_found_and_why_is_said(votes: Sequence[Vote], reason: str) -> None:
    verdict = merged(votes)
    assert (verdict.tracks, verdict.reason) == ((), reason)


def test_pictures_without_an_answer_do_not_count_but_half_must_have_one() -> None:
    refused = Vote((0, 1), None, "refused")
    assert merged([*both(1, 1, 1), refused, refused]).tracks == (1,)
    assert merged([*both(1, 1, 1), *[refused] * 3]).reason == "no answer"


def test_a_person_who_is_lost_and_found_again_is_two_tracks() -> None:
    votes = [*[Vote((0, 1), 0)] * 3, *[Vote((1, 2), 2)] * 3]
    together = {PAIR, frozenset((1, 2))}
    assert merged(votes, together).tracks == (0, 2)
    assert merged(votes, {*together, frozenset((0, 2))}).reason == "answers differ"


def test_pictures_of_one_person_alone_do_not_outvote_those_with_others() -> None:
    alone = [Vote((0,), 0)] * 9
    assert merged([*both(1, 1, 1, 0), *alone]).tracks == (1,)
    assert merged([*both(0), *alone]).tracks == (0,)


def test_only_who_was_shown_can_be_named() -> None:
    with pytest.raises(ValueError, match="chosen"):
        Vote((0, 1), 2)
    with pytest.raises(ValueError, match="chosen"):
        Vote((0, 1), 1, "refused")
