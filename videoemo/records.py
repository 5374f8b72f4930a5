"""The records that travel between the rooms: frozen dataclasses of NumPy arrays that check their shapes.

Indexing a record of parallel arrays with an integer array, a boolean mask or a slice gives the same type; `repr` shows shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

__all__ = ["QUALITY", "Clip", "Faces", "FeatureTable", "Features", "Frames"]

# The columns of `Faces.quality`: what they mean is said in `faces.quality`.
QUALITY = ("sharpness", "yaw", "pitch", "roll")

# Of arrays by name: dtype and shape, in which None is any length.
Shapes = dict[str, tuple[np.dtype[Any], tuple[int | None, ...]]]
UINT8, INT64, FLOAT32, FLOAT64 = map(np.dtype, (np.uint8, np.int64, np.float32, np.float64))

Index = slice | npt.NDArray[np.integer[Any]] | npt.NDArray[np.bool_]


class _Arrays:
    """Parallel arrays: what `Frames`, `Faces` and `Features` share."""

    _names: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        cls._names = tuple(cls.__annotations__)  # not asked of `dataclasses.fields` for each record: many are made

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._names}

    def _check(self, shapes: Shapes, optional: Shapes | None = None) -> None:
        """Each array has the dtype and the shape named; None stands for any length, and the first axes agree. Those that are optional may be None."""
        lengths, optional = {}, optional or {}
        for name, (dtype, shape) in (shapes | optional).items():
            array = getattr(self, name)
            if array is None and name in optional:
                continue
            if not (isinstance(array, np.ndarray) and array.dtype == dtype and _fits(array.shape, shape)):
                wanted = ", ".join("any" if n is None else str(n) for n in shape)
                given = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
                raise ValueError(f"{type(self).__name__}.{name}: expected {dtype} ({wanted}), got {given}")
            lengths[name] = len(array)
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{type(self).__name__}: arrays of different lengths: {lengths}")

    def __len__(self) -> int:
        return len(getattr(self, self._names[0]))

    def __getitem__(self, index: Index) -> Self:
        if not isinstance(index, slice) and np.ndim(index) != 1:
            raise TypeError(f"{type(self).__name__} takes a slice, a mask or an integer array, got {index!r}")
        return type(self)(*[_take(part, index) for part in self._parts().values()])

    def __repr__(self) -> str:
        shapes = (f"{name}={_shape(part)}" for name, part in self._parts().items())
        return f"{type(self).__name__}({', '.join(shapes)})"


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    if len(shape) != len(wanted):
        return False
    for want, have in zip(wanted, shape, strict=True):  # noqa: SIM110 - many records are made, and `all` takes twice as long
        if want is not None and want != have:
            return False
    return True


def _take(part: Any, index: Index) -> Any:
    if part is None or isinstance(part, dict):
        return part  # absent, or said of the whole
    if isinstance(part, np.ndarray) or isinstance(index, slice):
        return part[index]  # of an array, a slice is a view: frames are large
    return tuple(part[i] for i in np.arange(len(part))[index])


def _shape(part: Any) -> str:
    if part is None or isinstance(part, dict):
        return str(part and sorted(part))
    return f"{part.dtype}{list(part.shape)}" if isinstance(part, np.ndarray) else f"{len(part)} arrays"


@dataclass(frozen=True)
class Clip:
    """A video to work on.

    Parameters
    ----------
    path : where it lies.
    id : its name in results, unique in a run: a relative path with `/`, extension included.
    split : train, val or test, where a dataset says so.
    label : its class, where a dataset says so.
    group : the source it was cut from, where a dataset says so.
    """

    path: Path
    id: str
    split: str | None = None
    label: str | None = None
    group: str | None = None


@dataclass(frozen=True, repr=False)
class Frames(_Arrays):
    """Some frames of one video, all of one size.

    Parameters
    ----------
    rgb : uint8 (n, h, w, 3).
    seconds : float64 (n,), presentation times on the container's clock.
    index : int64 (n,), 0 for the first frame presented, counting every presented frame.
    """

    rgb: npt.NDArray[np.uint8]
    seconds: npt.NDArray[np.float64]
    index: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        self._check({"rgb": (UINT8, (None, None, None, 3)), "seconds": (FLOAT64, (None,)), "index": (INT64, (None,))})


@dataclass(frozen=True, repr=False)
class Faces(_Arrays):
    """Faces found in some frames.

    Parameters
    ----------
    boxes : float32 (m, 4), x1, y1, x2, y2 in pixels of the frame, inside the frame.
    scores : float32 (m,), the detector's probability of a face, 0 to 1.
    landmarks : float32 (m, 5, 2), x, y in pixels: left eye, right eye, nose, left and right corner of the mouth, as seen in the picture.
    frame : int64 (m,), the `Frames.index` each was found in.
    crops : m arrays uint8 (h, w, 3), RGB, of any size; None until cropped, and where they are no longer wanted.
    track : int64 (m,), the number of each one's person; None until followed.
    quality : float32 (m, 4), the columns of `QUALITY`; None until cropped.
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    landmarks: npt.NDArray[np.float32]
    frame: npt.NDArray[np.int64]
    crops: tuple[npt.NDArray[np.uint8], ...] | None = None
    track: npt.NDArray[np.int64] | None = None
    quality: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        self._check(
            {
                "boxes": (FLOAT32, (None, 4)),
                "scores": (FLOAT32, (None,)),
                "landmarks": (FLOAT32, (None, 5, 2)),
                "frame": (INT64, (None,)),
            },
            optional={"track": (INT64, (None,)), "quality": (FLOAT32, (None, len(QUALITY)))},
        )
        if self.crops is not None and len(self.crops) != len(self.boxes):
            raise ValueError(f"Faces.crops: expected {len(self.boxes)} crops, got {len(self.crops)}")


