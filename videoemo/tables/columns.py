"""What the tables of a run hold beside the columns that they always have."""

from __future__ import annotations

from dataclasses import dataclass

from videoemo.util.columns import Column, Kind, share

__all__ = ["Columns"]


@dataclass(frozen=True)
class Columns:
    """Columns that a network and a fitted classifier give.

    Parameters
    ----------
    classes : tuple of str
        Of the network.
    values : tuple of str
        The names of its heads of one value.
    scores : tuple of str or None
        The columns of a fitted classifier's scores; None where there is no classifier.
    looked_at : bool, default=False
        Whether rows of faces say if the network looked at them.
    """

    classes: tuple[str, ...]
    values: tuple[str, ...]
    scores: tuple[str, ...] | None
    looked_at: bool = False

    def of_network(self, kind: Kind, *, optional: bool) -> list[Column]:
        """Probabilities and values, as a table has to hold them.

        Parameters
        ----------
        kind : {"float32", "float64"}
            Of all of them.
        optional : bool
            Whether they are missing where there is no face.
        """
        return [
            *(share(name, kind, optional=optional) for name in self.classes),
            *(Column(name, kind, optional=optional) for name in self.values),
        ]

    def of_classifier(self) -> list[Column]:
        """A prediction and its scores, as a CSV file has to hold them; none without a
        classifier.
        """
        if self.scores is None:
            return []
        scores = (Column(name, "float64", optional=True) for name in self.scores)
        return [Column("prediction", "string"), *scores]
