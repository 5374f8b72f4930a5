"""The command line as a user meets it: exit status, one line on standard error, files in
their place.
"""

from __future__ import annotations

import csv
import json
import sys
from fractions import Fraction
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.support.clips import write_clip, write_sound, write_streams
from tests.support.commands import Run
from tests.support.here import command_here
from videoemo.backends.converted import write_checksums
from videoemo.cli.demo_clip import write_portrait
from videoemo.util.timings import STAGES
from videoemo.zoo.cards import find_card


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One frame with one face."""
    return write_portrait(tmp_path_factory.mktemp("portrait") / "portrait.jpg")


def videos(out: Path) -> list[dict[str, str]]:
    with (out / "videos.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_picture_of_a_face_gives_the_tables_the_pictures_and_the_summary(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    status, out, _ = videoemo("score", portrait, "-o", tmp_path / "out")
    assert status == 0
    assert "1 video scored, 0 failed: 1 frame, 1 face" in out
    files = {
        str(path.relative_to(tmp_path / "out"))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    inside = {
        f"portrait.jpg/{name}"
        for name in (
            *("faces.parquet", "tracks.csv", "expressions.csv", "group.parquet"),
            *("timeline.png", "thumbnail.png", "summary.json"),
        )
    }
    tables = {"videos.csv", "overview.png", "summary.json"}
    assert files == {".videoemo-results", *tables, *inside}
    faces = pd.read_parquet(tmp_path / "out" / "portrait.jpg" / "faces.parquet")
    assert faces[["frame", "seconds", "face"]].to_numpy().tolist() == [[0, 0.0, 0]]
    (row,) = videos(tmp_path / "out")
    assert (row["status"], row["frames"], row["face_frames"], row["faces"]) == ("ok", "1", "1", "1")
    assert row["dominant"] == faces[list(faces.columns[13:])].iloc[0].idxmax()


def test_the_summary_says_what_ran(videoemo: Run, portrait: Path, tmp_path: Path) -> None:
    videoemo("score", portrait, "-o", tmp_path / "out", "--min-face", 60)
    summary = json.loads((tmp_path / "out" / "portrait.jpg" / "summary.json").read_text())
    assert summary["pipeline"]["detection"]["min_face"] == 60
    assert summary["extractor"]["sha256"] == find_card("ferplus-small")[0].sha256
    assert summary["command"][:2] == ["videoemo", "score"]
    assert {"videoemo", "torch", "av"} <= set(summary["versions"])
    assert set(summary["seconds_taken"]) == {*STAGES, "all"}


def test_the_same_input_and_settings_give_the_same_bytes(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        videoemo("score", portrait, "-o", tmp_path / name, "--csv")
    for file in (
        "videos.csv",
        "overview.png",
        "portrait.jpg/faces.parquet",
        "portrait.jpg/faces.csv",
        "portrait.jpg/timeline.png",
        "portrait.jpg/thumbnail.png",
    ):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_pipeline_of_ones_own_can_leave_the_pictures_out(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text("[outputs]\npictures = false\ncsv = true\n")
    status, _, _ = videoemo(
        "score", portrait, "-o", tmp_path / "out", "--pipeline", tmp_path / "mine.toml"
    )
    assert status == 0
    assert not list((tmp_path / "out").rglob("*.png"))
    assert (tmp_path / "out" / "portrait.jpg" / "faces.csv").exists()


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        (["--every", 4], [0, 4, 8]),
        (["--fps", 5], [0, 5]),
        (["--start", 0.1, "--end", 0.2], [3, 4]),
        (["--start", 0.38, "--every", 9], []),
    ],
    ids=["every", "fps", "range", "empty range"],
)
def test_the_frames_asked_for_are_the_ones_in_the_table(
    videoemo: Run, tmp_path: Path, options: list[object], frames: list[int]
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", n=10)
    status, _, _ = videoemo("score", clip, "-o", tmp_path / "out", *options)
    table = pd.read_parquet(tmp_path / "out" / "clip.mp4" / "faces.parquet")
    assert status == 0
    assert table["frame"].tolist() == frames
    assert np.allclose(table["seconds"], np.array(frames) / 25)


def test_a_folder_of_numbered_pictures_is_one_video_with_fps(videoemo: Run, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for i in (9, 10, 11):
        Image.new("RGB", (64, 48)).save(shots / f"shot{i}.png")
    assert videoemo("score", shots, "-o", tmp_path / "out", "--fps", 4)[0] == 0
    table = pd.read_parquet(tmp_path / "out" / "shots" / "faces.parquet")
    assert table["seconds"].tolist() == [0.0, 0.25, 0.5]


def test_results_inside_the_folder_are_not_scored_the_second_time(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(portrait.read_bytes())
    for _ in range(2):
        assert videoemo("score", tmp_path / "in", "-o", tmp_path / "in" / "out")[0] == 0
    assert [row["video"] for row in videos(tmp_path / "in" / "out")] == ["a.jpg"]


# What a user may get wrong: one line, nothing written.


def one_line(err: str) -> str:
    (line,) = err.splitlines()
    assert line.startswith("videoemo: ")
    return line


def test_a_path_that_does_not_exist(videoemo: Run, tmp_path: Path) -> None:
    status, _, err = videoemo("score", tmp_path / "nowhere", "-o", tmp_path / "out")
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert "no such file or folder" in one_line(err)


def test_an_empty_folder(videoemo: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    status, _, err = videoemo("score", tmp_path / "in", "-o", tmp_path / "out")
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert "no video or picture in" in one_line(err)


def test_an_output_folder_that_cannot_be_written(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    status, _, err = videoemo("score", portrait, "-o", tmp_path / "file" / "out")
    assert (status, (tmp_path / "file").read_text()) == (1, "mine")
    assert "cannot write to the output folder" in one_line(err)


def test_an_unknown_extractor(videoemo: Run, portrait: Path, tmp_path: Path) -> None:
    status, _, err = videoemo("score", portrait, "-o", tmp_path / "out", "--extractor", "resnet")
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert "unknown extractor 'resnet'; allowed: ferplus-small" in one_line(err)


def test_an_unknown_key_in_a_pipeline(videoemo: Run, portrait: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[sampling]\nevry = 2\n")
    status, _, err = videoemo(
        "score", portrait, "-o", tmp_path / "out", "--pipeline", tmp_path / "mine.toml"
    )
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert "unknown key 'evry'; did you mean 'every'?" in one_line(err)


def test_every_zero(videoemo: Run, portrait: Path, tmp_path: Path) -> None:
    status, _, err = videoemo("score", portrait, "-o", tmp_path / "out", "--every", 0)
    assert (status, (tmp_path / "out").exists()) == (2, False)
    assert "'--every': 0 is not in the range x>=1" in one_line(err)


def test_no_command_shows_the_help(videoemo: Run) -> None:
    status, out, err = videoemo()
    assert (status, err) == (0, "")
    assert out.startswith("Usage: videoemo")


def test_an_unknown_command_is_wrong_usage(videoemo: Run) -> None:
    status, _, err = videoemo("scor")
    assert status == 2
    assert "scor" in one_line(err)


def test_damaged_weights(videoemo: Run, portrait: Path, tmp_path: Path) -> None:
    card, weights = find_card("ferplus-small")
    damaged = bytearray(weights.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / card.file).write_bytes(damaged)
    (tmp_path / "card.toml").write_bytes(
        (weights.parents[1] / "cards" / f"{card.name}.toml").read_bytes()
    )
    status, _, err = videoemo(
        "score", portrait, "-o", tmp_path / "out", "--extractor", tmp_path / "card.toml"
    )
    line = one_line(err)
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert str(tmp_path / card.file) in line
    assert str(card.sha256) in line
    assert line.count("SHA-256 is") == 1


# Videos that are broken: a row each, the others done.


BROKEN = (
    "text",
    "zero bytes",
    "audio only",
    "no frames",
    "cut before its index",
    "huge frame",
    "dangling link",
)


def write_broken(path: Path, kind: str) -> None:
    if kind == "text":
        path.write_text("not a video\n" * 100)
    elif kind == "zero bytes":
        path.write_bytes(b"")
    elif kind == "audio only":
        write_sound(path)
    elif kind == "no frames":
        write_clip(path, n=0, audio=0.5)
    elif kind == "cut before its index":
        whole = write_clip(path, n=20).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "huge frame":
        Image.new("1", (16000, 16000)).save(path, format="png")
    elif kind == "dangling link":
        path.symlink_to(path.with_name("nowhere.mp4"))


@pytest.fixture(scope="module")
def broken(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run over a broken video of each kind, one that is whole before and one behind them; its
    output folder, and standard error.
    """
    folder = tmp_path_factory.mktemp("broken")
    (folder / "in").mkdir()
    for name in ("a.jpg", "z.jpg"):
        (folder / "in" / name).write_bytes(portrait.read_bytes())
    for kind in BROKEN:
        write_broken(folder / "in" / f"broken {kind}.mp4", kind)
    status, out, err = command_here("score", folder / "in", "-o", folder / "out")
    assert (status, out.split(":")[0]) == (3, "2 videos scored, 7 failed"), err
    return folder / "out", err


