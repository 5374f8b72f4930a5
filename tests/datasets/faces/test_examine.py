from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import labelled_faces
from videoemo.datasets.faces.examine import digest, examine
from videoemo.datasets.faces.pictures import FilePictures


def jpeg(path: Path) -> bytes:
    return labelled_faces.photograph(path, seed=0).read_bytes()


def odd(folder: Path, case: str) -> str:
    """The name of a file that is no sound picture."""
    path = folder / "odd.jpg"
    sound = jpeg(folder / "sound.jpg")
    match case:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no picture")
        case "truncated":
            path.write_bytes(sound[:-100])
        case "zeros":
            path.write_bytes(sound[:300] + bytes(len(sound) - 300))
        case "folder":
            path.mkdir()
        case "dangling link":
            path.symlink_to("gone.jpg")
        case "pipe":
            os.mkfifo(path)
    return path.name


@pytest.mark.skipif(sys.platform == "win32", reason="makes links and pipes")
@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("empty", "not a picture"),
        ("text", "not a picture"),
        ("truncated", "damaged"),
        ("zeros", "damaged"),
        ("folder", "damaged"),
        ("dangling link", "missing"),
        ("gone", "missing"),
        ("pipe", "damaged"),
    ],
)
def test_a_broken_picture_has_a_reason_and_the_others_are_sound(
    tmp_path: Path, case: str, reason: str
) -> None:
    found = examine(FilePictures(tmp_path, [odd(tmp_path, case), "sound.jpg"]))
    assert [(one.name, one.reason, one.broken) for one in found.broken] == [
        ("odd.jpg", reason, True)
    ]
    assert found.sound.tolist() == [1]


def test_damaged_notes_do_not_make_a_picture_damaged(tmp_path: Path) -> None:
    content = io.BytesIO()
    picture = Image.fromarray(labelled_faces.picture(4))
    picture.save(content, "jpeg", exif=b"Exif\0\0XXXXbroken")
    (tmp_path / "noted.jpg").write_bytes(content.getvalue())
    assert examine(FilePictures(tmp_path, ["noted.jpg"])).broken == ()


def test_a_digest_is_of_the_pixels() -> None:
    grey = labelled_faces.picture(4)
    colour = np.repeat(grey[..., None], 3, 2)
    assert digest(grey) == digest(colour)
    assert digest(grey) != digest(grey.reshape(24, 96))
    colour[0, 0, 0] += 1
    assert digest(grey) != digest(colour)
