"""Faces labelled with age, gender and ethnicity, as others judged them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import TrainingError
from videoemo.labels import GENDERS

__all__ = ["OLDEST", "AttributeFaces"]

Rows = npt.NDArray[np.int64]

# Years: no label above it is an age.
OLDEST = 120


@dataclass(frozen=True)
class AttributeFaces:
    """Face pictures with attributes; -1 where one is not known.

    Parameters
    ----------
    pictures : Pictures
        n of them.
    age : int64 (n,)
        Years, 0 to 120; the middle of its range where a dataset gives ranges.
    gender : int64 (n,)
        Of `labels.GENDERS`: 0 female, 1 male.
    ethnicity : int64 (n,)
        Of `ethnicities`.
    ethnicities : tuple of str
        Their names, in order.
    groups : tuple of str or None
        Who is seen in each, or which faces look alike: those of a group are of one split.
    """

    pictures: Pictures
    age: npt.NDArray[np.int64]
    gender: npt.NDArray[np.int64]
    ethnicity: npt.NDArray[np.int64]
    ethnicities: tuple[str, ...]
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        n = len(self.pictures)
        most = {"age": OLDEST + 1, "gender": len(GENDERS), "ethnicity": len(self.ethnicities)}
        for name, end in most.items():
            values = getattr(self, name)
            if values.shape != (n,) or values.dtype != np.int64:
                raise ValueError(
                    f"AttributeFaces: expected {name} int64 ({n},), got {values.dtype} "
                    f"{values.shape}"
                )
            if n and not (values.min() >= -1 and values.max() < end):
                raise ValueError(
                    f"AttributeFaces: expected {name} from -1 to {end - 1}, got "
                    f"{values.min()} to {values.max()}"
                )
        if self.groups is not None and len(self.groups) != n:
            raise ValueError(f"AttributeFaces: expected {n} groups, got {len(self.groups)}")

    def __len__(self) -> int:
        return len(self.age)

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Whether anything is known of each, (n,)."""
        return (self.age >= 0) | (self.gender >= 0) | (self.ethnicity >= 0)

    def take(self, rows: Rows) -> AttributeFaces:
        """Some of the faces."""
        return AttributeFaces(
            self.pictures.take(rows),
            self.age[rows],
            self.gender[rows],
            self.ethnicity[rows],
            self.ethnicities,
            None if self.groups is None else tuple(self.groups[row] for row in rows.tolist()),
        )

    def regrouped(self, broader: Mapping[str, str], ethnicities: tuple[str, ...]) -> AttributeFaces:
        """The faces with other ethnicities.

        Parameters
        ----------
        broader : mapping of str to str
            The new ethnicity of each of the present ones, such as `labels.FAIRFACE_ETHNICITIES`.
        ethnicities : tuple of str
            The new ones, in order.
        """
        index = np.array([ethnicities.index(broader[name]) for name in self.ethnicities] + [-1])
        return replace(self, ethnicity=index[self.ethnicity], ethnicities=ethnicities)

    def require_examples(self) -> None:
        """Require that there are faces of each gender and ethnicity, where either is known.

        Raises
        ------
        TrainingError
            There is no face, or one of them has none.
        """
        missing = [] if len(self) else ["a face"]
        for values, names in ((self.gender, GENDERS), (self.ethnicity, self.ethnicities)):
            known = values[values >= 0]
            missing += [name for i, name in enumerate(names) if len(known) and i not in known]
        if missing:
            raise TrainingError(
                f"no example of {', '.join(missing)} among {len(self)} faces: add some"
            )
