"""Made-up people in an index: who displays what shows in the colour of a picture."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.inference.extractor import Extractor
from videoemo.inference.fake import fake_card

# What the fake extractor takes each colour for; the first looks the least happy.
COLOURS = {"anger": (200, 0, 20), "happiness": (20, 200, 20), "sadness": (20, 20, 200)}


def write_index(root: Path, rows: list[dict[str, str]], *, shown: str = "shown") -> Path:
    """Pictures and their index; the column `shown`, which is not written, says what a picture
    looks like: a colour's name, or `broken`.
    """
    (root / "images").mkdir(parents=True)
    columns = ["image", *(name for name in rows[0] if name != shown)]
    with (root / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for i, row in enumerate(rows):
            name = f"{i}.png"
            picture = np.full((24, 24, 3), COLOURS.get(row[shown], (0, 0, 0)), np.uint8)
            Image.fromarray(picture).save(root / "images" / name)
            if row[shown] == "broken":
                (root / "images" / name).write_bytes(b"no picture")
            writer.writerow({"image": name, **row})
    return root


def colour_extractor() -> Extractor:
    """An extractor that says what colour a picture is of: anger, happiness or sadness."""

    def network(
        x: npt.NDArray[np.float32],
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        colour = x.mean(axis=(2, 3))  # (n, 3)
        return colour, 10 * colour

    return Extractor(fake_card(), network)