def test_broken_videos_are_failed_rows_and_the_others_are_done(broken: tuple[Path, str]) -> None:
    assert [(row["video"], row["status"]) for row in videos(broken[0])] == [
        ("a.jpg", "ok"),
        *((f"broken {kind}.mp4", "failed") for kind in sorted(BROKEN)),
        ("z.jpg", "ok"),
    ]


@pytest.mark.parametrize("kind", BROKEN)
def test_of_a_broken_video_it_is_said_why_and_nothing_is_left(
    broken: tuple[Path, str], kind: str
) -> None:
    (out, err), name = broken, f"broken {kind}.mp4"
    (reason,) = [row["error"] for row in videos(out) if row["video"] == name]
    assert reason
    assert "unexpected" not in reason
    assert "Errno" not in reason
    assert f"failed: {name}: {reason}" in err.splitlines()
    assert not (out / name).exists()


def test_what_was_undone_and_scaled_to_present_a_video_is_said(
    videoemo: Run, tmp_path: Path
) -> None:
    wide = {"sample_aspect_ratio": Fraction(4, 3)}
    parts = [
        write_clip(tmp_path / "part.h264", n=4, size=size, context=wide).read_bytes()
        for size in ((240, 240), (120, 120))
    ]
    clip = tmp_path / "call.h264"
    clip.write_bytes(b"".join(parts))
    videoemo("score", clip, "-o", tmp_path / "out")
    (row,) = videos(tmp_path / "out")
    told = "frames of other sizes (160x120) were scaled to 320x240, that of the first"
    assert (row["status"], row["frames"]) == ("ok", "8")
    assert told in row["error"]
    summary = json.loads((tmp_path / "out" / "call.h264" / "summary.json").read_text())
    assert (summary["width"], summary["height"]) == (320, 240)
    assert summary["presentation"] == {
        "sample_aspect_ratio": "4:3",
        "other_sizes": [[160, 120]],
    }


