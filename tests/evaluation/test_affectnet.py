"""AffectNet's protocol on made-up pictures, against a case worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.commands import Run
from tests.support.heads import heads
from tests.support.labelled_faces import affectnet_csv, affectnet_npy
from videoemo.inference.extractor import Extractor
from videoemo.inference.fake import fake_card
from videoemo.labels import AFFECTNET_8, AFFECTNET_FILE_IDS

# What is said of faces of each class: the most probable expression, then the next.
SAID = {
    "neutral": ("neutral", "sadness"),
    "happiness": ("happiness", "contempt"),
    "sadness": ("contempt", "sadness"),  # wrong of eight, right of seven
    "surprise": ("surprise", "fear"),
    "fear": ("contempt", "surprise"),  # wrong of both
    "disgust": ("disgust", "contempt"),
    "anger": ("disgust", "anger"),  # wrong of both
    "contempt": ("contempt", "neutral"),  # not asked of seven
}


def by_hand(classes: tuple[str, ...]) -> Extractor:
    """An extractor that says `SAID`; a face's class shows in the place of its bright square."""
    table = np.zeros((9, len(classes)), np.float32)
    for place, name in enumerate(AFFECTNET_FILE_IDS):
        for said, logit in zip(reversed(SAID[name]), (5, 9), strict=True):
            if said in classes:
                table[place, classes.index(said)] = logit

    def network(
        x: npt.NDArray[np.float32],
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        ninths = x.mean(axis=1).reshape(len(x), 3, 16, 3, 16).mean(axis=(2, 4)).reshape(-1, 9)
        return ninths[:, :3], table[ninths.argmax(axis=1)]

    card = replace(fake_card(), input_size=48, outputs=heads(classes, size=3))
    return Extractor(card, network)


@pytest.mark.parametrize("write", [affectnet_csv, affectnet_npy])
@pytest.mark.parametrize(
    ("classes", "figures"),
    [
        # 5 of 8 classes are right, two faces each; of 7 sadness is, and contempt not asked.
        (AFFECTNET_8, {"8 classes": ("16", "10", "62.50%"), "7 classes": ("14", "10", "71.43%")}),
        (
            tuple(name for name in AFFECTNET_8 if name != "contempt"),
            {"7 classes": ("14", "10", "71.43%")},
        ),
    ],
    ids=["eight", "seven trained"],
)
def test_eight_seven_from_eight_and_seven_are_as_worked_out_by_hand(
    videoemo: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    write: Callable[..., Path],
    classes: tuple[str, ...],
    figures: dict[str, tuple[str, ...]],
) -> None:
    monkeypatch.setattr("videoemo.evaluation.run.load_extractor", lambda *_, **__: by_hand(classes))
    root = write(tmp_path, each=2)
    status, out, err = videoemo("evaluate", "--protocol", "affectnet", "--data", root)
    assert status == 0, err
    rows = {line[:28].rstrip(): tuple(line[28:].split()[:3]) for line in out.splitlines()[2:-1]}
    assert rows == figures


def test_a_layout_that_is_half_there_is_one_line(videoemo: Run, tmp_path: Path) -> None:
    (tmp_path / "val_set" / "images").mkdir(parents=True)
    status, _, err = videoemo("evaluate", "--protocol", "affectnet", "--data", tmp_path)
    assert status == 1
    (line,) = err.splitlines()
    assert "no annotations/*_exp.npy in" in line
