"""Records that the packages exchange: frozen dataclasses of NumPy arrays that check their shapes.

Indexing a record of parallel arrays with an integer array, a boolean mask or a slice gives the same
type; `repr` shows shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

__all__ = [
    "QUALITY",
    "Answers",
    "Clip",
    "Faces",
    "FeatureTable",
    "Features",
    "Frames",
    "ParallelArrays",
    "Shapes",
    "Stretch",
    "check_arrays",
    "check_shapes",
]

# The columns of `Faces.quality`; `faces.quality` defines them.
QUALITY = ("sharpness", "yaw", "pitch", "roll")

# Arrays by name: the dtype of each (None for any) and its shape (None for any length).
Shapes = Mapping[str, tuple[np.dtype[Any] | None, tuple[int | None, ...]]]
UINT8, INT64, FLOAT32, FLOAT64 = map(np.dtype, (np.uint8, np.int64, np.float32, np.float64))
BOOL = np.dtype(np.bool_)

Index = slice | npt.NDArray[np.integer[Any]] | npt.NDArray[np.bool_]


def check_arrays(record: object, shapes: Shapes, *, optional: Shapes | None = None) -> None:
    """Check the arrays of a record: their types, and that their lengths agree.

    Parameters
    ----------
    record : object
        A record with these arrays as attributes.
    shapes : mapping of str to (dtype or None, tuple of (int or None))
        The dtype of each array, or None for any; its shape, in which None stands for any length.
        All arrays whose first axis is None must have the same length.
    optional : mapping or None
        The same for arrays that may be absent, that is None.

    Raises
    ------
    ValueError
        The message names the record, the array, and what was expected.
    """
    kind, lengths, optional = type(record).__name__, {}, optional or {}
    for name, (dtype, shape) in {**shapes, **optional}.items():
        array = getattr(record, name)
        if array is None and name in optional:
            continue
        is_array = isinstance(array, np.ndarray)
        if not (is_array and dtype in (None, array.dtype) and _fits(array.shape, shape)):
            wanted = ", ".join("any" if n is None else str(n) for n in shape)
            given = f"{array.dtype} {array.shape}" if is_array else type(array).__name__
            raise ValueError(
                f"{kind}.{name}: expected {dtype or 'an array'} ({wanted}), got {given}"
            )
        if shape[:1] == (None,):
            lengths[name] = len(array)
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{kind}: arrays of different lengths: {lengths}")


def check_shapes(record: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check the arrays of a record whose lengths are known.

    Parameters
    ----------
    record : object
        A record with these arrays as attributes.
    shapes : mapping of str to tuple of int
        The shape of each array.

    Raises
    ------
    ValueError
        The message names the record, the array, and what was expected.
    """
    for name, shape in shapes.items():
        given = getattr(record, name).shape
        if given != shape:
            raise ValueError(f"{type(record).__name__}.{name}: expected {shape}, got {given}")


class ParallelArrays:
    """Base of records of parallel arrays: their length, indexing and repr."""

    _names: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        # Once a class, not by `dataclasses.fields` for each record: many are made.
        cls._names = tuple(cls.__annotations__)

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._names}

    def __len__(self) -> int:
        return len(getattr(self, self._names[0]))

    def __getitem__(self, index: Index) -> Self:
        if not isinstance(index, slice) and np.ndim(index) != 1:
            raise TypeError(
                f"{type(self).__name__} takes a slice, a mask or an integer array, got {index!r}"
            )
        return type(self)(*[_take(part, index) for part in self._parts().values()])

    def __repr__(self) -> str:
        shapes = (f"{name}={_shape(part)}" for name, part in self._parts().items())
        return f"{type(self).__name__}({', '.join(shapes)})"


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    if len(shape) != len(wanted):
        return False
    for want, have in zip(wanted, shape, strict=True):
        if want is not None and want != have:
            return False
    return True


def _take(part: Any, index: Index) -> Any:
    if part is None:
        return None
    if isinstance(part, dict):  # arrays by their names, or provenance, which is of the whole
        return {
            name: value[index] if isinstance(value, np.ndarray) else value
            for name, value in part.items()
        }
    if isinstance(part, np.ndarray) or isinstance(index, slice):
        return part[index]  # of an array, a slice is a view: frames are large
    return tuple(part[i] for i in np.arange(len(part))[index])


