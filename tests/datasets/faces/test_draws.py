from __future__ import annotations

import numpy as np
import pytest

from videoemo.datasets.faces.draws import draw, held_out, held_out_photographs, in_part

PEOPLE = [f"person {i}" for i in range(1000)]


def test_a_draw_is_the_first_eight_bytes_of_a_sha_256() -> None:
    # printf 1/Aaron_Sorkin | sha256sum
    assert draw("Aaron_Sorkin", 1) == 0xD1D80058C5800F95 / 2**64


def test_about_a_share_is_held_out() -> None:
    assert held_out(PEOPLE, share=0.3, seed=1).mean() == pytest.approx(0.3, abs=0.05)


def test_who_is_missing_changes_nothing_for_the_others() -> None:
    whole = held_out(PEOPLE, share=0.3, seed=1)
    assert (held_out(PEOPLE[500:], share=0.3, seed=1) == whole[500:]).all()


def test_another_seed_holds_out_others() -> None:
    first, second = (held_out(PEOPLE, share=0.3, seed=seed) for seed in (1, 2))
    assert (first != second).any()


def test_parts_are_apart_and_together_all() -> None:
    first, second = in_part(PEOPLE, (0, 50)), in_part(PEOPLE, (50, 100))
    assert (first != second).all()
    assert first.mean() == pytest.approx(0.5, abs=0.05)


def test_a_part_is_no_split() -> None:
    held = held_out(
        [p for p, there in zip(PEOPLE, in_part(PEOPLE, (0, 50)), strict=True) if there],
        share=0.3,
        seed=1,
    )
    assert np.mean(held) == pytest.approx(0.3, abs=0.07)


@pytest.mark.parametrize(("n", "held"), [(1, 0), (2, 1), (10, 3), (3, 1)])
def test_of_each_person_a_share_is_held_out_one_at_least_and_never_all(n: int, held: int) -> None:
    names = [f"{i}.jpg" for i in range(n)]
    assert held_out_photographs(["a"] * n, names, share=0.3, seed=0).sum() == held
