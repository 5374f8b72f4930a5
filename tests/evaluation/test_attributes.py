"""Age, gender and ethnicity of made-up faces: the grey level of a picture is its number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.commands import Run
from videoemo.config.face_protocol import AttributesProtocol, load_face_protocol
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.errors import InputError
from videoemo.evaluation.attributes import judge_attributes
from videoemo.evaluation.attributes_report import AttributesReport
from videoemo.inference.extractor import Extractor
from videoemo.inference.fake import fake_card
from videoemo.labels import ETHNICITIES, FAIRFACE_ETHNICITIES, GENDERS
from videoemo.zoo.heads import Head

HEADS = (
    Head(name="embedding", kind="embedding", size=3),
    Head(name="age", kind="expected", size=100, most_probable=2),
    Head(name="gender", kind="binary", labels=GENDERS, threshold=0.6),
    Head(name="ethnicity", kind="classes", labels=ETHNICITIES),
)


def says(
    ages: Sequence[dict[int, float]],
    male: Sequence[float],
    ethnicities: Sequence[int],
    *,
    heads: tuple[Head, ...] = HEADS,
) -> Extractor:
    """An extractor that says so of picture 0, 1, ...: the probabilities of ages, that of male, and
    the number of the ethnicity.
    """
    table = np.full((len(ages), 106), -30.0, np.float32)
    for row, (age, share, ethnicity) in enumerate(zip(ages, male, ethnicities, strict=True)):
        for years, probability in age.items():
            table[row, years] = np.log(probability)
        table[row, 100] = np.log(share / (1 - share))
        table[row, 101 + ethnicity] = 5

    def network(
        x: npt.NDArray[np.float32],
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        level = np.rint(255 * x.mean(axis=(1, 2, 3))).astype(int)
        return x.mean(axis=(2, 3)), table[level]

    return Extractor(replace(fake_card(), outputs=heads), network)


def faces(
    age: Sequence[int],
    gender: Sequence[int],
    ethnicity: Sequence[int],
    *,
    ethnicities: tuple[str, ...] = ETHNICITIES,
) -> AttributeFaces:
    images = np.repeat(np.arange(len(age), dtype=np.uint8), 64).reshape(-1, 8, 8)
    years, genders, origins = (np.array(one, np.int64) for one in (age, gender, ethnicity))
    return AttributeFaces(MemoryPictures(images), years, genders, origins, ethnicities)


def protocol() -> AttributesProtocol:
    shipped = load_face_protocol("utkface")
    assert isinstance(shipped, AttributesProtocol)
    return replace(shipped, resamples=200)


def value(report: AttributesReport, name: str) -> float:
    return {
        measure.name: float(mean.value)
        for measure, mean in zip(report.measures, report.everybody.means, strict=True)
    }[name]


def test_equation_1_stands_beside_the_most_probable_age_and_the_mean_of_all() -> None:
    # 30 or 40, 20 the least: the two most probable average 34, all three 32.6.
    extractor = says([{30: 0.54, 40: 0.36, 20: 0.1}], [0.9], [0])
    report = judge_attributes(protocol(), faces([36], [1], [0]), extractor)
    assert value(report, "age, mean of the 2 most probable") == pytest.approx(2, abs=0.01)
    assert value(report, "age, the most probable") == pytest.approx(6)
    assert value(report, "age, mean of all 100") == pytest.approx(3.4, abs=0.01)
    assert value(report, "age group, the most probable") == 1  # 30 to 39
    assert value(report, "ethnicity") == 1


def test_male_is_said_from_the_heads_threshold_on() -> None:
    extractor = says([{30: 1.0}] * 4, [0.55, 0.65, 0.3, 0.9], [0] * 4)
    report = judge_attributes(protocol(), faces([30] * 4, [1, 1, 0, 1], [0] * 4), extractor)
    assert value(report, "gender") == pytest.approx(3 / 4)
    assert report.measures[0].one_answer == pytest.approx(3 / 4)


def test_labels_that_are_not_known_are_not_asked() -> None:
    extractor = says([{30: 1.0}] * 3, [0.9] * 3, [0, 1, 1])
    report = judge_attributes(protocol(), faces([30, -1, 20], [1, 0, -1], [0, -1, 1]), extractor)
    assert value(report, "gender") == pytest.approx(1 / 2)
    assert value(report, "age, the most probable") == pytest.approx(5)
    assert value(report, "ethnicity") == 1
    # Of the two ethnicities that occur.
    assert report.ethnicity_f1 == pytest.approx(1)


def test_groups_of_few_faces_are_left_out_and_named() -> None:
    n = 25
    extractor = says([{30: 1.0}] * n, [0.1] * n, [0] * n)
    women = faces([30] * n, [0] * 22 + [1] * 3, [0] * n)
    report = judge_attributes(protocol(), women, extractor)
    assert [(of.group, of.faces) for of in report.groups] == [
        ("female", 22),
        ("white", 25),
        ("30 to 39", 25),
    ]
    assert report.lines()[-1] == "left out: groups of fewer than 20 faces: gender male"


def test_fairfaces_seven_ethnicities_count_as_five() -> None:
    seven = tuple(FAIRFACE_ETHNICITIES)
    told = [ETHNICITIES.index(FAIRFACE_ETHNICITIES[name]) for name in seven]
    extractor = says([{30: 1.0}] * 7, [0.9] * 7, told)
    report = judge_attributes(
        protocol(), faces([30] * 7, [1] * 7, list(range(7)), ethnicities=seven), extractor
    )
    assert value(report, "ethnicity") == 1


def test_a_network_without_such_heads_is_refused(videoemo: Run, tmp_path: Path) -> None:
    for i in range(10):
        name = f"{20 + i}_{i % 2}_{i % 5}_2017{i:04}.jpg.chip.jpg"
        Image.fromarray(np.full((16, 16, 3), 25 * i, np.uint8)).save(tmp_path / name)
    status, _, err = videoemo("evaluate", "--protocol", "utkface", "--data", tmp_path)
    assert status == 1
    assert "ferplus-small has no head of gender, age, ethnicity" in err.splitlines()[-1]
    with pytest.raises(InputError, match="expected gender of kind binary female, male, got"):
        judge_attributes(
            protocol(),
            faces([30], [1], [0]),
            says(
                [{30: 1.0}],
                [0.9],
                [0],
                heads=(*HEADS[:2], replace(HEADS[2], labels=GENDERS[::-1]), HEADS[3]),
            ),
        )


def test_the_report_is_written_without_single_faces(tmp_path: Path) -> None:
    n = 30
    extractor = says([{20 + i: 1.0} for i in range(n)], [0.9] * n, [i % 5 for i in range(n)])
    many = faces([20 + i for i in range(n)], [1] * n, [i % 5 for i in range(n)])
    judge_attributes(protocol(), many, extractor).write(tmp_path)
    assert (tmp_path / "attributes.png").is_file()
    found = json.loads((tmp_path / "report.json").read_text())["figures"]
    assert min(row["faces"] for row in found) >= 20
    assert found[0]["age, the most probable"][0] == 0
