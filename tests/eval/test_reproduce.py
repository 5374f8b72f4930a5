"""The published figures made anew: on made-up clips of a portrait in AFEW's and VGAF's layouts,
with the network that ships as a stand-in.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageFilter

from eval.reproduce import FACTS, Facts, Figure, compare, main
from tests.support.here import work_here
from videoemo.classification.classifier import load_classifier
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.extraction import load_extraction
from videoemo.config.toml import build_record, read_record, read_toml
from videoemo.errors import RecipeError
from videoemo.features.table import read_table, write_table
from videoemo.zoo.cards import find_card

SIZE = (256, 300)  # the portrait's face is about 90 px wide in it: more than VGAF's smallest


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AFEW with a face in 2 of 3 validation clips, and VGAF with groups; one label has the
    portrait, another the same blurred.
    """
    root = tmp_path_factory.mktemp("data")
    write_portrait(root / "portrait.png")
    portrait = Image.open(root / "portrait.png").resize(SIZE)
    blurred, empty = portrait.filter(ImageFilter.GaussianBlur(4)), Image.new("RGB", SIZE, "grey")
    for name, picture in {
        "Happy/000000001": portrait,
        "Happy/000000002": portrait,
        "Sad/000000003": blurred,
    }.items():
        _write(root / "afew" / "Train_AFEW" / f"{name}.avi", picture)
    for name, picture in {
        "Happy/000000004": portrait,
        "Sad/000000005": blurred,
        "Sad/000000006": empty,
    }.items():
        _write(root / "afew" / "Val_AFEW" / f"{name}.avi", picture)
    for split, sources in {"Train": (1, 2), "Val": (3,)}.items():
        for source in sources:
            _write(root / "vgaf" / split / f"{source}_1.mp4", portrait)
            _write(root / "vgaf" / split / f"{source}_2.mp4", blurred)
        lines = [f"{source}_1 1\n{source}_2 3\n" for source in sources]
        (root / "vgaf" / f"{split}_labels.txt").write_text("Vid_name Label\n" + "".join(lines))
    return root


def _write(path: Path, picture: Image.Image) -> None:
    """A clip of one picture, twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for _ in range(2):
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24"))
            )
        container.mux(stream.encode())


Reproduce = Callable[..., Result]


@pytest.fixture(scope="module")
def reproduce(tmp_path_factory: pytest.TempPathFactory) -> Reproduce:
    """Run the script in this process, with no data but those given; no network was fetched."""
    nothing = tmp_path_factory.mktemp("nothing")

    def run(*args: object, data: Path = nothing) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            work_here(patch)
            return CliRunner().invoke(main, [*map(str, args)], env={"VIDEOEMO_DATA": str(data)})

    return run


@pytest.fixture(scope="module")
def made(reproduce: Reproduce, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run over both datasets writes."""
    out = tmp_path_factory.mktemp("out")
    result = reproduce("--stand-in", "-o", out, data=data)
    assert result.exit_code == 0, result.output
    assert result.stdout == (out / "reproduce.md").read_text()
    return out


@pytest.fixture(scope="module")
def figures(made: Path) -> dict[str, Any]:
    """The figures in the JSON file, by name."""
    return {
        figure["published"]["name"]: figure
        for figure in json.loads((made / "reproduce.json").read_text())["figures"]
    }


def test_every_published_figure_is_made(figures: dict[str, Any]) -> None:
    assert list(figures) == [figure.name for figure in read_record(Facts, FACTS).figure]


def test_each_figure_is_over_all_clips_and_over_those_with_a_face(figures: dict[str, Any]) -> None:
    rows = figures["afew-b0"]["ours"]
    assert [(row["over"], row["clips"], row["published"], row["of"]) for row in rows] == [
        ("all clips", 3, 59.27, 383),
        ("with a face", 2, 59.89, 379),
    ]


def test_figures_are_those_of_a_classifier_that_can_tell_the_clips_apart(
    figures: dict[str, Any],
) -> None:
    for name in ("afew-b0", "vgaf-b0"):
        row = figures[name]["ours"][-1]
        assert (row["right"], row["clips"], row["accuracy"]) == (2, 2, 100.0)


def test_a_stand_in_is_never_compared_with_the_published_figure(
    figures: dict[str, Any], made: Path
) -> None:
    assert {figure["network"] for figure in figures.values()} == {
        read_record(Facts, FACTS).stand_in
    }
    assert {
        (row["caveat"], row["difference"], row["inside"])
        for figure in figures.values()
        for row in figure["ours"]
    } == {("stand-in", None, None)}
    assert "| ferplus-small, not enet_b0_8_best_afew |" in (made / "reproduce.md").read_text()


def test_the_table_has_a_row_for_each_number_of_clips(figures: dict[str, Any], made: Path) -> None:
    lines = (made / "reproduce.md").read_text().splitlines()
    assert sum(line.startswith(("| afew-", "| vgaf-")) for line in lines) == sum(
        len(figure["ours"]) for figure in figures.values()
    )
    assert len({len(line) for line in lines if line.startswith("|")}) == 1


