"""Pictures of several sources as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.pictures import Pictures, resized

__all__ = ["JoinedPictures"]

Rows = npt.NDArray[np.int64]


class JoinedPictures:
    """Pictures of several sources, one source's behind the other's.

    Parameters
    ----------
    parts : sequence of Pictures
        The sources.
    rows : int64 (n,) or None
        Which of all their pictures; None for all.
    """

    def __init__(self, parts: Sequence[Pictures], rows: Rows | None = None) -> None:
        self.parts = list(parts)
        self._starts = np.cumsum([0, *map(len, self.parts)])
        self._rows = np.arange(self._starts[-1]) if rows is None else rows

    def __len__(self) -> int:
        return len(self._rows)

    def __call__(self, rows: Rows, *, grey: bool, side: int) -> npt.NDArray[np.uint8]:
        faces = np.empty((len(rows), 1 if grey else 3, side, side), np.uint8)
        parts, inner = self._places(rows)
        for number in np.unique(parts).tolist():
            mine = parts == number
            found = self.parts[number](inner[mine], grey=grey, side=side)
            if found.shape[-1] != side:  # those of a batch are of one size, whatever their source
                found = np.stack(
                    [
                        resized(face.transpose(1, 2, 0).squeeze(), grey=grey, side=side)
                        for face in found
                    ]
                )
            faces[mine] = found
        return faces

    def take(self, rows: Rows) -> JoinedPictures:
        """Some of the pictures."""
        return JoinedPictures(self.parts, self._rows[rows])

    def name(self, row: int) -> str:
        """What a picture is called."""
        part, inner = self._place(row)
        return part.name(inner)

    def whole(self, row: int) -> npt.NDArray[np.uint8]:
        """A picture as it is, RGB, uint8 (h, w, 3)."""
        part, inner = self._place(row)
        return part.whole(inner)

    def face(self, row: int) -> npt.NDArray[np.uint8]:
        """The face in a picture, uint8 (h, w) of a grey picture, or (h, w, 3)."""
        part, inner = self._place(row)
        return part.face(inner)

    def _place(self, row: int) -> tuple[Pictures, int]:
        parts, inner = self._places(np.array([row]))
        return self.parts[int(parts[0])], int(inner[0])

    def _places(self, rows: Rows) -> tuple[Rows, Rows]:
        """The source of each row, and the row there."""
        chosen = self._rows[rows]
        parts = np.searchsorted(self._starts, chosen, side="right") - 1
        return parts, chosen - self._starts[parts]
