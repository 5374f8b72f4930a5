"""Who counts in a study, who is left out, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import InputError
from videoemo.results import Results, load_results
from videoemo.study.design import read_design
from videoemo.study.observe import observe
from videoemo.study.units import LeftOut, Observation
from videoemo.tables.faces import FaceTable
from videoemo.tables.summary import Failure


def alone(happiness: Sequence[float | None], *, step: float = 0.1) -> FaceTable:
    """One person, seen where there is a probability of happiness."""
    return rows(
        [
            (i, i * step, None if one is None else 0, 0.0 if one is None else one)
            for i, one in enumerate(happiness)
        ]
    )


SAD, HAPPY = alone([0.2] * 20), alone([0.9] * 20)
FOUR = {"a1": SAD, "a2": SAD, "b1": HAPPY, "b2": HAPPY}


def observed(
    tmp_path: Path,
    tables: Mapping[str, FaceTable] = FOUR,
    design: str | None = None,
    *,
    results: Results | None = None,
    min_coverage: float = 0.5,
    baseline: tuple[float, float] | None = None,
    of: str = "persons",
    **columns: str,
) -> tuple[list[Observation], list[LeftOut]]:
    """The units of some videos; the condition of one is the first letter of its name."""
    if results is None:
        videos = {name: MadeUp(table) for name, table in tables.items()}
        results = load_results(write_results(tmp_path / "out", videos))
    if design is None:
        design = "video,condition\n" + "".join(f"{name},{name[0]}\n" for name in tables)
    path = tmp_path / "design.csv"
    path.write_text(design, encoding="utf-8")
    return observe(
        results,
        read_design(path, by="condition", of=of, **columns),  # type: ignore[arg-type]
        min_coverage=min_coverage,
        baseline=baseline,
        of=of,  # type: ignore[arg-type]
    )


def reasons(left_out: Sequence[LeftOut]) -> dict[str, str]:
    return {one.video: one.reason for one in left_out}


def test_each_video_is_observed_as_the_design_has_it(tmp_path: Path) -> None:
    found, left_out = observed(tmp_path)
    assert [(one.unit, one.condition, one.track) for one in found] == [
        (name, name[0], 0) for name in FOUR
    ]
    assert not left_out
    first = found[0]
    assert (first.onset, first.coverage, first.baseline) == (0, 1, None)
    assert first.seconds == pytest.approx(2)
    assert first.series.names == ("happiness", "sadness", "valence")
    np.testing.assert_allclose(first.series.values[:, 0], 0.2, rtol=1e-6)
    np.testing.assert_allclose(first.series.values[:, 2], 0.2 * 0.81 - 0.8 * 0.63, rtol=1e-6)


def test_times_count_from_the_onset_and_episodes_are_cut_there(tmp_path: Path) -> None:
    changing = alone([0.1] * 10 + [0.9] * 10)
    design = "video,condition,start\na1,a,0.5\na2,a,0\nb1,b,1.0\nb2,b,1.5\n"
    found, _ = observed(tmp_path, dict.fromkeys(FOUR, changing), design, onset="start")
    shown = [[(one.expression, one.frames) for one in each.episodes] for each in found]
    assert shown == [
        [("sadness", 5), ("happiness", 10)],
        [("sadness", 10), ("happiness", 10)],
        [("happiness", 10)],
        [("happiness", 5)],
    ]
    times = [(one.start, one.stop) for each in found for one in each.episodes]
    expected = [(0, 0.5), (0.5, 1.5), (0, 1), (1, 2), (0, 1), (0, 0.5)]
    np.testing.assert_allclose(times, expected, atol=1e-9)
    np.testing.assert_allclose([one.seconds for one in found], [1.5, 2, 1, 0.5])
    np.testing.assert_allclose(found[0].series.seconds[:6], np.arange(-5, 1) / 10, atol=1e-9)
    assert found[0].series.seconds[5] == 0


def test_a_frame_that_misses_the_onset_by_rounding_meets_it(tmp_path: Path) -> None:
    rounded = replace(HAPPY, seconds=HAPPY.seconds - 3e-7)
    design = "video,condition,start\n" + "".join(f"{name},{name[0]},0.6\n" for name in FOUR)
    found, _ = observed(tmp_path, dict.fromkeys(FOUR, rounded), design, onset="start")
    assert found[0].series.seconds[6] == 0
    assert [one.frames for one in found[0].episodes] == [14]


def test_onsets_are_as_a_player_shows_them(tmp_path: Path) -> None:
    table = replace(HAPPY, seconds=HAPPY.seconds + 1.4)
    out = write_results(tmp_path / "out", {name: MadeUp(table) for name in FOUR})
    for name in FOUR:  # as of MPEG-TS
        path = out / name / "summary.json"
        content = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(content | {"clock_start": 1.4, "clock_is_free": True}), "utf-8")
    results = load_results(out)
    design = "video,condition,start\na1,a,0.5\na2,a,0.5\nb1,b,0.5\nb2,b,0.5\n"
    found, _ = observed(tmp_path, FOUR, design, results=results, onset="start")
    assert found[0].series.seconds[5] == 0


def test_a_row_takes_the_person_seen_longest_or_a_number_or_each(tmp_path: Path) -> None:
    tables = dict.fromkeys(FOUR, two_persons())
    design = "video,track,condition\na1,,a\na2,1,a\nb1,each,b\nb2,0,b\n"
    found, _ = observed(tmp_path, tables, design)
    taken = [(one.video, one.track) for one in found]
    assert taken == [("a1", 0), ("a2", 1), ("b1", 0), ("b1", 1), ("b2", 0)]


def test_a_person_cannot_count_twice(tmp_path: Path) -> None:
    tables = dict.fromkeys(FOUR, two_persons())
    design = "video,track,condition\na1,longest,a\na1,0,a\na2,,a\nb1,,b\nb2,,b\n"
    with pytest.raises(InputError, match="person 0 of 'a1' twice, in lines 2 and 3"):
        observed(tmp_path, tables, design)


def test_who_cannot_be_observed_is_left_out_by_name(tmp_path: Path) -> None:
    """A video that was not scored, that failed, or that is not named; a person who is not there;
    an onset that is missing, or beyond the end; too little coverage; nothing in the baseline.
    """
    tables = FOUR | {
        "a3": alone([None] * 20),
        "a4": alone([0.5] * 9 + [None] * 11),
        "a5": HAPPY,
        "a6": HAPPY,
        "a7": HAPPY,
        "a8": alone([None] * 10 + [0.5] * 10),
        "b3": alone([0.5] * 10 + [None] * 10),
        "c": HAPPY,
    }
    out = write_results(
        tmp_path / "out",
        {name: MadeUp(table) for name, table in tables.items()},
        failures=[Failure("b9", "probe", "EmptyVideoError", "no picture")],
    )
    lines = {name: (name[0], "1", "") for name in tables if name != "c"} | {
        "a5": ("a", "", ""),
        "a6": ("a", "70", ""),
        "a7": ("a", "1", "4"),
        "b8": ("b", "1", ""),
        "b9": ("b", "1", ""),
    }
    design = "video,condition,start,track\n" + "".join(
        f"{name},{','.join(cells)}\n" for name, cells in lines.items()
    )
    found, left_out = observed(
        tmp_path,
        design=design,
        results=load_results(out),
        onset="start",
        baseline=(-1, 0),
    )
    assert [one.video for one in found] == list(FOUR)
    assert list(reasons(left_out)) == ["a3", "a4", "a5", "a6", "a7", "a8", "b3", "b8", "b9", "c"]
    for video, reason in {
        "a3": "nobody is seen in it",
        "a4": "at no time from the onset on the person is seen",
        "a5": "its onset is missing",
        "a6": "its onset, 70 s, is beyond its last frame, 1.9 s",
        "a7": "it has no person 4: tracks.csv has 0",
        "a8": "at no time of the baseline, -1 to 0 s, the person is seen",
        "b3": "at no time from the onset on the person is seen",
        "b8": "it was not scored",
        "b9": "it could not be scored: no picture",
        "c": "the design does not name it",
    }.items():
        assert reason in reasons(left_out)[video]


def test_coverage_counts_from_the_onset_on(tmp_path: Path) -> None:
    tables = FOUR | {"a3": alone([0.5] * 12 + [None] * 8)}
    design = "video,condition,start\n" + "".join(f"{name},{name[0]},1\n" for name in tables)
    _, left_out = observed(tmp_path, tables, design, onset="start")
    assert (
        "seen in 20.0% of the frames from the onset on, less than min_coverage, 50.0%"
        in (reasons(left_out)["a3"])
    )


def test_who_is_never_seen_is_left_out_whatever_is_asked_for(tmp_path: Path) -> None:
    tables = FOUR | {"a3": alone([0.5] * 10 + [None] * 10)}
    design = "video,condition,start\n" + "".join(f"{name},{name[0]},1\n" for name in tables)
    found, left_out = observed(tmp_path, tables, design, onset="start", min_coverage=0)
    assert len(found) == 4
    assert list(reasons(left_out)) == ["a3"]


def test_a_condition_of_one_unit_is_left_out_where_others_are_left(tmp_path: Path) -> None:
    found, left_out = observed(tmp_path, FOUR | {"c1": HAPPY})
    assert len(found) == 4
    assert reasons(left_out) == {"c1": "c1 is the only unit left in c"}


def test_two_videos_of_one_unit_are_no_group(tmp_path: Path) -> None:
    design = "video,participant,condition\na1,p,a\na2,p,a\nb1,q,b\nb2,r,b\n"
    with pytest.raises(InputError, match=r"too few units to compare \(a: 1, b: 2\): it takes two"):
        observed(tmp_path, FOUR, design)


def test_a_design_of_other_videos_is_refused_with_what_may_be_meant(tmp_path: Path) -> None:
    design = "video,condition\na1.mp4,a\nb1.mp4,b\n"
    with pytest.raises(InputError, match=r"no results of 'a1\.mp4' in .*; it has 4 videos: a1, a2"):
        observed(tmp_path, FOUR, design)


def test_too_few_units_are_refused_with_the_first_that_was_left_out(tmp_path: Path) -> None:
    tables = FOUR | {"a2": alone([None] * 20)}
    message = r"\(a: 1, b: 2\): .* with two units in each; left out: a2: nobody is seen in it$"
    with pytest.raises(InputError, match=message) as info:
        observed(tmp_path, tables)
    assert "\n" not in str(info.value)


def test_a_unit_that_is_left_in_one_condition_has_no_pair(tmp_path: Path) -> None:
    tables = {f"{c}{i}": HAPPY for i in range(3) for c in "ab"} | {"b2": alone([None] * 20)}
    design = "video,who,condition\n" + "".join(f"{name},p{name[1]},{name[0]}\n" for name in tables)
    found, left_out = observed(tmp_path, tables, design, within="who")
    assert sorted(one.video for one in found) == ["a0", "a1", "b0", "b1"]
    assert reasons(left_out) == {"a2": "p2 is left in a alone", "b2": "nobody is seen in it"}


def test_a_baseline_is_the_mean_before_the_onset(tmp_path: Path) -> None:
    changing = alone([0.1] * 10 + [0.9] * 10)
    design = "video,condition,start\n" + "".join(f"{name},{name[0]},1\n" for name in FOUR)
    tables = dict.fromkeys(FOUR, changing)
    found, _ = observed(tmp_path, tables, design, onset="start", baseline=(-1, 0))
    assert found[0].baseline is not None
    np.testing.assert_allclose(found[0].baseline[:2], [0.1, 0.9], rtol=1e-6)


@pytest.mark.parametrize("baseline", [(0.0, -1.0), (0.0, 0.0), (float("nan"), 0.0)])
def test_a_baseline_that_ends_before_it_begins_is_refused(
    tmp_path: Path, baseline: tuple[float, float]
) -> None:
    with pytest.raises(InputError, match=r"a baseline from .* the first before the second"):
        observed(tmp_path, baseline=baseline)


def test_a_picture_is_a_video_of_one_frame(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, dict.fromkeys(FOUR, alone([0.9])))
    assert [(one.seconds, one.coverage) for one in found] == [(0, 1)] * 4
    assert [(e.expression, e.start, e.stop) for e in found[0].episodes] == [("happiness", 0, 0)]


def test_of_groups_a_video_counts_where_two_persons_are_seen(tmp_path: Path) -> None:
    tables = dict.fromkeys(FOUR, two_persons()) | {"a3": HAPPY}
    found, left_out = observed(tmp_path, tables, of="groups")
    assert [(one.video, one.track) for one in found] == [(name, None) for name in FOUR]
    np.testing.assert_allclose([one.coverage for one in found], 0.8)
    assert found[0].series.names[:2] == ("valence", "dispersion")
    assert np.isnan(found[0].series.values[40:]).all()
    assert not np.isnan(found[0].series.values[:40]).any()
    assert "two persons or more are seen" in reasons(left_out)["a3"]


def test_groups_of_a_run_without_their_tables_are_refused(tmp_path: Path) -> None:
    pipeline = load_pipeline()
    pipeline = replace(pipeline, outputs=replace(pipeline.outputs, group=False))
    videos = {name: MadeUp(two_persons()) for name in FOUR}
    out = write_results(tmp_path / "out", videos, pipeline=pipeline)
    with pytest.raises(InputError, match=r"no group.parquet of a1: score it again"):
        observed(tmp_path, results=load_results(out), of="groups")


def test_tables_are_not_kept(tmp_path: Path) -> None:
    out = write_results(tmp_path / "out", {name: MadeUp(t) for name, t in FOUR.items()})
    results = load_results(out)
    observed(tmp_path, results=results)
    assert all("table" not in vars(video) for video in results.scored)


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    out = write_results(tmp_path / "out", {name: MadeUp(t) for name, t in FOUR.items()})
    (out / "a2" / "faces.parquet").write_bytes(b"")
    with pytest.raises(InputError, match="a2"):
        observed(tmp_path, results=load_results(out))