def _shape(part: Any) -> str:
    if part is None or isinstance(part, dict):
        return str(part and sorted(part))
    return (
        f"{part.dtype}{list(part.shape)}" if isinstance(part, np.ndarray) else f"{len(part)} arrays"
    )


@dataclass(frozen=True)
class Clip:
    """A video, a picture or a folder of pictures to work on.

    Parameters
    ----------
    path : Path
        The file or folder.
    id : str
        Its name in results, unique in a run: a relative path with `/`, extension included.
    split : str or None
        `train`, `val` or `test`, where a dataset gives one.
    label : str or None
        Its class, where a dataset gives one.
    group : str or None
        The source it was cut from, where a dataset gives one.
    further : dict of str to str
        What else a manifest says of it, by the names of its columns.
    stretch : Stretch or None
        One person's face in some frames, where the clip is no more of the video; None for all.
    """

    path: Path
    id: str
    split: str | None = None
    label: str | None = None
    group: str | None = None
    further: dict[str, str] = field(default_factory=dict, compare=False)
    stretch: Stretch | None = field(default=None, compare=False)


@dataclass(frozen=True, repr=False)
class Stretch(ParallelArrays):
    """One person's face in some frames of a video.

    Parameters
    ----------
    frame : int64 (n,)
        The `Frames.index` of each, ascending.
    seconds : float64 (n,)
        Its presentation time.
    boxes : float32 (n, 4)
        x1, y1, x2, y2 in pixels of the frame.
    """

    frame: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    boxes: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "frame": (INT64, (None,)),
                "seconds": (FLOAT64, (None,)),
                "boxes": (FLOAT32, (None, 4)),
            },
        )


@dataclass(frozen=True, repr=False)
class Frames(ParallelArrays):
    """Frames of one video, all of one size.

    Parameters
    ----------
    rgb : uint8 (n, h, w, 3)
        The pictures.
    seconds : float64 (n,)
        Presentation times on the container's clock.
    index : int64 (n,)
        0 for the first frame presented, counting every presented frame.
    """

    rgb: npt.NDArray[np.uint8]
    seconds: npt.NDArray[np.float64]
    index: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "rgb": (UINT8, (None, None, None, 3)),
                "seconds": (FLOAT64, (None,)),
                "index": (INT64, (None,)),
            },
        )


