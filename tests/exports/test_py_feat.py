"""py-feat's table of faces, by the columns that its `read_feat` looks for (py-feat 2.1.5)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.support.exports import EMOTIONS, exported, faces_showing, results_of

FIRST = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
SECOND = ["Neutral", "Happy", "Sad", "Surprise", "Fear", "Disgust", "Anger"]
BOX = ["FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore"]
POSE = ["Pitch", "Roll", "Yaw", "X", "Y", "Z"]


def read(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """A table, and the columns that are emotions: which, it tells by the others."""
    table = pd.read_csv(path)
    second = {"valence", "arousal"} <= set(table.columns)
    emotions = SECOND if second else FIRST
    assert {"input", "frame", "approx_time", *BOX, *POSE, *emotions, "Identity"} <= set(table)
    assert not [name for name in table.columns if "AU" in name or name.startswith("mesh_x_")]
    return table, emotions


def test_a_row_a_face_with_its_person_and_its_emotions(tmp_path: Path) -> None:
    displayed = {0: "4" * 30, 2: "1" * 15 + "." * 15}
    path, remarks = exported(results_of(tmp_path, faces_showing(displayed)), "py-feat")
    table, emotions = read(path)
    assert (path.name, len(table), emotions) == ("interview.py-feat.csv", 45, FIRST)
    first = table.iloc[0]
    assert first[["frame", "approx_time", "Identity"]].tolist() == [0, "00:00", "Person_0"]
    assert first[[*BOX[:4], "Yaw", "Pitch", "Roll"]].tolist() == [10, 20, 30, 40, 1, 2, 3]
    assert table[["X", "Y", "Z"]].isna().all(axis=None)
    assert set(table["Identity"]) == {"Person_0", "Person_2"}
    assert table[[*emotions, "contempt"]].sum(axis=1).round(5).eq(1).all()
    assert table["seconds"].iloc[-1] == 29 / 25
    assert table["approx_time"].iloc[-1] == "00:01"
    assert remarks == ("no action units and no landmarks, which no network here gives",)


def test_a_frame_without_a_face_has_nothing_but_its_time(tmp_path: Path) -> None:
    path, _ = exported(results_of(tmp_path, faces_showing({0: "4." * 10})), "py-feat")
    table, _ = read(path)
    assert len(table) == 20
    known = table[table["Identity"].isna()].notna().all()
    assert set(known[known].index) == {"input", "frame", "approx_time", "seconds"}


def test_a_video_without_a_face_has_a_row_a_frame(tmp_path: Path) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "." * 9})), "py-feat")
    assert read(path)[0]["frame"].tolist() == list(range(9))
    assert any("no face" in remark for remark in remarks)


def test_with_valence_and_arousal_the_emotions_have_the_second_names(tmp_path: Path) -> None:
    table = faces_showing({0: "4" * 20}, values=("valence", "arousal"))
    read_back, emotions = read(exported(results_of(tmp_path, table), "py-feat")[0])
    assert emotions == SECOND
    assert read_back["Happy"].round(3).eq(0.8).all()
    assert not set(EMOTIONS) - {"contempt"} & set(read_back.columns)
    assert read_back["valence"].eq(0.25).all()


def test_what_a_network_does_not_know_is_empty_and_said(tmp_path: Path) -> None:
    classes = ("happiness", "neutral", "AUdacity", "X")
    displayed = {0: "".join(str(i) * 10 for i in range(4))}
    table = faces_showing(displayed, classes=classes)
    path, remarks = exported(results_of(tmp_path, table), "py-feat")
    back, emotions = read(path)
    empty = back[emotions].isna().all()
    assert set(empty[empty].index) == {"anger", "disgust", "fear", "sadness", "surprise"}
    assert {"audacity", "videoemo X"} <= set(back.columns)
    assert any("anger, disgust, fear, sadness, surprise" in remark for remark in remarks)