def test_a_video_cut_in_the_middle_is_scored_up_to_the_cut_and_says_so(
    videoemo: Run, tmp_path: Path
) -> None:
    whole = write_clip(
        tmp_path / "whole.mp4", n=100, size=(320, 240), container_options={"movflags": "faststart"}
    )
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    status, _, _ = videoemo("score", cut, "-o", tmp_path / "out")
    (row,) = videos(tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "cut.mp4" / "faces.parquet")
    assert (status, row["status"]) == (0, "ok")
    assert 20 < int(row["frames"]) == len(table) < 100
    assert "truncated: the data ends at " in row["error"]
    assert float(row["error"].split(" at ")[1].split()[0]) == pytest.approx(
        table["seconds"].iloc[-1], abs=0.2
    )


def test_no_face_anywhere(videoemo: Run, tmp_path: Path) -> None:
    status, _, _ = videoemo("score", write_clip(tmp_path / "clip.mp4", n=5), "-o", tmp_path / "out")
    (row,) = videos(tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "clip.mp4" / "faces.parquet")
    assert (
        status,
        row["frames"],
        row["face_frames"],
        row["faces"],
        row["dominant"],
        row["happiness"],
    ) == (0, "5", "0", "0", "", "")
    assert table["frame"].tolist() == [0, 1, 2, 3, 4]
    assert table.drop(columns=["frame", "seconds"]).isna().all(axis=None)
    assert (tmp_path / "out" / "clip.mp4" / "timeline.png").exists()


