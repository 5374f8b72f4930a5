"""Folders of results that were damaged, or made by somebody who means no good: what is damaged is
done again, and said; `merge` refuses it in one line; nothing fills the memory or hangs.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.support.damage import EVIL_JSON, evil_json, mutated
from tests.support.rows import CLASSES, rows
from videoemo.errors import VideoemoError
from videoemo.group import group_affect, write_group_series, write_synchrony
from videoemo.plots import overview
from videoemo.plots._canvas import open_canvas
from videoemo.records import Clip
from videoemo.runs.plan import Plan, Resume, make_plan
from videoemo.runs.state.fingerprint import make_key, video_key
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import write_failure, writing
from videoemo.scoring.merge import merge
from videoemo.scoring.outputs import NAMES, OUTPUTS
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import Episode, write_expressions
from videoemo.tables.faces import SCHEMA, write_faces, write_faces_csv
from videoemo.tables.identities import Identities, write_identities
from videoemo.tables.smoothing import smooth
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.tracks import write_tracks
from videoemo.tables.videos import Prediction, VideoRow, write_videos
from videoemo.tables.windows import Window, write_windows
from videoemo.util.files import write_json
from videoemo.util.text import printable

COLUMNS = Columns(CLASSES, ("valence",), ("margin_happy", "margin_sad"))
HEADS = [
    {"name": "expression", "kind": "classes", "labels": list(CLASSES)},
    {"name": "embedding", "kind": "embedding", "labels": [], "size": 8},
    {"name": "valence", "kind": "value", "labels": [], "low": -1.0, "high": 1.0},
]
SETTINGS: dict[str, Any] = {"schema": SCHEMA, "every": 1, "extractor": {"outputs": HEADS}}
PREDICTION = Prediction("Happy", {"margin_happy": 1.5, "margin_sad": -0.5})
CHECKS = {output.name: output.check(COLUMNS) for output in OUTPUTS}


@dataclass(frozen=True)
class Finished:
    """A finished run: two videos, one of which failed."""

    clips: list[Clip]
    out: Path

    def plan(self, **resume: bool) -> Plan:
        return make_plan(
            self.clips,
            self.out,
            SETTINGS,
            outputs=CHECKS,
            own_files=NAMES,
            columns=COLUMNS,
            resume=Resume(**resume),
        )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    clips = []
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_text(name)
        clips.append(Clip(folder / name, name))
    out = folder / "out"
    with Leases(out, own_files=NAMES) as leases:
        lease, other = leases.take("a.mp4"), leases.take("b.mp4")
        assert lease is not None
        assert other is not None
        with writing(lease) as place:
            row = _write_video(place, key=_key(clips[0]))
        failure = Failure("b.mp4", "probe", "UnreadableVideoError", "no decoder can open it")
        write_failure(other, failure, _key(clips[1]))
        run = Run.from_results([row, failure], seconds=1.0, before=0)
        write_run_tables(run, out, leases, columns=COLUMNS, pictures=False, ran={})
    return Finished(clips, out)


def _key(clip: Clip) -> dict[str, Any]:
    return make_key(video_key(clip.path, whole=True), SETTINGS)


def _seen(frame: int) -> tuple[int | None, ...]:
    return (0, 1) if frame % 10 else (None,)


def _write_video(place: Path, *, key: dict[str, Any]) -> VideoRow:
    """All files of a video of 50 frames and two persons, who are away now and then."""
    given = [
        (i, 0.16 * i, track, 0.5 + 0.4 * np.sin(i / (2 + (track or 0))))
        for i in range(50)
        for track in _seen(i)
    ]
    plain = rows(given)
    happy = plain.probabilities[:, 0]
    table = replace(plain, values={"valence": (2 * happy - 1).astype(np.float32)})
    row = VideoRow(
        video="a.mp4",
        seconds=8.0,
        frames=50,
        face_frames=45,
        faces=90,
        longest_gap=table.longest_gap(),
        mean=table.mean(),
        values=table.mean_values(),
        dominant=CLASSES[int(table.mean().argmax())],
        prediction=PREDICTION,
    )
    windows = [
        Window(0.0, 4.0, 25, 22, 44, PREDICTION),
        Window(4.0, 8.0, 25, 0, 0, Prediction()),
    ]
    group = group_affect(table, window=1.0, synchrony_window=2.0, synchrony_lag=0.5)
    assert group.pairs
    write_faces(table, place / "faces.parquet")
    write_faces_csv(table, place / "faces.csv")
    write_tracks(table, place / "tracks.csv", series=smooth(table, 0.5))
    shown = [Episode(0, CLASSES[0], 0.0, 1.0, 5, 0.5)]
    write_expressions(shown, place / "expressions.csv")
    write_windows(windows, ("margin_happy", "margin_sad"), place / "windows.csv")
    write_group_series(group.series, CLASSES, place / "group.parquet")
    write_synchrony(group.pairs, place / "synchrony.csv")
    vectors = np.eye(2, 8, dtype=np.float32)
    write_identities(
        Identities(np.arange(2), np.array([4, 3]), vectors), place / "identities.parquet"
    )
    for name in ("timeline.png", "thumbnail.png", "group.png"):
        with open_canvas(place / name, width=40, height=30):
            pass
    content = {"group": group.summary(), "seconds_taken": {"all": 2.5}, "key": key}
    write_json(place / "summary.json", to_summary(row, CLASSES) | content)
    return row


@pytest.fixture
def copy(finished: Finished, tmp_path: Path) -> Finished:
    """The same, to be damaged."""
    shutil.copytree(finished.out, tmp_path / "out")
    return replace(finished, out=tmp_path / "out")


def assert_one_line(text: str) -> None:
    assert printable(text) == text
    assert len(text) < 1500


def assert_seen_or_harmless(run: Finished, *, pictures: bool = False) -> None:
    """Whatever was done to the folder: a run that resumes does it again and says so, or can use
    what is there; `merge` uses it or refuses it in one line, and writes nothing then.
    """
    for verify in (False, True):
        try:
            plan = run.plan(verify=verify)
        except VideoemoError as exc:  # there is no place for what the run would write
            assert_one_line(str(exc))
            continue
        for line in [*plan.redo_notices(), *plan.forecast(1)]:
            assert_one_line(line)
        results = [plan.known[clip.id] for clip in run.clips if clip.id in plan.known]
        found = Run.from_results(results, seconds=1.0, before=0)
        again = run.out.parent / "videos.csv"
        write_videos(found.rows, CLASSES, again, values=COLUMNS.values, scores=COLUMNS.scores)
        if pictures:
            overview(again.with_suffix(".png"), videos=found.rows, classes=CLASSES)
    merged = run.out.parent / "merged"
    try:
        merge([run.out], merged)
    except VideoemoError as exc:
        assert_one_line(str(exc))
        assert not merged.exists()
    else:
        shutil.rmtree(merged)


def test_a_whole_folder_is_done_and_merged(copy: Finished) -> None:
    for verify in (False, True):
        plan = copy.plan(verify=verify)
        assert (plan.todo, plan.redo_notices(), sorted(plan.known)) == ([], [], ["a.mp4", "b.mp4"])
    run = merge([copy.out], copy.out.parent / "merged")
    assert ([row.video for row in run.rows], len(run.failures)) == (["a.mp4", "b.mp4"], 1)
    for name in ("videos.csv", "errors.csv", *(f"a.mp4/{name}" for name in NAMES)):
        assert (copy.out.parent / "merged" / name).read_bytes() == (copy.out / name).read_bytes()


EACH = ("summary.json", *CHECKS)


@pytest.mark.parametrize("name", EACH)
def test_damaged_bytes_are_seen_or_do_no_harm(copy: Finished, name: str) -> None:
    path = copy.out / "a.mp4" / name
    for content in mutated(path.read_bytes(), seed=EACH.index(name), n=15):
        path.write_bytes(content)
        assert_seen_or_harmless(copy)


def test_damaged_bytes_of_the_table_of_videos_do_no_harm(copy: Finished) -> None:
    path = copy.out / "videos.csv"
    for content in mutated(path.read_bytes(), seed=20, n=30):
        path.write_bytes(content)
        assert_seen_or_harmless(copy)


def test_damaged_bytes_of_the_record_of_a_failure_do_no_harm(copy: Finished) -> None:
    [path] = (copy.out / ".videoemo" / "failed").iterdir()
    for content in mutated(path.read_bytes(), seed=21, n=30):
        path.write_bytes(content)
        assert_seen_or_harmless(copy)


def test_evil_values_in_a_summary_do_no_harm(copy: Finished) -> None:
    path = copy.out / "a.mp4" / "summary.json"
    for text in evil_json(json.loads(path.read_text()), seed=22, n=100):
        path.write_text(text)
        assert_seen_or_harmless(copy)


def test_evil_values_in_the_record_of_a_failure_do_no_harm(copy: Finished) -> None:
    [path] = (copy.out / ".videoemo" / "failed").iterdir()
    for text in evil_json(json.loads(path.read_text()), seed=23, n=40):
        path.write_text(text)
        assert_seen_or_harmless(copy)


def put(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def changed(table: pa.Table, name: str, place: int, value: Any) -> pa.Table:
    """A table with another value in one place."""
    values = table[name].to_pylist()
    values[place] = value
    return put(table, name, pa.array(values, table[name].type))


Change = Callable[[pa.Table], pa.Table]
WRONG_FACES: dict[str, tuple[Change, str]] = {
    "a column is missing": (lambda table: table.drop_columns(["track"]), "column 4: expected 'tr"),
    "a column more": (lambda table: table.append_column("more", table["x"]), "column 17: expected"),
    "a column twice": (lambda table: table.append_column("x", table["x"]), "column 17: expected"),
    "classes in another order": (
        lambda table: table.rename_columns(
            [*table.column_names[:13], "sadness", "happiness", "valence"]
        ),
        "column 14: expected 'happiness', got 'sadness'",
    ),
    "text": (
        lambda table: put(table, "x", pa.array(["1"] * len(table))),
        "x: expected float32, got string",
    ),
    "lists": (
        lambda table: put(table, "x", pa.array([[1.0]] * len(table))),
        "x: expected float32, got list<",
    ),
    "not a number": (lambda table: changed(table, "x", 3, np.nan), "x: expected finite numbers"),
    "infinite": (lambda table: changed(table, "seconds", 3, np.inf), "seconds: expected finite"),
    "no probability": (
        lambda table: changed(table, "sadness", 3, 1.5),
        "sadness: expected numbers from -0.0001 to 1, got 1.5",
    ),
    "no frame": (lambda table: changed(table, "frame", 0, -1), "frame: expected numbers from 0"),
    "frames that fall": (lambda table: changed(table, "frame", 3, 150), "frame: expected numbers"),
    "faces not numbered": (lambda table: changed(table, "face", 3, 7), "face: expected the faces"),
    "half a face": (lambda table: changed(table, "track", 3, None), "track: missing where there"),
    "no frame's number": (lambda table: changed(table, "frame", 3, None), "frame: 1 values are"),
}


@pytest.mark.parametrize(("change", "reason"), WRONG_FACES.values(), ids=WRONG_FACES)
def test_a_faces_table_of_another_form_is_listed_by_verify(
    copy: Finished, change: Change, reason: str
) -> None:
    path = copy.out / "a.mp4" / "faces.parquet"
    pyarrow.parquet.write_table(change(pyarrow.parquet.read_table(path)), path)
    (line,) = copy.plan(verify=True).redo_notices()
    assert line.startswith(f"1 video is done again: faces.parquet is damaged ({reason}")
    assert line.endswith("(a.mp4)")
    assert_seen_or_harmless(copy)


EVIL_CELLS = ["x", "", "-1", "1e999", "nan", "1" + "0" * 400, "x" * 100_000, '"', "\x1b[31m", "1,2"]


@pytest.mark.parametrize(
    "name", ["tracks.csv", "expressions.csv", "windows.csv", "synchrony.csv", "faces.csv"]
)
def test_evil_cells_of_a_table_are_listed_by_verify(copy: Finished, name: str) -> None:
    path = copy.out / "a.mp4" / name
    heading, first, *others = path.read_text().splitlines()
    for place, cell in enumerate(EVIL_CELLS):
        cells = first.split(",")
        cells[place % 5] = cell
        path.write_text("\n".join([heading, ",".join(cells), *others, ""]))
        assert_seen_or_harmless(copy)
    path.write_text("\n".join([heading, "x" + first, *others, ""]))
    (line,) = copy.plan(verify=True).redo_notices()
    assert line.startswith(f"1 video is done again: {name} is damaged (")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("mean", '{"happiness": 0.5}', "mean: expected happiness, sadness, got"),
        ("mean", '{"sadness": 0.5, "happiness": 0.5}', "mean: expected happiness, sadness, got"),
        ("mean", '{"happiness": -0.5, "sadness": 0.5}', "mean.happiness: expected a number from"),
        ("mean", '{"happiness": null, "sadness": 0.5}', "mean: expected all numbers or all null"),
        (
            "seconds",
            "1" + "0" * 400,
            "seconds: expected a finite number of at most 19 digits, got 1000",
        ),
        ("seconds", "NaN", "seconds: expected a finite number of at most 19 digits, got NaN"),
        ("seconds", "-1", "seconds: expected a number from 0 to"),
        ("frames", "true", "frames: expected int, got True"),
        ("face_frames", "300", "face_frames: expected at most 50, got 300"),
        ("dominant", '"x\\u001b[31m"', "dominant: expected a class of mean, got 'x\\x1b[31m'"),
        ("error", r'"\ud800"', r"error: expected Unicode, got '\ud800'"),
        ("error", '"' + "x" * 100_000 + '"', "error: expected at most 65,536 characters"),
        ("values", "{}", "values: expected valence, got"),
        ("prediction", "null", "prediction: expected dict, got None"),
        ("more", "[" * 100_000 + "]" * 100_000, "lists or objects within each other, more than"),
    ],
)
def test_a_damaged_summary_is_said_with_its_field_and_the_video_is_done_again(
    copy: Finished, field: str, value: str, reason: str
) -> None:
    path = copy.out / "a.mp4" / "summary.json"
    content = json.loads(path.read_text()) | {field: "the value"}
    path.write_text(json.dumps(content).replace('"the value"', value))
    (line,) = copy.plan().redo_notices()
    assert line.startswith(f"1 video is done again: summary.json is damaged ({reason}")
    with pytest.raises(VideoemoError, match=r"the results of a\.mp4 in .* damaged") as told:
        merge([copy.out], copy.out.parent / "merged")
    assert f"(summary.json: {reason}" in str(told.value)
    assert_one_line(str(told.value))
    assert not (copy.out.parent / "merged").exists()


def test_results_of_an_older_version_are_no_damage(copy: Finished) -> None:
    path = copy.out / "a.mp4" / "summary.json"
    content = json.loads(path.read_text())
    content["key"]["settings"]["schema"] = SCHEMA - 1
    del content["values"], content["longest_gap"], content["prediction"]
    path.write_text(json.dumps(content))
    (line,) = copy.plan().redo_notices()
    assert line == f"1 video is done again: schema was {SCHEMA - 1}, is {SCHEMA}"
    with pytest.raises(VideoemoError, match="was made by another version of videoemo"):
        merge([copy.out], copy.out.parent / "merged")


def test_damaged_results_are_counted_by_reason_and_some_are_named(tmp_path: Path) -> None:
    clips = [Clip(tmp_path / f"{i}.mp4", f"{i}.mp4") for i in range(5)]
    for clip in clips:
        (tmp_path / "out" / clip.id).mkdir(parents=True)
        (tmp_path / "out" / clip.id / "summary.json").write_text("[]")
    plan = make_plan(clips, tmp_path / "out", SETTINGS, outputs={}, resume=Resume())
    assert plan.redo_notices() == [
        "5 videos are done again: summary.json is damaged (expected a JSON object, got []) "
        "(0.mp4, 1.mp4, 2.mp4 and 2 more)"
    ]


def link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_elsewhere(path: Path) -> None:
    whole = path.with_name("elsewhere").rename(path.parents[2] / "elsewhere")
    path.symlink_to(whole)


def holes(path: Path) -> None:
    """A file of 1 TiB, of which the disk holds nothing."""
    with path.open("wb") as file:
        file.truncate(2**40)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "a link to an endless device": link_to_zeros,
    "a link to a whole file elsewhere": link_elsewhere,
    "a pipe": lambda path: os.mkfifo(path),
    "a folder": lambda path: path.mkdir(),
    "a file of holes": holes,
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes, devices and links")
@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize("name", [*EACH, "../videos.csv"])
def test_what_is_no_file_is_not_read(
    copy: Finished, name: str, make: Callable[[Path], None]
) -> None:
    path = copy.out / "a.mp4" / name
    path.rename(path.with_name("elsewhere"))
    make(path)
    assert_seen_or_harmless(copy)
    if name != "../videos.csv":
        (line,) = copy.plan(verify=True).redo_notices()
        assert line.startswith(f"1 video is done again: {name} is ")


def test_a_folder_of_results_that_is_a_link_is_not_read(copy: Finished) -> None:
    (copy.out / "a.mp4").rename(copy.out.parent / "elsewhere")
    (copy.out / "a.mp4").symlink_to(copy.out.parent / "elsewhere")
    with pytest.raises(VideoemoError, match=r"no place for the results of 'a\.mp4'"):
        copy.plan()
    with pytest.raises(VideoemoError, match="its folder is a link"):
        merge([copy.out], copy.out.parent / "merged")


def test_rows_that_are_taken_can_be_drawn(copy: Finished) -> None:
    path = copy.out / "a.mp4" / "summary.json"
    content = json.loads(path.read_text())
    for i, value in enumerate(EVIL_JSON):
        field = ("error", "dominant", "mean", "prediction", "face_frames")[i % 5]
        path.write_text(json.dumps(content | {field: "here"}).replace('"here"', value))
        assert_seen_or_harmless(copy, pictures=i < 4)


def test_more_classes_than_can_be_drawn_are_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    names = tuple(f"class {i}" for i in range(12))
    heads = [{"name": "expression", "kind": "classes", "labels": list(names)}]
    failure = Failure("a.mp4", "probe", "UnreadableVideoError", "no decoder can open it")
    with Leases(tmp_path / "out") as leases:
        lease = leases.take("a.mp4")
        assert lease is not None
        write_failure(lease, failure, make_key({}, SETTINGS | {"extractor": {"outputs": heads}}))
    write_videos([failure.row()], names, tmp_path / "out" / "videos.csv")
    assert len(merge([tmp_path / "out"], tmp_path / "merged").failures) == 1
    (tmp_path / "out" / "overview.png").write_bytes(b"")
    with pytest.raises(VideoemoError, match=r"has 12 classes, and no overview\.png of more"):
        merge([tmp_path / "out"], tmp_path / "again")
    assert not (tmp_path / "again").exists()
