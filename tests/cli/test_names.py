"""Files with any name are scored, in all tables, and nothing of theirs reaches the terminal raw."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

import videoemo as package
from tests.support.commands import Run, settings
from tests.support.names import write_named

NAMES = [
    *("new\nline.jpg", "tab\there.jpg", "cr\rhere.jpg", "=1+1.jpg", "@SUM(A1).jpg", "+a.jpg"),
    *("-dash.jpg", "per%03dcent.jpg", "[a]*?.jpg", "a$\\frac$b$.jpg", "quote\"'s.jpg", "'a.jpg"),
    *("comma,semi;colon.jpg", "\x1b[31mred.jpg", "trail .jpg", "a\\b.jpg", "x" * 246 + ".jpg"),
    *("nfc\u00e9.jpg", "\u202egpj.exe.jpg", " lead.jpg", "{x}{0}.jpg", "a\\x41.jpg", "\x7f.jpg"),
    *("視頻.jpg", "\u0085.jpg", "\u2028.jpg"),
]
# What a terminal acts on, but for the end of a line.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    Image.new("RGB", (64, 48)).save(tmp_path / "small.jpg")
    return (tmp_path / "small.jpg").read_bytes()


def ids(table: Path) -> list[str]:
    return sorted(package.read_table(table)["video"])


def test_names_of_every_kind_are_scored_and_come_back(
    videoemo: Run, picture: bytes, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in NAMES:
        write_named(tmp_path / "in", name, picture)
    write_named(tmp_path / "in", "broken\n\x1b]0;title\x07.mp4", b"not a video")
    command = ("score", tmp_path / "in", "-o", tmp_path / "out")
    mine = settings(tmp_path, "[outputs]\ngroup = false\n")
    status, out, err = videoemo(*command, "--pipeline", mine)
    assert (status, RAW.findall(out + err)) == (3, [])
    assert ids(tmp_path / "out" / "videos.csv") == sorted([*NAMES, "broken\n\x1b]0;title\x07.mp4"])
    assert ids(tmp_path / "out" / "errors.csv") == ["broken\n\x1b]0;title\x07.mp4"]
    assert all((tmp_path / "out" / name / "timeline.png").is_file() for name in NAMES)
    table = (tmp_path / "out" / "videos.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == len(NAMES) + 2
    assert RAW.findall(table) == []
    # What was done counts: the names in the records are these.
    status, out, err = videoemo(*command, "--pipeline", mine, "--verify")
    assert f"{len(NAMES) + 1} of them before" in out
    status, out, _ = videoemo("merge", tmp_path / "out", "-o", tmp_path / "merged")
    assert ids(tmp_path / "merged" / "videos.csv") == ids(tmp_path / "out" / "videos.csv")


def test_a_name_that_is_not_utf8_is_scored_and_comes_back(
    videoemo: Run, picture: bytes, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("caf\udce9.jpg", "a.jpg"):
        write_named(tmp_path / "in", name, picture)
    for redo in ([], ["--csv"]):
        command = ("score", tmp_path / "in", "-o", tmp_path / "out", *redo)
        assert videoemo(*command)[0] == 0
    (tmp_path / "in" / "caf\udce9.jpg").write_bytes(b"torn")
    status, _, err = videoemo(
        "score", tmp_path / "in", "-o", tmp_path / "out", "--csv", "--log-json"
    )
    assert status == 3
    events = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert [one["video"] for one in events if one["event"] == "video"] == [r"caf\xe9.jpg"]
    assert ids(tmp_path / "out" / "videos.csv") == ["a.jpg", "caf\udce9.jpg"]
    assert rb"caf\xe9.jpg,failed" in (tmp_path / "out" / "videos.csv").read_bytes()
    summary = json.loads((tmp_path / "out" / "caf\udce9.jpg" / "summary.json").read_bytes())
    assert summary["video"] == r"caf\xe9.jpg"
