"""Episodes as spans of playing time, in whole milliseconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.exports import faces_showing, results_of
from videoemo.exports.spans import Row, Span, group_row, moments, person_rows, remarks_on
from videoemo.results import load_results
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object


def row(name: str, *spans: tuple[int, int, str]) -> Row:
    return Row(name, tuple(Span(*span) for span in spans))


def test_moments_tell_what_all_persons_display_until_one_changes() -> None:
    persons = [row("a", (0, 100, "joy"), (100, 300, "fear")), row("b", (50, 200, "fear"))]
    assert [(one.start, one.stop, one.displayed) for one in moments(persons)] == [
        (0, 50, {"a": "joy"}),
        (50, 100, {"a": "joy", "b": "fear"}),
        (100, 200, {"a": "fear", "b": "fear"}),
        (200, 300, {"a": "fear"}),
    ]


def test_a_group_is_what_most_of_its_persons_display_and_neutral_where_none_is_most(
    tmp_path: Path,
) -> None:
    displayed = {0: "4" * 60, 1: "4" * 20 + "6" * 40, 2: "5" * 20 + "." * 20 + "6" * 20}
    video = results_of(tmp_path, faces_showing(displayed), cuts=(2.0,))
    assert group_row(video, person_rows(video)).spans == (
        Span(0, 800, "positive"),
        Span(800, 1600, "neutral"),  # one of each kind
        Span(1600, 2000, "negative"),
        Span(2000, 2400, "negative"),  # a cut ends what is displayed
    )


def test_classes_without_a_tone_give_no_group(tmp_path: Path) -> None:
    table = faces_showing({0: "0" * 20, 1: "1" * 20}, classes=("awake", "asleep"))
    video = results_of(tmp_path, table)
    assert group_row(video, person_rows(video)).spans == ()


def test_one_person_is_no_group(tmp_path: Path) -> None:
    video = results_of(tmp_path, faces_showing({0: "4" * 20}))
    assert group_row(video, person_rows(video)).spans == ()


def test_times_count_from_where_players_do(tmp_path: Path) -> None:
    seconds = 1.4 + np.arange(20) / 25
    video = results_of(tmp_path, faces_showing({0: "4" * 20}, seconds=seconds))
    assert person_rows(video)[0].spans == (Span(1400, 2200, "happiness"),)
    summary = read_object(video.folder / "summary.json")
    write_json(video.folder / "summary.json", summary | {"clock_start": 1.4, "clock_is_free": True})
    again = load_results(tmp_path).video(video.name)
    (persons,) = person_rows(again)
    assert persons.spans == (Span(0, 800, "happiness"),)
    assert any("does not begin at 0" in remark for remark in remarks_on(again, [persons]))