def test_figures_of_the_same_settings_share_one_extraction(made: Path) -> None:
    names = sorted(path.name for path in (made / "features").iterdir())
    assert names == [
        "afew-faces-score-ferplus-small.parquet",
        "vgaf-align-true-ferplus-small.parquet",
    ]


def test_the_pipelines_are_changed_as_the_published_code_was(made: Path) -> None:
    features = json.loads((made / "reproduce.json").read_text())["features"]
    afew, vgaf = (
        features[name]["pipeline"]["detection"]
        for name in ("afew-faces-score-ferplus-small", "vgaf-align-true-ferplus-small")
    )
    assert afew["faces"] == "score"
    assert vgaf["align"] is True


def test_the_results_name_nothing_of_the_machine(made: Path, data: Path) -> None:
    text = (made / "reproduce.json").read_text() + (made / "reproduce.md").read_text()
    assert str(data.parent) not in text


def test_clips_that_are_not_the_published_ones_are_told(made: Path) -> None:
    text = (made / "reproduce.md").read_text()
    assert "- afew: 3 val clips here, 383 published" in text
    assert "- vgaf: 4 train clips here, 2661 published" in text


def test_a_figure_of_other_clips_is_never_compared_with_the_published_one(
    made: Path, data: Path, reproduce: Reproduce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = FACTS.read_text().replace("enet_b0_8_best_afew", "ferplus-small")
    (tmp_path / "facts.toml").write_text(here)
    monkeypatch.setattr("eval.reproduce.FACTS", tmp_path / "facts.toml")
    (tmp_path / "features").symlink_to(made / "features")
    assert reproduce("-o", tmp_path, data=data).exit_code == 0
    (figure,) = json.loads((tmp_path / "reproduce.json").read_text())["figures"]
    assert (figure["published"]["name"], figure["network"]) == ("afew-b0", "ferplus-small")
    assert {(row["caveat"], row["difference"], row["inside"]) for row in figure["ours"]} == {
        ("other clips", None, None)
    }


def test_a_second_run_reads_no_video_and_gives_the_same_bytes(
    made: Path, data: Path, reproduce: Reproduce, tmp_path: Path
) -> None:
    for path in data.rglob("*.*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(data)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text() if path.suffix == ".txt" else "no video")
    before = {path: path.read_bytes() for path in made.glob("*.*")}
    assert reproduce("--stand-in", "-o", made, data=tmp_path).exit_code == 0
    assert {path: path.read_bytes() for path in made.glob("*.*")} == before


def test_features_of_other_clips_are_refused(
    made: Path, data: Path, reproduce: Reproduce, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for name in ("Train_AFEW/Happy/1.avi", "Train_AFEW/Sad/2.avi", "Val_AFEW/Sad/3.avi"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_text("no video")
    result = reproduce("--stand-in", "--afew", other, "-o", made, data=data)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith(
        "was made with other clips: give another folder with -o, or delete it"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"pipeline": {"detection": {"faces": "largest"}}},
        {"extractor": {"checksum": "0" * 64}},
        {"pooling": "group"},
    ],
    ids=["faces", "network", "pooling"],
)
def test_features_of_other_settings_are_refused(
    made: Path, data: Path, reproduce: Reproduce, tmp_path: Path, other: dict[str, Any]
) -> None:
    name = "features/afew-faces-score-ferplus-small.parquet"
    features = read_table(made / name)
    changed = {
        key: features.provenance[key] | value if isinstance(value, dict) else value
        for key, value in other.items()
    }
    write_table(replace(features, provenance=features.provenance | changed), tmp_path / name)
    result = reproduce("--stand-in", "-o", tmp_path, data=data)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith(
        "was made with other settings: give another folder with -o, or delete it"
    )


def test_a_clip_that_cannot_be_read_is_told(
    data: Path, reproduce: Reproduce, tmp_path: Path
) -> None:
    for path in (data / "vgaf").rglob("*.*"):
        if path.is_file():
            copy = tmp_path / "vgaf" / path.relative_to(data / "vgaf")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "vgaf" / "Train" / "1_1.mp4").write_text("no video")
    result = reproduce("--stand-in", "--vgaf", tmp_path / "vgaf", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "vgaf-align-true-ferplus-small: 1 of the clips could not be read" in result.stdout


def test_one_dataset_is_enough(
    made: Path, data: Path, reproduce: Reproduce, tmp_path: Path
) -> None:
    (tmp_path / "features").symlink_to(made / "features")
    result = reproduce("--stand-in", "--vgaf", data / "vgaf", "-o", tmp_path)
    assert result.exit_code == 0
    assert "- not run: afew: its clips are not here" in result.stdout
    assert "| afew-" not in result.stdout


def test_without_data_it_says_what_to_get_and_where_to_put_it(
    reproduce: Reproduce, tmp_path: Path
) -> None:
    result = reproduce("--stand-in", "-o", tmp_path / "out")
    assert result.exit_code == 1
    afew, vgaf, last = result.stderr.splitlines()
    for line, words in {
        afew: ("Australian National University", "--afew", "Train_AFEW/<class>"),
        vgaf: ("Sharma", "--vgaf", "Val_labels"),
    }.items():
        assert all(word in line for word in ("licence agreement", "VIDEOEMO_DATA", *words))
    assert last == "Error: nothing could be run: no dataset is here"
    assert not (tmp_path / "out").exists()


def test_a_network_that_is_not_here_is_said_to_be_missing(
    data: Path, reproduce: Reproduce, tmp_path: Path
) -> None:
    result = reproduce("--afew", data / "afew", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "not run: afew-mobilenet: network mobilenet_7 is not here" in result.stderr.splitlines()
    assert result.stderr.splitlines()[-1] == (
        "Error: nothing could be run: no published network is here; --stand-in runs the recipes "
        "with ferplus-small"
    )


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (["Val_AFEW/Sad/1.avi"], "no clip of the split train in"),
        (["Sad/1.avi"], "no AFEW in"),
        ([], "no folder"),
    ],
    ids=["no training clips", "another layout", "no folder"],
)
def test_a_folder_that_cannot_be_used_is_one_line(
    reproduce: Reproduce, tmp_path: Path, layout: list[str], message: str
) -> None:
    for name in layout:
        (tmp_path / "afew" / name).parent.mkdir(parents=True)
        (tmp_path / "afew" / name).write_text("no video")
    result = reproduce("--stand-in", "--afew", tmp_path / "afew", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert message in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


FIGURE = Figure(
    name="toy",
    dataset="afew",
    network="n",
    classifier="svc",
    all_clips=60.0,
    with_face=61.0,
    source="made up",
)


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(0.55, 0.65, True), (0.61, 0.7, False), (0.4, 0.59, False), (None, None, None)],
)
def test_the_published_figure_lies_inside_our_interval_or_not(
    low: float | None, high: float | None, inside: bool | None
) -> None:
    found = {
        "over": "all clips",
        "right": 62,
        "clips": 100,
        "accuracy": {"value": 0.62, "low": low, "high": high},
    }
    row = compare(found, FIGURE, of=383, caveat="")
    assert (row.inside, row.difference) == (inside, 2.0)


