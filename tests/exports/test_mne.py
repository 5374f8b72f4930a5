"""Annotations of MNE, by what its reader of text does (MNE 1.13.2)."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from tests.support.exports import exported, faces_showing, results_of


def read(path: Path) -> list[tuple[float, float, str]]:
    """As MNE reads them: columns parted by commas, of bytes, comments from # on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = np.loadtxt(path, delimiter=",", dtype=np.bytes_, ndmin=2)
    return [(float(onset), float(duration), text.decode()) for onset, duration, text in rows]


def test_a_row_an_episode_in_seconds(tmp_path: Path) -> None:
    displayed = {0: "4" * 20 + "5" * 20, 1: "6" * 40}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed)), "mne")
    assert path.name == "interview.mne.txt"  # a CSV file it would take for milliseconds
    assert path.read_text(encoding="utf-8").splitlines()[:2] == [
        "# MNE-Annotations",
        "# onset, duration, description",
    ]
    assert read(path) == [
        (0.0, 0.8, "happiness/person 0"),
        (0.0, 1.6, "sadness/person 1"),
        (0.8, 0.8, "neutral/person 0"),
    ]


def test_descriptions_are_plain_and_leave_no_data_out(tmp_path: Path) -> None:
    classes = ("Bad mood", "# 1", "\u559c", "edged")
    displayed = {0: "".join(str(i) * 10 for i in range(4))}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed, classes=classes)), "mne")
    assert [text for *_, text in read(path)] == [
        "person 0/Bad mood",
        "_ 1/person 0",
        "\\u559c/person 0",
        "person 0/edged",
    ]


def test_a_video_without_a_face_has_no_rows(tmp_path: Path) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "." * 9})), "mne")
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    assert remarks == ("no face, and so no annotations",)
