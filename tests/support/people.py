"""Made-up persons in made-up frames: coloured rectangles on grey, with boxes and vectors as the
networks would give them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.reid import Reid
from videoemo.faces.tracking.tracker import Tracker
from videoemo.records import Faces, Features, Frames

HEIGHT, WIDTH = 180, 320
FACE = 40
Seen = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Scene:
    """What the tracker is given.

    Parameters
    ----------
    seen : sequence of mapping of str to tuple of (float, float)
        Of each frame, the centre of each person's face in px, by name.
    seconds : sequence of float
        The frames' times.
    shots : sequence of int, default=()
        Of each frame, the grey level of the backdrop.
    alike : bool, default=False
        Persons of one colour and one vector.
    """

    seen: Sequence[Seen]
    seconds: Sequence[float]
    shots: Sequence[int] = ()
    alike: bool = False

    def tracks(
        self, *, batch: int = 4, gap: float = 2.0, reid: Reid | None = None
    ) -> list[dict[str, int]]:
        """Of each frame, each person's number."""
        tracker = Tracker(gap=gap, reid=reid)
        told: list[dict[str, int]] = []
        for start in range(0, len(self.seen), batch):
            stop = min(start + batch, len(self.seen))
            frames = Frames(
                np.stack([self._picture(i) for i in range(start, stop)]),
                np.array(self.seconds[start:stop], np.float64),
                np.arange(start, stop),
            )
            where = [(i, name) for i in range(start, stop) for name in self.seen[i]]
            ids = tracker.update(frames, self._faces(where), self._features(where)).tolist()
            told += [
                {name: ids[k] for k, (j, name) in enumerate(where) if j == i}
                for i in range(start, stop)
            ]
        return told

    def _picture(self, i: int) -> npt.NDArray[np.uint8]:
        level = self.shots[i] if self.shots else 128
        rgb = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
        for name, (x, y) in self.seen[i].items():
            left, top = max(int(x) - FACE, 0), max(int(y) - FACE, 0)
            rgb[top : int(y) + 2 * FACE, left : int(x) + FACE] = self._colour(name)
        return rgb

    def _faces(self, where: Sequence[tuple[int, str]]) -> Faces:
        centres = np.array([self.seen[i][name] for i, name in where], np.float32).reshape(-1, 2)
        half = np.float32(FACE / 2)
        boxes = np.column_stack([centres - half, centres + half])
        m = len(where)
        return Faces(
            boxes,
            np.ones(m, np.float32),
            np.zeros((m, 5, 2), np.float32),
            np.array([i for i, _ in where], np.int64),
        )

    def _features(self, where: Sequence[tuple[int, str]]) -> Features:
        vectors = np.array([self._vector(name) for _, name in where], np.float32).reshape(-1, 8)
        return Features(vectors, np.full((len(where), 2), 0.5, np.float32))

    def _vector(self, name: str) -> npt.NDArray[np.float64]:
        return np.random.default_rng(0 if self.alike else sum(name.encode())).normal(size=8)

    def _colour(self, name: str) -> npt.NDArray[np.int64]:
        return np.random.default_rng(0 if self.alike else sum(name.encode())).integers(0, 256, 3)


def every(n: int, step: float = 0.04) -> list[float]:
    """The times of n frames."""
    return [i * step for i in range(n)]
