"""The command `demo`; its clip: what is in its file, and what is seen in it."""

from __future__ import annotations

import csv
from importlib import metadata
from io import StringIO
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

from tests.support.here import command_here
from tests.support.paths import ROOT
from videoemo.cli import demo_clip
from videoemo.cli.demo_clip import course_table, write_portrait
from videoemo.cli.demo_faces import Smiling, portrait


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the command, which scores the clip by the default settings, and what it
    says.
    """
    out = tmp_path_factory.mktemp("ran") / "demo"
    status, said, err = command_here("demo", "-o", out)
    assert status == 0, err
    return out, said


@pytest.fixture(scope="module")
def scored(ran: tuple[Path, str]) -> Path:
    """The folder of the clip's results."""
    return ran[0] / "portrait.mp4"


@pytest.fixture(scope="module")
def faces(scored: Path) -> pd.DataFrame:
    return pd.read_parquet(scored / "faces.parquet")


def test_a_clip_made_on_the_spot_is_scored_and_the_results_are_shown(
    ran: tuple[Path, str],
) -> None:
    (out, said), results = ran, ran[0] / "portrait.mp4"
    assert set(pd.read_parquet(results / "faces.parquet")["track"]) == {0, 1}
    assert "not seen" in said
    assert max(map(len, said.split("the clip:")[0].splitlines()[-8:])) <= 80
    for picture in (results / "timeline.png", results / "group.png", out / "overview.png"):
        assert picture.is_file()
        assert str(picture) in said
    report, last = said.splitlines()[-2:]
    assert report.startswith(f"report: {out / 'index.html'}")
    assert last == f"open in a browser:  {results / 'report.html'}"
    assert (results / "report.html").is_file()


def test_a_browser_plays_the_clip(demo: Path) -> None:
    with av.open(str(demo)) as container:
        video = container.streams.video[0]
        told = (video.codec_context.name, video.codec_context.pix_fmt, video.width, video.height)
        times = [float(frame.time or 0) for frame in container.decode(video)]
    assert told == ("h264", "yuv420p", 640, 360)
    assert times == pytest.approx(np.arange(150) / 25)
    data = demo.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # the index comes first


def test_without_x264_it_is_mpeg4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    monkeypatch.setattr(demo_clip, "_SECONDS", 0.2)
    with av.open(str(demo_clip.write_clip(tmp_path / "a.mp4"))) as container:
        assert container.streams.video[0].codec_context.name == "mpeg4"


def test_the_clip_has_the_same_bytes_each_time(demo: Path, ran: tuple[Path, str]) -> None:
    assert (ran[0] / "clip" / "portrait.mp4").read_bytes() == demo.read_bytes()


def test_two_persons_are_seen_and_one_is_away_for_a_second(faces: pd.DataFrame) -> None:
    times = {track: rows["seconds"] for track, rows in faces.groupby("track")}
    assert times.keys() == {0, 1}
    assert len(times[1]) == 150
    assert len(times[0]) == 125
    assert not times[0].between(3.0, 4.0, inclusive="left").any()


def test_each_stays_on_their_side(faces: pd.DataFrame) -> None:
    middle = faces["x"] + faces["width"] / 2
    assert middle[faces["track"] == 0].max() < 320 < middle[faces["track"] == 1].min()
    assert faces["height"].min() >= 60


def test_one_smiles_and_the_other_does_not(faces: pd.DataFrame) -> None:
    whole = faces["seconds"].between(1.8, 4.6)
    before_or_after = (faces["seconds"] < 1.0) | (faces["seconds"] > 5.4)
    first, second = faces["track"] == 0, faces["track"] == 1
    assert faces.loc[second & whole, "happiness"].mean() > 0.8
    assert faces.loc[second & before_or_after, "neutral"].mean() > 0.7
    assert faces.loc[first, "neutral"].mean() > 0.7
    assert faces.loc[first, "happiness"].max() < 0.5  # so that it never leads


