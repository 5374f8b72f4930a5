"""Whose codes are whose."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from videoemo.errors import InputError
from videoemo.study.codes import Code, Codes

CODE = Code(0, 100, "fear", math.nan)
NAMES = ("person 0", "P7")


def raters(
    *codes: Code, video: str = "a/b.mp4", rater: str = "", empty: tuple[tuple[str, ...], ...] = ()
) -> list[str] | None:
    found = Codes(Path("c.csv"), codes, empty=empty).of(video, NAMES, rater=rater)
    return None if found is None else [one.rater for one in found]


@pytest.mark.parametrize("name", ["person 0", "Person 0", "p7"])
def test_a_tier_or_subject_called_as_the_person_is_theirs(name: str) -> None:
    own, other = replace(CODE, tier=name), replace(CODE, tier="person 1")
    assert raters(own, other, rater="anna") == ["anna"]
    assert raters(replace(CODE, subject=name), replace(CODE, subject="P8")) == ["rater"]


def test_nothing_is_theirs_where_others_are_coded() -> None:
    assert raters(replace(CODE, tier="person 1"), replace(CODE, tier="cuts")) is None


def test_tiers_that_are_nobody_are_raters() -> None:
    codes = replace(CODE, tier="anna"), replace(CODE, tier="ben", rater="Ben")
    assert raters(*codes) == ["anna", "Ben"]
    assert raters(*codes, rater="eva") == ["eva", "Ben"]


def test_several_subjects_none_of_whom_is_the_person_are_refused() -> None:
    codes = replace(CODE, subject="mother"), replace(CODE, subject="child")
    assert raters(codes[0]) == ["rater"]
    with pytest.raises(InputError, match=r"of several persons \(mother, child\), none of"):
        raters(*codes)


@pytest.mark.parametrize("source", ["a/b.mp4", "/x/a/b.mp4", "C:\\x\\b.mp4", "b.mp4", "b"])
def test_of_several_observations_that_of_the_video_counts(source: str) -> None:
    own = replace(CODE, sources=("o1", source), rater="own")
    other = replace(CODE, sources=("o2", "c.mp4"), rater="other")
    assert raters(own, other) == ["own"]
    assert raters(own, other, video="d.mp4") is None


def test_an_observation_without_codes_is_one_in_which_nothing_was_displayed() -> None:
    other = replace(CODE, sources=("o2", "c.mp4"))
    assert raters(other, empty=(("o1", "b.mp4"),)) == []
    assert raters(empty=(("o1", "b.mp4"),)) == []
    assert raters() == []


def test_a_path_counts_before_a_name() -> None:
    near = replace(CODE, sources=("x/b.mp4",), rater="near")
    same = replace(CODE, sources=("a/b.mp4",), rater="same")
    assert raters(near, same) == ["same"]
