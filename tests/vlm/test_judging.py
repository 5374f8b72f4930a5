from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support import labelled_faces
from tests.support.chat_server import chat_server
from tests.support.commands import Run
from tests.support.vlm_extra import needs_timm, needs_vlm

pytestmark = needs_timm


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "ferplus_valid.npz", each=3)
    return folder


def test_a_server_is_judged_with_reasons_and_coverage(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    command = ("evaluate", "--protocol", "ferplus", "--data", root, "--cache", tmp_path / "kept")
    with chat_server(mishaps={4: "refusal"}) as server:
        asked = ("--server", server.url, "--vlm", "m")
        status, _, err = videoemo(*command, *asked, "-o", tmp_path / "out")
        again = videoemo(*command, *asked)
        # The same pictures are asked about once.
        assert server.hits <= 24
    assert (status, again[0]) == (0, 0)
    assert "24 pictures of faces go to 127.0.0.1, this machine" in err
    assert "ferplus-small" in again[1]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    figures = report["figures"]
    assert figures["reasons"] == {"refused": 24 - figures["answered"]}
    assert figures["answered"] < 24
    assert figures["ece"] is None
    assert sum(map(sum, figures["confusion"])) == 24
    assert report["labeller"]["host"] == "127.0.0.1"
    (seven,) = report["figures_without"]
    assert (seven["classes"], seven["faces"]) == (7, 21)
    assert (tmp_path / "out" / "confusion.png").exists()


def test_a_server_that_answers_few_is_told_by_the_status(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    with chat_server(mishaps={1: "refusal"}) as server:
        status, out, _ = videoemo(
            *("evaluate", "--protocol", "ferplus", "--data", root, "--cache", tmp_path / "kept"),
            *("--server", server.url, "--vlm", "m"),
        )
    assert status == 3
    assert "too few were answered" in out


@needs_vlm
def test_a_local_model_is_judged_with_probabilities(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    base = write_tiny_paligemma(tmp_path / "tiny", width=32)
    status, _, _ = videoemo(
        *("evaluate", "--protocol", "ferplus", "--data", root, "--local", base),
        *("-o", tmp_path / "out"),
    )
    assert status == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["figures"]["coverage"] == 1
    assert 0 <= report["figures"]["ece"] <= 1
    assert report["network"]["name"] == "ferplus-small"
    assert (tmp_path / "out" / "reliability.png").exists()


@pytest.mark.parametrize("task", ["race", "gender", "age", "own.toml"])
def test_race_gender_and_age_are_not_asked(
    videoemo: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[task]\nquestion = "Which gender?"\nclasses = ["a", "b"]\nsees = "face"\n'
    Path("own.toml").write_text(text)
    status, _, err = videoemo(
        "evaluate", "--protocol", "ferplus", "--data", root, "--local", root, "--task", task
    )
    assert status == 2
    assert "docs/vlm.md" in err


def test_options_that_do_not_go_together_are_told(videoemo: Run, root: Path) -> None:
    command = ("evaluate", "--protocol", "ferplus", "--data", root)
    url = "http://localhost:1/v1"
    for options, message in (
        (("--server", url), "--server: name its model with --vlm"),
        (("--server", url, "--vlm", "m", "--local", root), "--server: a local model is asked"),
        (("--local", root, "--extractor", "x"), "--extractor: a vision-language model is judged"),
        (("--vlm", "m"), "--vlm: the protocol ferplus judges an extractor"),
    ):
        status, _, err = videoemo(*command, *options)
        assert status == 2
        assert message in err
    status, _, err = videoemo(*command, "--server", "http://example.org/v1", "--vlm", "m")
    assert status == 1
    assert "--send-pictures-to example.org" in err