def test_max_pixels_is_a_setting(videoemo: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[sampling]\nmax_pixels = 1000\n")
    status, _, _ = videoemo(
        "score",
        write_clip(tmp_path / "clip.mp4"),
        "-o",
        tmp_path / "out",
        "--pipeline",
        tmp_path / "mine.toml",
    )
    assert status == 3
    assert "max_pixels" in videos(tmp_path / "out")[0]["error"]


def test_what_was_chosen_and_repaired_stands_in_the_row(videoemo: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_streams(folder / "streams.mkv", (64, 5), (96, 5))
    parts = [write_clip(tmp_path / f"{i}.ts", n=5).read_bytes() for i in range(2)]
    (folder / "joined.ts").write_bytes(b"".join(parts))
    assert videoemo("score", folder, "-o", tmp_path / "out")[0] == 0
    joined, streams = videos(tmp_path / "out")
    assert (joined["status"], joined["frames"]) == ("ok", "10")
    assert joined["error"] == (
        "the clock begins anew 1 time: it goes on where the frame before ended"
    )
    assert "one of 2 video streams was taken, number 1 of 96x48" in streams["error"]


def test_a_video_stream_is_asked_for(videoemo: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_streams(folder / "two.mkv", (64, 5), (96, 7))
    write_clip(folder / "one.mp4", n=3)
    status, _, _ = videoemo("score", folder, "-o", tmp_path / "out", "--stream", 1)
    one, two = videos(tmp_path / "out")
    assert (status, two["status"], two["frames"], two["error"]) == (3, "ok", "7", "")
    assert (one["status"], "no video stream 1: it has 1 video stream" in one["error"]) == (
        "failed",
        True,
    )


def test_names_with_spaces_other_scripts_and_the_same_stem_twice(
    videoemo: Run, portrait: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in put"
    names = ["日本 語.jpg", "a b.jpg", "sub dir/a b.jpg", "$x_{y}.jpg", "émo 🙂.jpg"]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(portrait.read_bytes())
    write_clip(folder / "a b.mp4", n=2)
    status, _, _ = videoemo("score", folder, "-o", tmp_path / "out")
    rows = videos(tmp_path / "out")
    assert status == 0
    assert sorted(row["video"] for row in rows) == sorted([*names, "a b.mp4"])
    assert all((tmp_path / "out" / row["video"] / "faces.parquet").exists() for row in rows)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["score", "a.mp4", "-o", "out", "--model", "m.skops"], "--model: it is now --classifier;"),
        (["extract", "--keep-frames"], "--keep-frames: it is now --keep-embeddings;"),
    ],
)
def test_an_option_of_before_names_the_new_one(
    videoemo: Run, arguments: list[str], named: str
) -> None:
    status, _, err = videoemo(*arguments)
    assert (status, err.count("\n")) == (2, 1)
    assert f"No such option {named}" in err


def test_doctor_finds_everything_that_is_needed(videoemo: Run) -> None:
    status, out, _ = videoemo("doctor")
    assert status == 0
    for what in (
        "python",
        "engine torch",
        "decoder av",
        "detector MTCNN",
        "extractor ferplus-small",
    ):
        assert what in out
    assert "MISSING" not in out
    assert "1 thread, sees cpu" in out


def test_doctor_says_which_kept_networks_are_damaged_and_what_is_in_the_way(
    videoemo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path))
    for name in ("right", "wrong", "half"):
        folder = tmp_path / "openvino" / f"{name}-0123"
        folder.mkdir(parents=True)
        for file in ("model.xml", "model.bin"):
            (folder / file).write_text(file)
        write_checksums(folder)
    (tmp_path / "openvino" / "wrong-0123" / "model.bin").write_text("another")
    (tmp_path / "openvino" / "half-0123" / "compiled-0123.bin").write_text("half of it")
    (tmp_path / "mine.pt.0123.safetensors").write_text("of an earlier start")
    (tmp_path / "mine.pt.0123.safetensors.sha256").write_text("")
    (tmp_path / "enet_b2_8.onnx").write_text("no network")
    (tmp_path / ".openvino.lock").mkdir()
    status, out, _ = videoemo("doctor")
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert status == 0
    assert "ok converted networks 1, checksums right" in lines
    for what, found in (
        ("converted network wrong-0123", "the SHA-256 of model.bin is "),
        ("converted network half-0123", "compiled-0123.bin is not as it was written"),
        ("converted network mine.pt.0123.safetensors", "cannot be read (it holds no checksums)"),
        ("network enet_b2_8", "are damaged: "),
        ("kept networks", f"{tmp_path / '.openvino.lock'} is a folder, pipe or device"),
    ):
        assert [line for line in lines if line.startswith(f"- {what} ") and found in line], what
    assert "videoemo models fetch enet_b2_8" in lines
    assert f"remove '{tmp_path / '.openvino.lock'}'" in lines