def test_each_number_of_clips_has_its_own_published_figure() -> None:
    found = {
        "over": "with a face",
        "right": 6,
        "clips": 10,
        "accuracy": {"value": 0.6, "low": 0.5, "high": 0.7},
    }
    assert compare(found, FIGURE, of=379, caveat="").difference == -1.0


@pytest.mark.parametrize("figure", read_record(Facts, FACTS).figure, ids=lambda figure: figure.name)
def test_a_published_percentage_is_a_whole_number_of_clips(figure: Figure) -> None:
    with_face = next(
        dataset.with_face
        for dataset in read_record(Facts, FACTS).dataset
        if dataset.name == figure.dataset
    )
    total = next(
        version.total
        for version in load_extraction(figure.dataset).dataset.published
        if version.split == "val"
    )
    for share, of in ((figure.all_clips, total), (figure.with_face, with_face)):
        if share is not None:
            right = round(share * of / 100)
            assert abs(100 * right / of - share) < 0.0051


def test_the_stand_in_and_the_classifiers_named_are_there() -> None:
    facts = read_record(Facts, FACTS)
    assert find_card(facts.stand_in)[1].is_file()
    for figure in facts.figure:
        load_classifier(figure.classifier)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"changes": {"face": "score"}}, "did you mean 'faces'"),
        ({"all_clips": 120.0}, "percentages from 0 to 100"),
        ({"dataset": "afwe"}, "'afew'"),
    ],
    ids=["unknown key", "out of range", "unknown dataset"],
)
def test_a_wrong_fact_is_an_error_that_names_what_is_allowed(
    change: dict[str, Any], message: str
) -> None:
    facts = read_toml(FACTS)
    facts["figure"][0] |= change
    with pytest.raises(RecipeError, match=message):
        build_record(Facts, facts, where="toy.toml")


# Of each layout and split a seed that gives short clips of few faces.
SEEDS = {
    ("afew", "Train"): 8,
    ("afew", "Val"): 12,
    ("vgaf", "Train"): 17,
    ("vgaf", "Val"): 29,
}


@pytest.mark.shared
def test_it_runs_in_full_on_practice_data(
    shared: Path, reproduce: Reproduce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = str(shared / "tools" / "make_clips.py")
    for (layout, split), seed in SEEDS.items():
        faces = shared / "data" / f"ferplus_{'train' if split == 'Train' else 'valid'}.npz"
        options = ["--faces", faces, "--out", tmp_path / layout, "--split", split]
        options += ["--per-class", 1, "--seed", seed]
        monkeypatch.setattr(sys, "argv", [script, layout, *map(str, options)])
        runpy.run_path(script, run_name="__main__")
    result = reproduce("--stand-in", "-o", tmp_path / "out", data=tmp_path)
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "out" / "reproduce.json").read_text())["figures"]
    clips = {"afew": 7, "vgaf": 3}
    assert {
        figure["ours"][0]["clips"] == clips[figure["published"]["dataset"]] for figure in figures
    } == {True}
    assert np.mean([figure["ours"][0]["accuracy"] for figure in figures]) > 100 / 3
