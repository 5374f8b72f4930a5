"""Vision-language models judged on labelled clips, in AFEW's layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support.chat_server import chat_server, picture_in
from tests.support.commands import Run
from tests.support.vlm_extra import needs_timm, needs_vlm
from videoemo.cli.demo_faces import portrait

RED, BLUE = (1.0, 0.55, 0.55), (0.55, 0.55, 1.0)

pytestmark = needs_timm


def write(path: Path, tone: tuple[float, float, float] | None) -> None:
    """A clip of six frames with a toned portrait; without one an empty room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rgb = np.full((480, 512, 3), 90, np.uint8)
    if tone is not None:
        face = portrait()[:460, 36:476]
        rgb[: face.shape[0], 30 : 30 + face.shape[1]] = (face * np.array(tone)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 512, 480, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("afew")
    write(folder / "Train_AFEW" / "Fear" / "0.avi", RED)  # not of the split that is judged
    write(folder / "Val_AFEW" / "Angry" / "1.avi", RED)
    write(folder / "Val_AFEW" / "Sad" / "2.avi", BLUE)
    write(folder / "Val_AFEW" / "Happy" / "3.avi", BLUE)
    write(folder / "Val_AFEW" / "Neutral" / "4.avi", None)
    (folder / "Val_AFEW" / "Disgust").mkdir()
    (folder / "Val_AFEW" / "Disgust" / "5.avi").write_bytes(b"no video")
    return folder


def by_tone(request: dict[str, Any]) -> str:
    red, _, blue = picture_in(request).reshape(-1, 3).mean(axis=0)
    return json.dumps({"label": "anger" if red > blue else "sadness"})


def test_clips_are_judged_by_a_few_faces_of_each_beside_the_network(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    words = ("evaluate", "--protocol", "train-val", "--dataset", "afew", "--data", root)
    with chat_server(says=by_tone) as server:
        status, said, err = videoemo(
            *words,
            *("--server", server.url, "--vlm", "m", "--cache", tmp_path / "kept"),
            *("-o", tmp_path / "out"),
        )
        # Five of the six frames of each, which look alike, some of them to the byte.
        assert 3 <= server.hits <= 15
        offered = server.bodies[0]["response_format"]["json_schema"]["schema"]
    assert status == 0
    assert "15 pictures of faces go to 127.0.0.1, this machine" in err
    assert "contempt" not in offered["properties"]["label"]["enum"]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    figures = report["figures"]
    assert (figures["clips"], figures["answered"], figures["accuracy"]) == (5, 3, 0.4)
    assert figures["reasons"] == {"no face": 1, "cannot be read": 1}
    assert figures["ece"] is None
    assert (report["network"]["name"], report["network"]["answered"]) == ("ferplus-small", 3)
    assert report["network"]["ece"] is not None
    assert report["labeller"]["dataset"] == "afew"
    assert "on labelled clips" in said
    assert (tmp_path / "out" / "confusion.png").exists()


@needs_vlm
def test_a_local_model_that_knows_further_classes_is_judged_by_those_of_the_clips(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    base = write_tiny_paligemma(tmp_path / "tiny", width=32)
    status, said, _ = videoemo(
        *("evaluate", "--protocol", "train-val", "--dataset", "afew", "--data", root),
        *("--local", base),
    )
    assert status == 0
    assert "ferplus-small" in said
    assert "contempt" not in said


def test_what_is_missing_is_told(videoemo: Run, root: Path, tmp_path: Path) -> None:
    words = ("evaluate", "--protocol", "train-val", "--server", "http://localhost:1", "--vlm", "m")
    own = tmp_path / "own.toml"
    own.write_text('[task]\nquestion = "Is the mouth open?"\nclasses = ["no", "yes"]\n')
    clips = ("--dataset", "afew", "--data", root)
    for options, expected, message in (
        ((), 2, "name them with --dataset"),
        ((*clips, "--task", "gender"), 2, "docs/vlm.md"),
        ((*clips, "--task", own), 1, "the clips are labelled Angry"),
        (("--dataset", "afew", "--data", tmp_path), 1, "no AFEW in"),
    ):
        status, _, err = videoemo(*words, *options)
        assert status == expected
        assert message in err
