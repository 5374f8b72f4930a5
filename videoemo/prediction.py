"""A fitted classifier at work on the videos of a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.aggregate import POOLINGS
from videoemo.cards import Card, card_names
from videoemo.errors import RecipeError, WeightsError
from videoemo.model import SAME, Model
from videoemo.provenance import extractor_of
from videoemo.recipes import Pipeline, change, load_pipeline
from videoemo.records import FeatureTable
from videoemo.tables import Prediction

__all__ = ["ClipClassifier", "pipeline_for"]

# Keys that say how a run reads and writes, not what the classifier gets to see: those are the run's own.
_OF_THE_RUN = (
    *("decoder", "max_pixels", "pictures", "csv", "timeout", "memory"),
    *("group", "group_window", "synchrony_window", "synchrony_lag", "prediction_window", "prediction_step"),
)


class ClipClassifier:
    """The faces of a whole video to its class.

    Parameters
    ----------
    model : what classifies.
    extractor : the card of the network that the vectors come from.

    Raises
    ------
    InputError : the model was fitted on features of another network.
    WeightsError : the model does not say, or not rightly, how its features were pooled.
    """

    def __init__(self, model: Model, extractor: Card) -> None:
        self._model = model
        try:
            self._made = {**{key: model.card[key] for key in SAME}, "extractor": extractor_of(extractor)}
            self._told = {key: model.card[key] for key in ("classifier", "dataset", "classes", "statistics", "pooling")}
            # Whatever would fail on a video fails here, before the first one.
            model.scores(self._table(self.describe(np.zeros(1, np.int64), np.zeros((1, extractor.embedding), np.float32))[None]))
        except (KeyError, TypeError) as exc:
            raise WeightsError(f"the model does not say how its features were pooled ({exc}): fit it again, or ask for another file") from exc
        kind = "probability" if model.probabilistic else "margin"
        self.scores = tuple(f"{kind}_{name.lower()}" for name in model.classes)

    def __call__(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> Prediction:
        """Classify a video; one without a face gets no class.

        Parameters
        ----------
        frame : int64 (m,), the frame of each face, ascending.
        vectors : float32 (m, d).
        """
        if not len(frame):
            return Prediction()
        return self.predictions(self.describe(frame, vectors)[None])[0]

    def describe(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The descriptor of some faces, (k,), pooled as those the model was fitted on."""
        return POOLINGS[self._made["pooling"]](vectors, frame, self._made["statistics"])

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        """The class of each of n descriptors, (n, k)."""
        table = self._table(descriptors)
        labels, scores = self._model.predict(table).tolist(), self._model.scores(table).tolist()
        return [Prediction(str(label), dict(zip(self.scores, told, strict=True))) for label, told in zip(labels, scores, strict=True)]

    def provenance(self) -> dict[str, Any]:
        """What a run's summary says of the classifier."""
        return {**self._told, "sha256": self._model.sha256}

    def _table(self, descriptors: npt.NDArray[np.float32]) -> FeatureTable:
        """Descriptors as a table of clips of which nothing else is known."""
        unknown, n_frames = np.full(len(descriptors), ""), np.zeros(len(descriptors), np.int64)
        return FeatureTable(descriptors, unknown, unknown, unknown, unknown, n_frames, n_frames, self._made)


def pipeline_for(model: Model, name: str | None, **settings: Any) -> tuple[Pipeline, list[str]]:
    """The frames, faces and network that a model was fitted with, or those of a pipeline of one's own; and in words where the two differ.

    Parameters
    ----------
    name : a pipeline's, in place of the model's.
    **settings : keys to change; None leaves one as it is.

    Raises
    ------
    InputError : no such pipeline.
    RecipeError : a value that is not allowed.
    WeightsError : the model says nothing of how its features were made.
    """
    fitted = _fitted_with(model)
    chosen = change(fitted if name is None else load_pipeline(name), **settings)
    ours, theirs = asdict(chosen), asdict(fitted)
    differing = [key for key in theirs if key not in _OF_THE_RUN and ours[key] != theirs[key]]
    return chosen, [f"{key} is {ours[key]}, the model was fitted with {theirs[key]}" for key in differing]


def _fitted_with(model: Model) -> Pipeline:
    try:
        given = {key: value for key, value in model.card["pipeline"].items() if key not in _OF_THE_RUN}
        if model.card.get("pooling") == "person":
            given["faces"] = "track:longest"  # whatever else is in the video, one person is classified
        used = model.card["extractor"]["name"]
        if used in card_names():  # what served, which may be the one for offline use
            given |= {"extractor": used, "extractor_offline": None}
        return change(load_pipeline(), **given)
    except (KeyError, TypeError, AttributeError, RecipeError) as exc:
        raise WeightsError(f"the model does not say how its features were made ({exc}): fit it again, or ask for another file") from exc
