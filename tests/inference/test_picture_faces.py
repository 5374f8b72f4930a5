from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import videoemo
from tests.support.faces import toy_faces
from videoemo.cli.demo_clip import write_portrait
from videoemo.errors import InputError, UnreadableVideoError
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.inference.fake import fake_card, fake_networks
from videoemo.inference.picture_faces import PictureFaces, load_picture_faces, read_picture

FINDER = PictureFaces(fake_networks(), DetectionSettings())


def test_the_largest_of_several_faces_is_given() -> None:
    found = FINDER(toy_faces((10, 10, 70, 70), (120, 60, 204, 144)).rgb[0])
    assert found is not None
    assert len(found.face) == 1
    assert np.abs(found.face.boxes[0] - (120, 60, 204, 144)).max() < 20


def test_no_face_is_none() -> None:
    assert FINDER(np.zeros((100, 100, 3), np.uint8)) is None


def test_the_crop_is_the_one_that_the_card_asks_for() -> None:
    found = FINDER(toy_faces((100, 60, 160, 120)).rgb[0])
    assert found is not None
    x1, y1, x2, y2 = np.rint(found.face.boxes[0]).astype(int)
    assert found.crop_for(fake_card()).shape == (y2 - y1, x2 - x1, 3)
    side = found.crop("square", size=8, scale=0.5).shape[0]
    assert abs(side - (y2 - y1) / 2) <= 1


def test_it_is_the_face_that_score_finds(tmp_path: Path) -> None:
    path = write_portrait(tmp_path / "portrait.png")
    scored = videoemo.score(path, faces="largest", precision="float32").iloc[0]
    found = load_picture_faces()(read_picture(path))
    assert found is not None
    x1, y1, x2, y2 = found.face.boxes[0].tolist()
    assert (x1, y1, x2 - x1, y2 - y1) == pytest.approx(
        [scored[name] for name in ("x", "y", "width", "height")], abs=1e-3
    )


def test_what_is_no_picture_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_picture(tmp_path / "none.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(UnreadableVideoError):
        read_picture(tmp_path / "text.png")
