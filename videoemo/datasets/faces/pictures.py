"""Face pictures for training, in memory or in files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from videoemo.errors import TrainingError
from videoemo.util.messages import one_line
from videoemo.util.regular_files import open_regular

__all__ = ["THREADS", "CroppedPictures", "FilePictures", "MemoryPictures", "Pictures", "resized"]

Rows = npt.NDArray[np.int64]
Picture = npt.NDArray[np.uint8]

# Decoding a picture releases Python's lock, so that threads run in parallel.
THREADS = 4


class Pictures(Protocol):
    """Face pictures by row number."""

    def __len__(self) -> int:
        """Number of pictures."""

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        """Read faces.

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

    def take(self, rows: Rows) -> Pictures:
        """Some of the pictures."""

    def name(self, row: int) -> str:
        """What a picture is called, for messages and draws."""

    def whole(self, row: int) -> Picture:
        """A picture as it is, not only its face: RGB, uint8 (h, w, 3).

        Raises
        ------
        OSError, ValueError, SyntaxError
            And what else Pillow raises where it cannot be read.
        """

    def face(self, row: int) -> Picture:
        """The face in a picture as it is there, uint8 (h, w) of a grey picture, or (h, w, 3).

        Raises
        ------
        OSError, ValueError, SyntaxError
            And what else Pillow raises where it cannot be read.
        """


class MemoryPictures:
    """Grey pictures held in memory.

    Parameters
    ----------
    images : uint8 (n, s, s)
        The pictures.
    numbers : int64 (n,) or None
        Their row in the file they are from; None where they are all of it.
    """

    def __init__(self, images: npt.NDArray[np.uint8], numbers: Rows | None = None) -> None:
        if images.ndim != 3 or images.dtype != np.uint8 or images.shape[1] != images.shape[2]:
            raise ValueError(
                f"expected pictures uint8 (n, s, s), got {images.dtype} {images.shape}"
            )
        self.images = images
        self.numbers = np.arange(len(images)) if numbers is None else numbers

    def __len__(self) -> int:
        return len(self.images)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        chosen = self.images[rows, None]  # (n, 1, s, s)
        if chosen.shape[-1] > side:
            chosen = np.stack([resized(face[0], grey=True, side=side) for face in chosen])
        return chosen if grey else np.repeat(chosen, 3, axis=1)

    def take(self, rows: Rows) -> MemoryPictures:
        """Some of the pictures."""
        return MemoryPictures(self.images[rows], self.numbers[rows])

    def name(self, row: int) -> str:
        """The row of a picture in its file, counted from 0."""
        return f"row {self.numbers[row]}"

    def whole(self, row: int) -> Picture:
        """A picture as it is, uint8 (s, s, 3)."""
        return np.repeat(self.images[row, :, :, None], 3, axis=2)

    def face(self, row: int) -> Picture:
        """A picture as it is, uint8 (s, s)."""
        face: Picture = self.images[row]
        return face


