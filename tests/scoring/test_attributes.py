"""What is never told of persons, and what only where it is asked for: through every output, report
and export, of a network that has heads of age, gender and ethnicity.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import videoemo as library
from tests.support.commands import Run
from tests.support.heads import heads
from tests.support.here import command_here
from tests.support.tiny_networks import (
    CLASSES,
    SIDE,
    card_of,
    make_random,
    save_onnx,
    tiny_efficientnet,
    write_card,
)
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.errors import InputError, RecipeError
from videoemo.exports.formats import FORMATS
from videoemo.zoo.audit import AuditRow
from videoemo.zoo.cards import Card
from videoemo.zoo.heads import Head
from videoemo.zoo.scored import refuse_ethnicity, scored_card

# Words that nothing else has in it, so that a search finds them wherever they are written.
ETHNIC = ("zorblatian", "quuxish")
OUTPUTS = (
    *heads(CLASSES, size=64, values=("valence",)),
    Head(name="age", kind="expected", size=100, most_probable=2),
    Head(name="gender", kind="binary", labels=("female", "male"), threshold=0.6),
    Head(name="ethnicity", kind="classes", labels=ETHNIC),
)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    torch.manual_seed(0)
    n = sum(head.width for head in OUTPUTS)
    save_onnx(make_random(tiny_efficientnet(n), SIDE), folder / "toy.onnx", side=SIDE)
    audit = AuditRow(
        data="made-up faces",
        label="happiness",
        by="ethnicity",
        group=ETHNIC[0],
        people=9,
        faces=9,
        recall=(1.0,),
        auc=(),
        calibration=(),
    )
    return write_card(folder, card_of("toy.onnx", name="toy", outputs=OUTPUTS, audit=(audit,)))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face in three frames."""
    folder = tmp_path_factory.mktemp("in")
    face = Image.open(write_portrait(folder / "portrait.jpg")).resize((160, 190))
    with av.open(str(folder / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.bit_rate = 320, 240, 20_000_000
        picture = Image.new("RGB", (320, 240), (90, 90, 100))
        picture.paste(face, (60, 30))
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return folder / "clip.mp4"


def everything(clip: Path, card: Path, out: Path, *given: str) -> Path:
    """Every output, a report and all exports."""
    command = ("score", clip, "-o", out, "--extractor", card, "--csv", "--report", *given)
    status, _, err = command_here(*command)
    assert status == 0, err
    assert err.count("taught others' guesses") == bool(given)
    formats = [word for one in FORMATS for word in ("--format", one.name)]
    status, _, err = command_here("export", out, *formats)
    assert status == 0, err
    return out


@pytest.fixture(scope="module")
def scored(clip: Path, card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return everything(clip, card, tmp_path_factory.mktemp("scored"))


@pytest.fixture(scope="module")
def asked(clip: Path, card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return everything(clip, card, tmp_path_factory.mktemp("asked"), "--heads", "age,gender")


def written(out: Path) -> dict[str, bytes]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


@pytest.mark.parametrize("run", ["scored", "asked"])
def test_ethnicity_is_in_no_output_report_or_export(
    run: str, request: pytest.FixtureRequest
) -> None:
    found = written(request.getfixturevalue(run))
    assert {"clip.mp4/faces.parquet", "clip.mp4/report.html"} <= found.keys()
    assert len(found) > 20
    for name, content in found.items():
        for word in ("ethnic", *ETHNIC):
            assert word.encode() not in content.lower(), (name, word)


def test_age_and_gender_are_told_only_where_they_are_asked_for(scored: Path, asked: Path) -> None:
    without, with_them = (
        pd.read_parquet(out / "clip.mp4" / "faces.parquet") for out in (scored, asked)
    )
    assert list(with_them.columns) == [*without.columns, "age", "gender"]
    assert with_them["age"].between(0, 99).all()
    assert with_them["gender"].between(0, 1).all()
    pd.testing.assert_frame_equal(with_them[without.columns], without)
    told = json.loads((scored / "clip.mp4" / "summary.json").read_text())
    names = [head["name"] for head in told["extractor"]["outputs"]]
    assert names == ["expression", "valence", "embedding"]


def test_tracks_and_videos_have_the_means(asked: Path) -> None:
    faces = pd.read_parquet(asked / "clip.mp4" / "faces.parquet")
    for table in ("clip.mp4/tracks.csv", "videos.csv"):
        (row,) = pd.read_csv(asked / table)[["age", "gender"]].to_numpy()
        assert row == pytest.approx(faces[["age", "gender"]].mean().to_numpy(), abs=1e-4)


def test_what_is_done_is_done_again_where_more_is_asked_for_and_not_merged_with_it(
    videoemo: Run, clip: Path, card: Path, scored: Path, asked: Path, tmp_path: Path
) -> None:
    again = ("score", clip, "-o", asked, "--extractor", card, "--csv", "--dry-run")
    assert "to do: 0 of 1" in videoemo(*again, "--heads", "age,gender")[1]
    _, out, err = videoemo(*again)
    assert "heads was age, gender, is not set" in out + err
    status, _, err = videoemo("merge", scored, asked, "-o", tmp_path / "merged")
    assert status == 1
    assert "heads was not set, is age, gender" in err
    assert videoemo("merge", asked, "-o", tmp_path / "one")[0] == 0
    assert "gender" in (tmp_path / "one" / "videos.csv").read_text()


def test_in_python_too(
    clip: Path, card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = write_portrait(Path(shutil.copy(card, tmp_path)).with_name("face.jpg"))
    table = library.score(picture, extractor=str(card), heads=["age"], engine="openvino")
    assert list(table.columns[-2:]) == ["valence", "age"]
    assert capsys.readouterr().err.count("age: how a face looks to a network") == 1


def test_heads_are_age_and_gender() -> None:
    for given in (["ethnicity"], ["age", "age"], ["valence"]):
        with pytest.raises(RecipeError, match="heads: allowed are age and gender, each once"):
            change_pipeline(load_pipeline(), heads=given)


def test_a_network_without_the_head_is_told_in_one_line(
    videoemo: Run, clip: Path, tmp_path: Path
) -> None:
    status, _, err = videoemo("score", clip, "-o", tmp_path / "out", "--heads", "age")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "heads: ferplus-small has no head that tells age" in err


def told(*outputs: Head, heads: tuple[str, ...] = ()) -> list[str]:
    card: Card = card_of("toy.onnx", outputs=(*outputs, OUTPUTS[2]))
    return [head.name for head in scored_card(card, heads).outputs]


def number(name: str) -> Head:
    return Head(name=name, kind="value", low=-1.0, high=1.0)


def test_a_number_by_the_name_of_an_attribute_is_one() -> None:
    given = [*map(number, ("dominance", "age", "Race", "skin_colour", "black", "Middle Eastern"))]
    assert told(*given) == ["dominance", "embedding"]
    assert told(*given, heads=("age",)) == ["dominance", "age", "embedding"]


def test_other_classes_are_not_told_whatever_they_are_called() -> None:
    assert told(Head(name="group", kind="classes", labels=("a", "b"))) == ["embedding"]
    gender = Head(name="gender", kind="binary", labels=("white", "other"), threshold=0.5)
    with pytest.raises(InputError, match="has no head that tells gender"):
        told(gender, heads=("gender",))


def test_expressions_and_classes_of_ones_own_that_are_ethnicities_are_refused() -> None:
    with pytest.raises(InputError, match=r"are ethnicities \('Asian'\), which score never tells"):
        told(*heads(("Asian", "White"), size=64)[:1])
    refuse_ethnicity(("black", "white"), "the players are")
