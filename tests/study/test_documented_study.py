"""The two examples in docs/study.md, on some of the real pictures and clips."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import Run, settings
from tests.support.paths import ROOT

pytestmark = pytest.mark.shared

# Ten people are enough for a test that can show something, and two signers for a unit of several
# clips.
PEOPLE = 10
CLIPS = ("asl_bird.mkv", "asl_milk.mkv", "asl_eat.mkv")
QUICK = "[sampling]\nevery = 10\n[outputs]\npictures = false\n"


def take_over(folder: Path, shared: Path, index: str, name: str, rows: pd.DataFrame) -> None:
    """A part of the shared data in `folder`: links to files, and their index."""
    files = Path(index).parent / ("images" if name == "image" else "")
    (folder / files).mkdir(parents=True)
    for file in rows[name]:
        (folder / files / file).symlink_to(shared / files / file)
    rows.to_csv(folder / index, index=False)


def test_the_examples_run(
    shared: Path, videoemo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    index = "data/faces/london/index.csv"
    faces = pd.read_csv(shared / index)
    people = faces.query("set == 'london'")["identity"].unique()[:PEOPLE]
    another = faces.query("set == 'canada'").head(1)
    some = pd.concat([faces[faces["identity"].isin(people)], another])
    take_over(tmp_path / "shared", shared, index, "image", some)
    index = "media/clips/index.csv"
    clips = pd.read_csv(shared / index)
    some = clips[clips["file"].isin(CLIPS) | clips["file"].str.startswith("grid")]
    take_over(tmp_path / "shared", shared, index, "file", some)

    text = (ROOT / "docs" / "study.md").read_text(encoding="utf-8").split("run as they stand")[1]
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(block, {})
    (commands,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    said, quick = {}, settings(tmp_path, QUICK)
    for line in commands.splitlines():
        words = shlex.split(line)[1:]
        # Pictures of videos, and every frame, take long and say no more here.
        more = ("--pipeline", quick) if words[0] == "score" else ()
        status, said[words[1]], told = videoemo(*words, *more)
        assert status == 0, told

    assert f"neutral: {PEOPLE} units, happiness: {PEOPLE} units" in said["london"]
    assert "left out: the design does not name it (1)" in said["london"]
    london = pd.read_csv("london/compare/comparison.csv").set_index("measure")
    difference, p = london["difference"], london["p_holm"]
    assert difference["mean_happiness"] > 0.3
    assert difference["mean_neutral"] < -0.3
    assert p["mean_happiness"] < 0.05
    # Clips of one signer are one unit, and so few units show nothing.
    assert "signing: 2 units, speaking: 3 units" in said["clips"]
    compared = pd.read_csv("clips/compare/comparison.csv")
    assert not (compared["p_holm"] <= 0.05).any()
