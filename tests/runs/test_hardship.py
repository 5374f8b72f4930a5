"""A folder with all that can be wrong with a video, and a disk that fills up."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.clips import write_clip, write_sound
from tests.support.commands import Run, settings
from tests.support.outputs import contents, rows
from tests.support.paths import ROOT


def write_fifty(folder: Path) -> None:
    """Six that cannot be read, three that can though they are odd, forty-one whole ones."""
    whole = write_clip(folder / "whole-00.mp4", n=2)
    for i in range(1, 41):
        (folder / f"whole-{i:02}.mp4").write_bytes(whole.read_bytes())
    (folder / "bad-empty.mp4").write_bytes(b"")
    (folder / "bad-text.mp4").write_text("not a video\n" * 100)
    (folder / "bad-header.mp4").write_bytes(whole.read_bytes()[:100])
    write_sound(folder / "bad-sound.mp4")
    Image.new("1", (16000, 16000)).save(folder / "bad-huge.png")
    (folder / "bad-link.mp4").symlink_to(folder / "nowhere.mp4")
    long = write_clip(
        folder / "odd-cut.mp4", n=60, size=(320, 240), container_options={"movflags": "faststart"}
    )
    long.write_bytes(long.read_bytes()[: int(long.stat().st_size * 0.6)])
    write_clip(folder / "odd-frame.mp4", n=1)
    write_clip(folder / "odd-pixel.mkv", n=2, size=(1, 1), codec="ffv1", pix_fmt="bgr0")


@pytest.mark.usefixtures("workers_here")
def test_fifty_files_of_which_six_fail_for_a_reason_each(tmp_path: Path, videoemo: Run) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    write_fifty(folder)
    status, said, _ = videoemo("score", folder, "-o", out, "--pipeline", settings(tmp_path))
    assert (status, said.splitlines()[0].split(":")[0]) == (3, "44 videos scored, 6 failed")
    table = rows(out / "videos.csv")
    assert [row["video"] for row in table if row["status"] == "failed"] == [
        row["video"] for row in table if row["video"].startswith("bad-")
    ]
    with (out / "errors.csv").open(newline="", encoding="utf-8") as file:
        failures = list(csv.DictReader(file))
    assert [failure["video"] for failure in failures] == [
        f"bad-{kind}"
        for kind in ("empty.mp4", "header.mp4", "huge.png", "link.mp4", "sound.mp4", "text.mp4")
    ]
    assert len({failure["message"].partition(": ")[2] for failure in failures}) == 6
    assert not any("unexpected" in failure["message"] for failure in failures)
    kept = {name for name in contents(out) if name.startswith(".videoemo/")}
    done = {row["video"] for row in table if row["status"] == "ok"}
    assert {
        f"{video}/{name}" for video in done for name in ("faces.parquet", "summary.json")
    } <= set(contents(out))
    assert {path.name for path in out.iterdir()} == done | {
        ".videoemo",
        ".videoemo-results",
        "videos.csv",
        "errors.csv",
        "summary.json",
    }
    assert not [
        name
        for name in set(contents(out)) - kept
        if any(part.startswith(".") for part in Path(name).parts)
    ]
    assert all(name.startswith(".videoemo/failed/") for name in kept)
    assert len(kept) == 6


# In a space of mounts of its own: a run on a disk of a few KiB, then on the same one enlarged; what
# the first said, and what it left.
FULL = """
mount -t tmpfs -o size=$SIZE none "$OUT" || exit 77
cd "$IN"
"$PYTHON" -P -m videoemo score . -o "$OUT" --pipeline "$SETTINGS" 2> "$LOG/err"
echo $? > "$LOG/status"
cp -r "$OUT" "$LOG/first"
mount -o remount,size=100m "$OUT"
"$PYTHON" -P -m videoemo score . -o "$OUT" --pipeline "$SETTINGS" > "$LOG/out" || exit 1
cp -r "$OUT" "$LOG/second"
"""
APART = ("unshare", "--user", "--map-root-user", "--mount")


def test_a_disk_that_fills_up_is_one_line_and_nothing_torn_and_the_run_goes_on_when_there_is_space(
    clips: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    if (
        not shutil.which(APART[0])
        or subprocess.run([*APART, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("a disk of a few KiB cannot be made here: no unshare")
    names = {"OUT": tmp_path / "out", "LOG": tmp_path / "log"}
    for path in names.values():
        path.mkdir()
    root = str(ROOT)
    given = {
        **names,
        "IN": clips,
        "PYTHON": sys.executable,
        "PYTHONPATH": root,
        "SIZE": "40k",
        "SETTINGS": settings(tmp_path),
        "PATH": "/usr/bin:/bin",
        # Where no network is kept yet, the first run says that it converts one.
        "VIDEOEMO_MODELS": os.environ["VIDEOEMO_MODELS"],
    }
    done = subprocess.run(
        [*APART, "sh", "-c", FULL],
        env={name: str(value) for name, value in given.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip(f"a disk of a few KiB cannot be made here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    log = names["LOG"]
    # Importing torchvision may warn, in several lines.
    said = (log / "err").read_text().splitlines()
    (line,) = [line for line in said if line.startswith(("videoemo:", "notice:", "Traceback"))]
    assert (log / "status").read_text() == "1\n"
    assert line.startswith("videoemo: cannot write")
    assert line.endswith("No space left on device; make space, and run it again")
    first, second, whole = (contents(out) for out in (log / "first", log / "second", uninterrupted))
    assert 0 < len(first) < len(second)
    assert first.items() <= whole.items()
    assert second == whole