def test_the_smile_is_a_change_and_the_group_has_a_picture(scored: Path) -> None:
    with (scored / "tracks.csv").open(newline="") as file:
        tracks = list(csv.DictReader(file))
    assert [row["dominant"] for row in tracks] == ["neutral", "happiness"]
    assert [row["changes"] for row in tracks] == ["0", "2"]  # to happiness, and back
    assert (scored / "group.png").is_file()
    with (scored / "synchrony.csv").open(newline="") as file:
        (pair,) = csv.DictReader(file)
    assert float(pair["common_seconds"]) == 5.0


def test_the_second_face_is_the_portrait_mirrored_until_it_smiles() -> None:
    face = portrait()
    smiling = Smiling(face)
    grey = face @ np.array([0.299, 0.587, 0.114])
    neutral, smile = smiling.at(0.0), smiling.at(1.0)
    assert np.corrcoef(neutral[..., 0].ravel(), grey[:, ::-1].ravel())[0, 1] > 0.999
    moved = np.abs(smile.astype(int) - neutral).max(axis=2)
    assert moved[220:320, 180:340].mean() > 8  # about the mouth
    assert moved[:100].max() == 0  # the hat
    assert moved[420:].max() == 0  # the uniform


def test_the_portrait_alone_is_as_it_ships(tmp_path: Path) -> None:
    with av.open(str(write_portrait(tmp_path / "a.png"))) as container:
        (frame,) = container.decode(video=0)
        np.testing.assert_array_equal(frame.to_ndarray(format="rgb24"), portrait())


def test_the_table_has_a_column_a_person(tmp_path: Path) -> None:
    rows = [(0.0, 0, 0.9), (0.5, 0, 0.7), (0.5, 1, 0.2), (1.0, None, None), (2.5, 1, 0.4)]
    table = pd.DataFrame(rows, columns=["seconds", "track", "happiness"])
    table.insert(2, "roll", 0.0)  # the last column before the classes
    table["neutral"] = 1 - table["happiness"]
    table.to_parquet(tmp_path / "faces.parquet")
    assert course_table(tmp_path / "faces.parquet").splitlines() == [
        "second  person 0          person 1",
        "     0  happiness 0.80    neutral 0.80",
        "     1  not seen          not seen",
        "     2  not seen          neutral 0.60",
    ]


def told(page: str, heading: str) -> pd.DataFrame:
    """The table in a page whose columns begin so."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    columns, _, *rows = text[text.index(f"\n| {heading} |") :].strip().split("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in (columns, *rows)]
    return pd.read_csv(StringIO("\n".join(map("\t".join, cells))), sep="\t")


@pytest.mark.parametrize(
    ("page", "heading", "name", "key"),
    [
        ("tables.md", "track | first", "tracks.csv", ["track"]),
        ("tables.md", "track | expression", "expressions.csv", []),
        ("tables.md", "frame | seconds", "faces.parquet", ["frame", "face"]),
        ("groups.md", "seconds | faces", "group.parquet", ["seconds"]),
    ],
)
def test_the_numbers_in_the_pages_are_those_of_the_clip(
    scored: Path, page: str, heading: str, name: str, key: list[str]
) -> None:
    pinned = (ROOT / "constraints.txt").read_text().splitlines()
    if f"opencv-python-headless=={metadata.version('opencv-python-headless')}" not in pinned:
        pytest.skip("the pages' numbers are of the versions in constraints.txt")
    rows, file = told(page, heading), scored / name
    found = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    if key:  # the page has some of the rows
        found = rows[key].merge(found.round({"seconds": 2}), on=key)
    assert len(rows) == len(found)
    for column in rows.columns.intersection(found.columns):
        if pd.api.types.is_numeric_dtype(rows[column]):
            # Not to the last digit: on some processors the networks run in bfloat16.
            np.testing.assert_allclose(rows[column], found[column], 0.05, 0.03, err_msg=column)
        else:
            assert rows[column].tolist() == found[column].tolist()