@dataclass(frozen=True, repr=False)
class Faces(ParallelArrays):
    """Faces detected in frames.

    Parameters
    ----------
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in pixels of the frame, inside the frame.
    scores : float32 (m,)
        The detector's probability of a face, 0 to 1.
    landmarks : float32 (m, 5, 2)
        x, y in pixels: left eye, right eye, nose, left and right corner of the mouth, as seen in
        the picture.
    frame : int64 (m,)
        The `Frames.index` of each one's frame.
    crops : tuple of m uint8 (h, w, 3) or None
        RGB, of any size; None until cropped, and where they are no longer wanted.
    track : int64 (m,) or None
        The number of each one's track; None until tracked.
    quality : float32 (m, 4) or None
        The columns of `QUALITY`; None until cropped.
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    landmarks: npt.NDArray[np.float32]
    frame: npt.NDArray[np.int64]
    crops: tuple[npt.NDArray[np.uint8], ...] | None = None
    track: npt.NDArray[np.int64] | None = None
    quality: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "boxes": (FLOAT32, (None, 4)),
                "scores": (FLOAT32, (None,)),
                "landmarks": (FLOAT32, (None, 5, 2)),
                "frame": (INT64, (None,)),
            },
            optional={"track": (INT64, (None,)), "quality": (FLOAT32, (None, len(QUALITY)))},
        )
        if self.crops is not None and len(self.crops) != len(self.boxes):
            raise ValueError(
                f"Faces.crops: expected {len(self.boxes)} crops, got {len(self.crops)}"
            )


@dataclass(frozen=True, repr=False)
class Features(ParallelArrays):
    """Outputs of an extractor for m crops.

    Parameters
    ----------
    embedding : float32 (m, d)
        The outputs of the penultimate layer.
    probabilities : float32 (m, c)
        Of the expressions: rows that sum to 1, columns in the card's class order; (m, 0) of a
        network that tells none.
    values : dict of str to float32 (m,)
        One number of each head that gives one, by its name: a value, the expected level, such as
        the age, or the probability of the second of two labels.
    distributions : dict of str to float32 (m, k)
        Of each head of other classes than expressions, and of each of levels: rows that sum to 1.
    looked_at : bool (m,) or None
        Whether the outputs are of the crop itself, or of an earlier one that it hardly differs
        from; None where all are of their own.
    """

    embedding: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]
    values: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    distributions: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    looked_at: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {"embedding": (FLOAT32, (None, None)), "probabilities": (FLOAT32, (None, None))},
            optional={"looked_at": (BOOL, (None,))},
        )
        for name, value in self.values.items():
            if value.dtype != FLOAT32 or value.shape != (len(self),):
                raise ValueError(
                    f"Features.values[{name!r}]: expected float32 ({len(self)},), got "
                    f"{value.dtype} {value.shape}"
                )
        for name, rows in self.distributions.items():
            if rows.dtype != FLOAT32 or rows.ndim != 2 or len(rows) != len(self):
                raise ValueError(
                    f"Features.distributions[{name!r}]: expected float32 ({len(self)}, any), got "
                    f"{rows.dtype} {rows.shape}"
                )

    @property
    def outputs(self) -> dict[str, npt.NDArray[np.float32]]:
        """The output of each head by its name: `expression` where there is one, `embedding`, and
        the others; of levels, the expected one.
        """
        expression = {"expression": self.probabilities} if self.probabilities.shape[1] else {}
        return {**expression, "embedding": self.embedding, **self.distributions, **self.values}


@dataclass(frozen=True, repr=False)
class Answers(ParallelArrays):
    """Answers of a labeller about m pictures, some of which may have none.

    Parameters
    ----------
    probabilities : float32 (m, c)
        Of the classes of the task: rows that sum to 1, of a labeller that names a class alone with
        1 for that one; a row of NaN where there is no answer.
    reasons : tuple of m str
        Why there is no answer, in a few words; empty where there is one.
    """

    probabilities: npt.NDArray[np.float32]
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        check_arrays(self, {"probabilities": (FLOAT32, (None, None))})
        if len(self.reasons) != len(self):
            raise ValueError(
                f"Answers.reasons: expected {len(self)} reasons, got {len(self.reasons)}"
            )
        unanswered = np.isnan(self.probabilities)
        wrong = unanswered != np.array([bool(one) for one in self.reasons], np.bool_)[:, None]
        if wrong.any():
            raise ValueError(
                f"Answers.reasons: row {int(wrong.any(axis=1).argmax())} has to have either "
                "probabilities or a reason"
            )

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Whether each picture has an answer, (m,)."""
        return np.array([not one for one in self.reasons], np.bool_)


@dataclass(frozen=True, repr=False)
class FeatureTable(ParallelArrays):
    """Descriptors of labelled clips, one a clip; `extract` writes them, `fit` and `evaluate` read
    them.

    Parameters
    ----------
    descriptor : float32 (n, k * d)
        The k statistics of the d-long embeddings, in the order of `provenance["statistics"]`; zeros
        without a face.
    ids, splits, labels, groups : ndarray of str
        n strings each; an unknown split, label or group is empty.
    n_frames, n_face_frames : int64 (n,)
        Frames sampled, and those with a face.
    provenance : dict of str to object
        What the descriptors depend on: dataset, pipeline, extractor (its name and checksum),
        statistics, versions.
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
        check_arrays(
            self,
            {
                "descriptor": (FLOAT32, (None, None)),
                "n_frames": (INT64, (None,)),
                "n_face_frames": (INT64, (None,)),
            },
        )
        for name in ("ids", "splits", "labels", "groups"):
            array = getattr(self, name)
            if array.dtype.kind != "U" or array.shape != (len(self.descriptor),):
                raise ValueError(
                    f"FeatureTable.{name}: expected strings ({len(self.descriptor)},), got "
                    f"{array.dtype} {array.shape}"
                )
        finite = np.isfinite(self.descriptor).all(axis=1)
        if not finite.all():
            raise ValueError(f"FeatureTable.descriptor: {(~finite).sum()} rows are not numbers")
