"""The real clips and pictures: what must come out of `score` with its defaults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.commands import settings
from tests.support.here import command_here
from tests.support.outputs import rows
from videoemo.zoo.cards import find_card

pytestmark = pytest.mark.shared
CLASSES = list(find_card("ferplus-small")[0].classes)


@pytest.fixture(scope="module")
def out(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `score` gives of all but those in `clips/`."""
    folder = tmp_path_factory.mktemp("media")
    files = sorted(path for path in (shared / "media").iterdir() if path.is_file())
    status, _, err = command_here("score", *files, "-o", folder)
    assert status == 0, err
    return folder


def faces(out: Path, video: str) -> pd.DataFrame:
    return pd.read_parquet(out / video / "faces.parquet")


def per_frame(table: pd.DataFrame) -> pd.Series[int]:
    """The number of faces in each sampled frame."""
    return table.groupby("frame")["face"].count()


def test_every_video_is_scored(out: Path, shared: Path, tmp_path: Path) -> None:
    # Of the clips, every frame would take long and say no more, and so would pictures.
    clips = ("score", shared / "media" / "clips", "--every", 5, "--pipeline", settings(tmp_path))
    assert command_here(*clips, "-o", tmp_path / "out")[0] == 0
    for folder in (tmp_path / "out", out):
        found = rows(folder / "videos.csv")
        assert {row["error"] for row in found} == {""}
        assert len(found) >= 9


@pytest.mark.parametrize(
    ("video", "frames"),
    [
        ("group_1080p.mp4", 105),
        ("woman_360p.mp4", 472),
        ("single_face.mp4", 72),
        ("no_face.mp4", 95),
        ("vfr_noface_face.mov", 169),
        ("multi_face.jpg", 1),
    ],
)
def test_every_presented_frame_is_there(out: Path, video: str, frames: int) -> None:
    assert faces(out, video)["frame"].unique().tolist() == list(range(frames))


@pytest.mark.parametrize(
    ("video", "rate"),
    [("group_1080p.mp4", 25), ("woman_360p.mp4", 24000 / 1001), ("single_face.mp4", 30)],
)
def test_constant_rates_give_even_times(out: Path, video: str, rate: float) -> None:
    seconds = faces(out, video)["seconds"].unique()
    assert np.allclose(np.diff(seconds), 1 / rate, atol=1e-3)


def test_an_edit_list_is_obeyed(out: Path) -> None:
    table = faces(out, "no_face.mp4")
    assert table["seconds"].iloc[0] == 0
    assert table["face"].isna().all()


def test_variable_frame_rate_keeps_the_containers_times(out: Path) -> None:
    seconds = faces(out, "vfr_noface_face.mov")["seconds"].unique()
    assert seconds[1] - seconds[0] == pytest.approx(0.0137, abs=1e-3)
    assert seconds[-1] == pytest.approx(6.3453, abs=1e-3)


def test_no_face_at_first_and_then_one(out: Path) -> None:
    n_faces = per_frame(faces(out, "vfr_noface_face.mov")).to_numpy()
    assert (n_faces[:10] == 0).all()
    assert (n_faces[np.flatnonzero(n_faces)[0] :] == 1).mean() > 0.9


def test_a_cut_in_a_real_clip_begins_new_tracks(out: Path) -> None:
    seen = faces(out, "vfr_noface_face.mov").dropna(subset=["track"])
    assert seen["frame"].min() >= 90
    assert np.unique(seen["track"]).tolist()[0] == 0


def test_one_person_in_nearly_every_frame(out: Path) -> None:
    n_faces = per_frame(faces(out, "woman_360p.mp4"))
    assert (n_faces == 1).mean() > 0.95


def test_one_face_in_every_frame(out: Path) -> None:
    assert (per_frame(faces(out, "single_face.mp4")) == 1).all()


def test_about_seven_people_walk_through_the_arcade(out: Path) -> None:
    assert 5.4 < per_frame(faces(out, "group_1080p.mp4")).mean() < 8.5


@pytest.mark.parametrize(
    ("picture", "least", "most"),
    [
        ("multi_face.jpg", 5, 5),
        ("single_face.jpg", 1, 1),
        ("group_1.jpg", 12, 20),
        ("no_face.jpg", 0, 0),
    ],
)
def test_the_faces_of_a_picture(out: Path, picture: str, least: int, most: int) -> None:
    assert least <= per_frame(faces(out, picture)).sum() <= most


def shown_between(out: Path, video: str, start: float, end: float) -> str:
    """The class with the highest mean probability over a stretch of a video."""
    table = faces(out, video)
    return str(table[table["seconds"].between(start, end)][CLASSES].mean().idxmax())


def test_she_cries_at_first_and_smiles_in_the_end(out: Path) -> None:
    assert shown_between(out, "woman_360p.mp4", 1, 3) == "sadness"
    assert shown_between(out, "woman_360p.mp4", 16, 18) == "happiness"


def test_the_woman_is_one_person_who_is_sad_at_first_and_happy_in_the_end(out: Path) -> None:
    table = faces(out, "woman_360p.mp4").dropna(subset=["track"])
    assert (table["track"] == 0).mean() >= 0.95
    first, last = table[table["seconds"] < 5], table[table["seconds"] >= table["seconds"].max() - 5]
    assert [part[CLASSES].mean().idxmax() for part in (first, last)] == ["sadness", "happiness"]


def test_the_grinning_man_is_happy(out: Path) -> None:
    assert shown_between(out, "single_face.jpg", 0, 0) == "happiness"


def test_four_of_five_in_the_picture_are_happy(out: Path) -> None:
    shown = faces(out, "multi_face.jpg")[CLASSES].idxmax(axis=1)
    assert (shown == "happiness").sum() >= 4


def test_the_group_clip_has_a_groups_picture_and_the_woman_has_none(out: Path) -> None:
    with_group = [path.parent.name for path in out.glob("*.mp4/group.png")]
    assert with_group == ["group_1080p.mp4"]


def test_a_groups_course_has_a_row_a_frame(out: Path) -> None:
    course = pd.read_parquet(out / "group_1080p.mp4" / "group.parquet")
    assert course["faces"].tolist() == per_frame(faces(out, "group_1080p.mp4")).tolist()
    assert course["agreement"].between(0, 1).all()
