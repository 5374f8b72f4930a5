"""Face pictures for training, in memory or in files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from videoemo.errors import TrainingError
from videoemo.util.messages import one_line

__all__ = ["FilePictures", "MemoryPictures", "Pictures"]

Rows = npt.NDArray[np.int64]

# Decoding a picture releases Python's lock, so that threads run in parallel.
_THREADS = 4


class Pictures(Protocol):
    """Face pictures by row number."""

    def __len__(self) -> int:
        """Number of pictures."""

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        """Read pictures.

        Parameters
        ----------
        rows : int64 (n,)
            Their row numbers.
        grey : bool
            Whether they have one channel, not three.
        side : int
            In px.

        Returns
        -------
        uint8 (n, 1 or 3, s, s)
            s is `side`, or the pictures' own side where all have a smaller one.
        """


class MemoryPictures:
    """Grey pictures held in memory, uint8 (n, s, s)."""

    def __init__(self, images: npt.NDArray[np.uint8]) -> None:
        if images.ndim != 3 or images.dtype != np.uint8 or images.shape[1] != images.shape[2]:
            raise ValueError(
                f"expected pictures uint8 (n, s, s), got {images.dtype} {images.shape}"
            )
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        chosen = self.images[rows, None]  # (n, 1, s, s)
        if chosen.shape[-1] > side:
            small = [
                np.asarray(
                    Image.fromarray(face[0]).resize((side, side), Image.Resampling.BILINEAR)
                )[None]
                for face in chosen
            ]
            chosen = np.stack(small)
        return chosen if grey else np.repeat(chosen, 3, axis=1)


class FilePictures:
    """Pictures in files, read when they are needed.

    Parameters
    ----------
    paths : sequence of Path
        n files.
    boxes : int64 (n, 4) or None
        x1, y1, x2, y2 in px of the face in each; None: the whole picture.

    Raises
    ------
    TrainingError
        A file is missing or no picture; all are checked here, before training starts.
    """

    def __init__(self, paths: Sequence[Path], boxes: npt.NDArray[np.int64] | None = None) -> None:
        self.paths = list(paths)
        self.boxes = boxes
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(_check_picture, self.paths))

    def __len__(self) -> int:
        return len(self.paths)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        with ThreadPoolExecutor(_THREADS) as pool:
            return np.stack(list(pool.map(lambda row: self._read(row, grey, side), rows.tolist())))

    def _read(self, row: int, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        box = None if self.boxes is None else tuple(self.boxes[row].tolist())
        try:
            with Image.open(self.paths[row]) as picture:
                face = picture.convert("L" if grey else "RGB").resize(
                    (side, side), Image.Resampling.BILINEAR, box=box
                )
        except Exception as exc:  # Pillow has no error of its own for a damaged picture
            raise TrainingError(
                f"cannot read the face {self.paths[row]} (box {box}): {one_line(exc)}; mend or "
                "remove it"
            ) from exc
        return np.asarray(face).reshape(side, side, -1).transpose(2, 0, 1)


def _check_picture(path: Path) -> None:
    try:
        Image.open(path).close()
    except UnidentifiedImageError as exc:
        raise TrainingError(f"{path} is not a picture: mend or remove it") from exc
    except OSError as exc:
        raise TrainingError(
            f"cannot read the picture {path}: {exc.strerror or exc}; mend or remove it"
        ) from exc
    except Exception as exc:  # as above
        raise TrainingError(
            f"the picture {path} is damaged ({one_line(exc)}): mend or remove it"
        ) from exc
