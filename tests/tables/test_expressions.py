"""Episodes: runs of the leading class of each person."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import (
    Episode,
    check_expressions,
    episodes,
    leading_classes,
    read_expressions,
    write_expressions,
)
from videoemo.tables.faces import FaceTable
from videoemo.tables.smoothing import smooth

COLUMNS = Columns(("happiness", "sadness"), (), None)


Row = tuple[int, float, int | None, float]


def shown(displayed: str, *, track: int = 0, step: float = 0.1) -> list[Row]:
    """A person who displays happiness (`h`) or sadness (`s`) in each frame, or is away (`.`)."""
    return [
        (at, at * step, track, 0.9 if letter == "h" else 0.1)
        for at, letter in enumerate(displayed)
        if letter != "."
    ]


def alone(displayed: str, *, step: float = 0.1) -> FaceTable:
    """A video of one person; a frame in which it is away has no face."""
    away = [(at, at * step, None, 0.0) for at, letter in enumerate(displayed) if letter == "."]
    return rows(sorted([*shown(displayed, step=step), *away], key=lambda row: row[0]))


def found(
    table: FaceTable,
    *,
    min_run: float = 0.0,
    longest_step: float = 2.0,
    cuts: tuple[float, ...] = (),
    smoothing: float = 0.0,
) -> list[Episode]:
    leads = leading_classes(smooth(table, smoothing))
    return episodes(table, leads, min_run=min_run, longest_step=longest_step, cuts=cuts)


def told(given: list[Episode]) -> list[tuple[str, float, float, int]]:
    return [
        (one.expression[0], round(one.start, 6), round(one.stop, 6), one.frames) for one in given
    ]


def test_an_episode_ends_where_another_class_leads() -> None:
    table = alone("hhhss")
    assert told(found(table)) == [("h", 0.0, 0.3, 3), ("s", 0.3, 0.5, 2)]
    # The last frame is shown for the median step; means are of the class that leads.
    assert [one.mean for one in found(table)] == pytest.approx([0.9, 0.9])


def test_an_episode_ends_at_a_sampled_frame_without_the_person() -> None:
    assert told(found(alone("hh.hh"))) == [("h", 0.0, 0.2, 2), ("h", 0.3, 0.5, 2)]


def test_an_episode_ends_at_a_cut() -> None:
    assert told(found(alone("hhhh"), cuts=(0.2,))) == [("h", 0.0, 0.2, 2), ("h", 0.2, 0.4, 2)]


def test_an_episode_ends_in_a_pause_when_its_last_frame_has_counted_long_enough() -> None:
    table = rows([(0, 0.0, 0, 0.9), (1, 0.1, 0, 0.9), (2, 0.2, 0, 0.9), (3, 60.0, 0, 0.9)])
    assert told(found(table)) == [("h", 0.0, 2.2, 3), ("h", 60.0, 60.1, 1)]


def test_frames_far_apart_throughout_are_no_pause() -> None:
    table = alone("hhs", step=10.0)
    assert told(found(table)) == [("h", 0.0, 20.0, 2), ("s", 20.0, 30.0, 1)]


def test_persons_have_their_own_episodes_one_person_after_the_other() -> None:
    table = rows(sorted([*shown("hhs"), *shown("sss", track=1)], key=lambda row: (row[0], row[2])))
    assert [(one.track, one.expression, one.frames) for one in found(table)] == [
        (0, "happiness", 2),
        (0, "sadness", 1),
        (1, "sadness", 3),
    ]


def test_a_short_episode_joins_the_longer_one_that_it_touches() -> None:
    assert told(found(alone("hhhshhhh"), min_run=0.2)) == [("h", 0.0, 0.8, 8)]
    assert told(found(alone("hhhsss"), min_run=0.2)) == [("h", 0.0, 0.3, 3), ("s", 0.3, 0.6, 3)]
    # The mean is of the class by which it is called then.
    assert found(alone("hhhs"), min_run=0.2)[0].mean == pytest.approx(0.7)


def test_the_shortest_episodes_join_first() -> None:
    # s alone is joined first; what comes of it is long enough.
    assert told(found(alone("hhshhsss"), min_run=0.25)) == [("h", 0.0, 0.5, 5), ("s", 0.5, 0.8, 3)]


def test_a_short_episode_that_touches_none_stays() -> None:
    assert told(found(alone("hhh.s.hhh"), min_run=0.2)) == [
        ("h", 0.0, 0.3, 3),
        ("s", 0.4, 0.5, 1),
        ("h", 0.6, 0.9, 3),
    ]


def test_an_episode_of_just_the_shortest_time_is_long_enough() -> None:
    assert [one.frames for one in found(alone("hhhsshhh"), min_run=0.2)] == [3, 2, 3]


def test_no_frame_is_lost_or_counted_twice_when_short_episodes_join() -> None:
    letters = "".join(np.random.default_rng(0).choice(list("hhs."), 500))
    joined = found(alone(letters), min_run=0.35)
    assert sum(one.frames for one in joined) == len(letters) - letters.count(".")
    assert all(one.stop <= after.start + 1e-9 for one, after in pairwise(joined))
    touching = [
        (one, after) for one, after in pairwise(joined) if math.isclose(one.stop, after.start)
    ]
    assert touching
    for one, after in touching:
        assert one.expression != after.expression
        assert min(one.seconds, after.seconds) >= 0.35 - 1e-9


def test_a_class_leads_once_flicker_is_smoothed() -> None:
    assert told(found(alone("hhhshhh"), smoothing=0.5)) == [("h", 0.0, 0.7, 7)]


def test_a_single_frame_has_no_duration() -> None:
    assert told(found(alone("h"))) == [("h", 0.0, 0.0, 1)]


@pytest.mark.parametrize("displayed", ["", "..."])
def test_a_video_without_a_face_has_no_episode(displayed: str) -> None:
    assert found(alone(displayed)) == []


def test_episodes_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "expressions.csv"
    written = found(alone("hhsss.h"))
    write_expressions(written, path)
    assert path.read_text().splitlines()[0] == "track,expression,start,stop,frames,mean"
    read = read_expressions(path, COLUMNS)
    assert told(read) == told(written)
    assert [one.track for one in read] == [0, 0, 0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0,anger,0.0,1.0,2,0.5", "expression: "),
        ("0,sadness,1.0,0.5,2,0.5", "stop: expected 1.0 or later, got 0.5"),
        ("-1,sadness,0.0,1.0,2,0.5", "track: "),
        ("0,sadness,0.0,1.0,0,0.5", "frames: "),
        ("0,sadness,0.0,1.0,2,1.5", "mean: "),
        ("0,sadness,nan,1.0,2,0.5", "start: "),
    ],
)
def test_a_table_of_other_content_is_damaged(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "expressions.csv"
    path.write_text(f"track,expression,start,stop,frames,mean\n{line}\n")
    with pytest.raises(ValueError, match=f"^{message}"):
        check_expressions(path, COLUMNS)
