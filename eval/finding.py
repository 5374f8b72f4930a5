"""How often `find` finds somebody by the answers of a model that does not look, and how often the
right person by those of one that errs: numbers and votes alone, without pictures.

    python -m eval.finding [--runs 1000]

Made up are videos of two to six persons who come and go: each is in a picture with a chance of
0.6; three to seven pictures, of which those without two persons are left out. Printed are, for each
`min_share`, the share of runs in which somebody is found by a model that always gives one number,
or always the lowest one shown, the second, the highest, or a random one. Then the least of these
by which none with a favourite finds somebody in 1 % of the runs or more; that in
pipelines/find/find.toml is no lower. Then, with that, the shares of runs in which a model that is
right in so many of its answers finds the right person, and another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import click
import numpy as np

from eval.support.command import command
from videoemo.config.finding import load_finding
from videoemo.vlm.numbering import MOST_NUMBERS, draw_numbers
from videoemo.vlm.votes import Vote, merge_votes

Rng = np.random.Generator
# The numbers shown -> the one that is given.
Habit = Callable[[Sequence[int], Rng], int]
HABITS: dict[str, Habit] = {
    **{f"always {n}": lambda _, __, n=n: n for n in range(1, MOST_NUMBERS + 1)},  # type: ignore[misc]
    "the lowest": lambda numbers, _: min(numbers),
    "the second": lambda numbers, _: sorted(numbers)[1],
    "the middle": lambda numbers, _: sorted(numbers)[len(numbers) // 2],
    "the highest": lambda numbers, _: max(numbers),
    "the first half as often": lambda numbers, rng: min(numbers) if rng.random() < 0.5 else 0,
}
GUESS: Habit = lambda numbers, rng: int(rng.choice([0, *numbers]))  # noqa: E731
SHARES = (0.51, 0.6, 0.7, 0.8, 0.9)
RIGHT = (0.95, 0.9, 0.8, 0.7, 0.5)
MOST = 0.01


def coming_and_going(rng: Rng) -> list[list[int]]:
    """The tracks of each picture of a made-up video, two pictures at least."""
    while True:
        n, pictures = int(rng.integers(2, 7)), int(rng.integers(3, 8))
        shown = [np.flatnonzero(rng.random(n) < 0.6).tolist() for _ in range(pictures)]
        shown = [tracks for tracks in shown if len(tracks) > 1]
        if len(shown) > 1:
            return shown


def votes_of(
    shown: Sequence[Sequence[int]], answer: Callable[[Mapping[int, int]], int]
) -> list[Vote]:
    """The votes for tracks by what is answered to their numbers."""
    votes = []
    for numbers in draw_numbers(shown):
        track_of = {number: track for track, number in numbers.items()}
        given = answer(numbers)
        reason = "" if given in (0, *track_of) else "unparseable"
        votes.append(Vote(tuple(numbers), track_of.get(given), reason))
    return votes


def found_tracks(votes: Sequence[Vote], *, min_share: float, min_votes: int) -> tuple[int, ...]:
    """Who is found."""
    pairs = {frozenset(pair) for vote in votes for pair in combinations(vote.shown, 2)}
    return merge_votes(votes, pairs, min_share=min_share, min_votes=min_votes).tracks


def found_by_habit(
    habit: Habit, runs: int, *, shares: Sequence[float], min_votes: int
) -> list[float]:
    """The share of runs in which somebody is found, by each `min_share`."""
    rng, found = np.random.default_rng(0), np.zeros(len(shares))
    for _ in range(runs):
        votes = votes_of(coming_and_going(rng), lambda numbers: habit([*numbers.values()], rng))
        found += [
            bool(found_tracks(votes, min_share=share, min_votes=min_votes)) for share in shares
        ]
    return list((found / runs).tolist())


def found_by_erring(
    right: float, runs: int, *, min_share: float, min_votes: int
) -> tuple[float, float]:
    """The shares of runs in which the right person is found, and another."""
    rng, hits, misses = np.random.default_rng(0), 0, 0
    for _ in range(runs):
        shown = coming_and_going(rng)
        truth = int(rng.choice(sorted({track for tracks in shown for track in tracks})))

        def answer(numbers: Mapping[int, int], truth: int = truth) -> int:
            looked = rng.random() < right
            return numbers.get(truth, 0) if looked else GUESS([*numbers.values()], rng)

        found = found_tracks(votes_of(shown, answer), min_share=min_share, min_votes=min_votes)
        hits, misses = hits + (found == (truth,)), misses + (found not in ((), (truth,)))
    return hits / runs, misses / runs


@command(__doc__)
@click.option("--runs", default=1000, show_default=True, help="Made-up videos of each kind.")
def main(runs: int) -> None:
    ours = load_finding().votes
    click.echo(f"{'somebody is found, min_share':32}" + "".join(f"{s:>8g}" for s in SHARES))
    worst = dict.fromkeys(SHARES, 0.0)
    for name, habit in {**HABITS, "a random one, or 0": GUESS}.items():
        found = found_by_habit(habit, runs, shares=SHARES, min_votes=ours.min_votes)
        if habit is not GUESS:
            worst = {s: max(worst[s], f) for s, f in zip(SHARES, found, strict=True)}
        click.echo(f"{name:32}" + "".join(f"{100 * share:7.1f}%" for share in found))
    least = next((share for share in SHARES if worst[share] < MOST), None)
    click.echo(
        f"least min_share by which no favourite finds somebody in {MOST:.0%} of {runs:,} runs: "
        f"{least}; in pipelines/find/find.toml: {ours.min_share:g}"
    )
    for right in RIGHT:
        hits, misses = found_by_erring(
            right, runs, min_share=ours.min_share, min_votes=ours.min_votes
        )
        click.echo(f"right in {right:.0%}: found {100 * hits:.1f}%, another {100 * misses:.1f}%")


if __name__ == "__main__":
    main()