def test_doctor_says_how_decord_is_had_and_that_nothing_needs_it(
    videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "decord", None)
    status, out, _ = videoemo("doctor")
    (line, remedy) = [line for line in out.splitlines() if "decord" in line]
    assert (status, line.split()) == (
        0,
        ["-", "decoder", "decord", "not", "installed:", "an", "extra"],
    )
    assert remedy.strip() == "only for decoder = \"decord\": pip install 'videoemo[decord]'"


def test_doctor_says_of_each_extra_whether_it_is_there_and_what_needs_it(
    videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = metadata.version

    def installed(name: str) -> str:
        if name == "peft":
            raise metadata.PackageNotFoundError(name)
        return "2026.1" if name == "distributed" else version(name)

    monkeypatch.setattr(metadata, "version", installed)
    status, out, _ = videoemo("doctor")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 0
    assert "ok extra dask distributed 2026.1" in lines
    missing = lines.index("- extra vlm peft is not installed")
    assert lines[missing + 1] == (
        "only for --local and videoemo train paligemma: pip install 'videoemo[vlm]'"
    )


@pytest.mark.parametrize(
    "command",
    [
        ["score", "", "-o", "out"],
        ["score", "a.mp4", "", "-o", "out"],
        ["score", "a.mp4", "-o", ""],
        ["score", "a.mp4", "-o", "out", "--classifier", ""],
        ["score", "a.mp4", "-o", "out", "--pipeline", ""],
        ["merge", "", "-o", "out"],
        ["demo", "-o", ""],
        ["extract", "--dataset", "folder", "--root", ""],
        ["extract", "--dataset", ""],
        ["pool", "", "--statistics", "mean", "-o", "x.parquet"],
        ["fit", "--clf", "svc", "--features", ""],
        ["evaluate", "--protocol", "ferplus", "--data", ""],
        ["train", "", "-o", "out"],
        ["models", "import", "", "--as", "x"],
        ["models", "bundle", ""],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_wrong_usage_and_not_the_working_folder(
    videoemo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "a.mp4", n=1)
    status, said, told = videoemo(*command)
    assert (status, said) == (2, "")
    assert "it is empty" in told
    assert len(told.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_doctor_says_that_networks_cannot_be_kept(
    videoemo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for place, reason in ((tmp_path / "file" / "models", "Not a directory"), (None, None)):
        monkeypatch.setenv("VIDEOEMO_MODELS", str(place or tmp_path / "models"))
        status, out, _ = videoemo("doctor")
        (line,) = [line for line in out.splitlines() if "kept networks" in line]
        assert (status, reason is None or f"cannot be written ({reason})" in line) == (0, True)
        assert line.startswith("ok" if reason is None else "-")
    assert not (tmp_path / "models").exists()
