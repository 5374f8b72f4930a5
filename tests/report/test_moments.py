"""Moments worth a look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.errors import InputError
from videoemo.group import Pair, write_synchrony
from videoemo.report.moments import Moment, moments
from videoemo.results import load_results
from videoemo.results.video import VideoResults
from videoemo.tables.faces import FaceTable
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object


def results(tmp_path: Path, table: FaceTable, cuts: tuple[float, ...] = ()) -> VideoResults:
    return load_results(write_results(tmp_path, {"a.mp4": MadeUp(table, cuts=cuts)})).video("a.mp4")


def test_stretches_of_a_second_or_more_without_a_face_are_told(tmp_path: Path) -> None:
    seen = [0, 1, 2, 13, 14, 17, 18, 30, 31]
    table = rows([(i, 0.1 * i, 0 if i in seen else None, 0.5) for i in range(32)])
    assert [
        (round(one.start, 1), round(one.stop, 1)) for one in moments(results(tmp_path, table))
    ] == [
        (0.3, 1.3),
        (1.9, 3.0),
    ]


def test_cuts_are_told(tmp_path: Path) -> None:
    video = results(tmp_path, two_persons(), (0.4, 1.2))
    assert moments(video) == [Moment("cut", 0.4, 0.4), Moment("cut", 1.2, 1.2)]


def test_of_two_who_move_together_the_one_who_leads_comes_first(tmp_path: Path) -> None:
    video = results(tmp_path, two_persons())
    pairs = [
        Pair(0, 1, 1.6, 0.7, -0.3, 0.001, 0.002, 1),
        Pair(0, 1, 1.6, 0.9, None, 0.4, 0.4, None),
    ]
    write_synchrony(pairs, video.folder / "synchrony.csv")
    (moment,) = moments(video)
    assert (moment.kind, moment.persons, moment.lag, moment.start) == ("together", (1, 0), 0.3, 0.0)
    assert round(moment.stop, 2) == 1.56


def with_group(video: VideoResults, group: Any) -> VideoResults:
    path = video.folder / "summary.json"
    write_json(path, read_object(path) | {"group": group})
    return load_results(video.out).scored[0]


def test_the_extremes_of_the_group_are_told(tmp_path: Path) -> None:
    group = {"most_positive": [{"seconds": 1.0, "valence": 0.5}], "most_negative": []}
    assert moments(with_group(results(tmp_path, two_persons()), group)) == [
        Moment("positive", 1.0, 1.0, 0.5)
    ]


@pytest.mark.parametrize(
    "group", [[], {"most_positive": 3}, {"most_positive": [{"seconds": "<b>", "valence": 0}]}]
)
def test_of_a_damaged_summary_it_is_said(tmp_path: Path, group: Any) -> None:
    with pytest.raises(InputError, match="most_positive: expected seconds and valences"):
        moments(with_group(results(tmp_path, two_persons()), group))


def test_a_pair_of_persons_who_are_gone_is_left_out(tmp_path: Path) -> None:
    video = results(tmp_path, two_persons())
    write_synchrony(
        [Pair(0, 7, 1.6, 0.7, None, 0.001, 0.002, None)], video.folder / "synchrony.csv"
    )
    assert moments(video) == []