class FilePictures:
    """Pictures in files, read when they are needed.

    Parameters
    ----------
    root : Path
        Their folder.
    names : sequence of str
        n paths below it.
    boxes : int64 (n, 4) or None
        x1, y1, x2, y2 in px of the face in each; None: the whole picture.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is; of pictures without boxes.
    """

    def __init__(
        self,
        root: Path,
        names: Sequence[str],
        boxes: npt.NDArray[np.int64] | None = None,
        *,
        centre: float = 1.0,
    ) -> None:
        self.root, self.names, self.boxes, self.centre = root, list(names), boxes, centre

    def __len__(self) -> int:
        return len(self.names)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        return _read_all(lambda row: self._read(row, grey, side), rows)

    def take(self, rows: Rows) -> FilePictures:
        """Some of the pictures."""
        names = [self.names[row] for row in rows.tolist()]
        boxes = None if self.boxes is None else self.boxes[rows]
        return FilePictures(self.root, names, boxes, centre=self.centre)

    def path(self, row: int) -> Path:
        """Where a picture is."""
        return self.root / self.names[row]

    def name(self, row: int) -> str:
        """The path of a picture below the folder."""
        return self.names[row]

    def whole(self, row: int) -> Picture:
        """A picture as it is, RGB, uint8 (h, w, 3)."""
        with self._opened(row) as picture:
            return np.asarray(picture.convert("RGB"))

    def face(self, row: int) -> Picture:
        """The face in a picture, uint8 (h, w) of a grey picture, or (h, w, 3)."""
        with self._opened(row) as picture:
            box = self._box(row, picture)
            grey = picture.mode in ("1", "L", "I;16")
            return np.asarray(picture.convert("L" if grey else "RGB").crop(box))

    @contextmanager
    def _opened(self, row: int) -> Iterator[Image.Image]:
        """A picture, decoded; upright, but where boxes count the pixels as they lie in the file."""
        with open_regular(self.path(row)) as file, Image.open(file) as picture:
            picture.load()
            if self.boxes is None:
                with suppress(Exception):  # damaged notes about a picture that is whole itself
                    ImageOps.exif_transpose(picture, in_place=True)
            yield picture

    def _box(self, row: int, picture: Image.Image) -> tuple[int, int, int, int] | None:
        """Where the face is, within the picture; None for the whole."""
        width, height = picture.size
        if self.boxes is None:
            if self.centre == 1:
                return None
            x, y = (round(side * (1 - self.centre) / 2) for side in (width, height))
            return x, y, width - x, height - y
        x1, y1, x2, y2 = self.boxes[row].tolist()
        x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
        if x1 >= x2 or y1 >= y2:
            raise ValueError(
                f"the box {self.boxes[row].tolist()} of its face is outside the picture of "
                f"{width} x {height} px"
            )
        return x1, y1, x2, y2

    def _read(self, row: int, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        try:
            with self._opened(row) as picture:
                face = picture.convert("L" if grey else "RGB").resize(
                    (side, side), Image.Resampling.BILINEAR, box=self._box(row, picture)
                )
        except Exception as exc:  # Pillow has no error of its own for a damaged picture
            raise TrainingError(
                f"cannot read the face {self.path(row)}: {one_line(exc)}; it was readable before "
                "the training began"
            ) from exc
        return _channels_first(np.asarray(face))


class CroppedPictures:
    """Crops of faces held in memory, as they were cut out of their pictures.

    Parameters
    ----------
    crops : sequence of uint8 (h, w) or (h, w, 3)
        n of them, each of its own size.
    names : sequence of str
        What the n pictures are called.
    """

    def __init__(self, crops: Sequence[Picture], names: Sequence[str]) -> None:
        self.crops, self.names = list(crops), list(names)

    def __len__(self) -> int:
        return len(self.crops)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        return _read_all(lambda row: resized(self.crops[row], grey=grey, side=side), rows)

    def take(self, rows: Rows) -> CroppedPictures:
        """Some of the crops."""
        chosen = rows.tolist()
        return CroppedPictures(
            [self.crops[row] for row in chosen], [self.names[row] for row in chosen]
        )

    def name(self, row: int) -> str:
        """What the picture of a crop is called."""
        return self.names[row]

    def whole(self, row: int) -> Picture:
        """A crop, RGB, uint8 (h, w, 3)."""
        return np.asarray(Image.fromarray(self.crops[row]).convert("RGB"))

    def face(self, row: int) -> Picture:
        """A crop, uint8 (h, w) or (h, w, 3)."""
        return self.crops[row]


def _read_all(read: Callable[[int], npt.NDArray[np.uint8]], rows: Rows) -> npt.NDArray[np.uint8]:
    with ThreadPoolExecutor(THREADS) as pool:
        return np.stack(list(pool.map(read, rows.tolist())))


def resized(face: Picture, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
    """Resize a face, uint8 (h, w) or (h, w, 3), to (1 or 3, side, side)."""
    picture = Image.fromarray(face).convert("L" if grey else "RGB")
    return _channels_first(np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR)))


def _channels_first(face: Picture) -> npt.NDArray[np.uint8]:
    return face.reshape(*face.shape[:2], -1).transpose(2, 0, 1)