@dataclass(frozen=True, repr=False)
class Features(_Arrays):
    """What a frozen network says of some crops.

    Parameters
    ----------
    embedding : float32 (m, d), the penultimate vectors.
    probabilities : float32 (m, c), rows that sum to 1, columns in the card's class order.
    valence, arousal : float32 (m,), -1 to 1, or None where the network does not give them.
    """

    embedding: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]
    valence: npt.NDArray[np.float32] | None = None
    arousal: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        self._check(
            {"embedding": (FLOAT32, (None, None)), "probabilities": (FLOAT32, (None, None))},
            optional={"valence": (FLOAT32, (None,)), "arousal": (FLOAT32, (None,))},
        )


@dataclass(frozen=True, repr=False)
class FeatureTable(_Arrays):
    """One descriptor a clip: what `extract` writes, and `fit` and `evaluate` read.

    Parameters
    ----------
    descriptor : float32 (n, k * d), the k statistics of the d-long embeddings, in the order of `provenance["statistics"]`; zeros without a face.
    ids, splits, labels, groups : n strings each; a split, a label or a group that is not known is empty.
    n_frames, n_face_frames : int64 (n,), frames sampled, and those with a face.
    provenance : what the descriptors were made with: dataset, pipeline, extractor (its name and checksum), statistics, versions.
    """

    descriptor: npt.NDArray[np.float32]
    ids: npt.NDArray[np.str_]
    splits: npt.NDArray[np.str_]
    labels: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]
    n_frames: npt.NDArray[np.int64]
    n_face_frames: npt.NDArray[np.int64]
    provenance: dict[str, Any]

    def __post_init__(self) -> None:
        self._check({"descriptor": (FLOAT32, (None, None)), "n_frames": (INT64, (None,)), "n_face_frames": (INT64, (None,))})
        for name in ("ids", "splits", "labels", "groups"):
            array = getattr(self, name)
            if array.dtype.kind != "U" or array.shape != (len(self.descriptor),):
                raise ValueError(f"FeatureTable.{name}: expected strings ({len(self.descriptor)},), got {array.dtype} {array.shape}")
        if not np.isfinite(self.descriptor).all():
            raise ValueError(f"FeatureTable.descriptor: {np.isnan(self.descriptor).any(axis=1).sum()} rows are not numbers")
