"""A fitted classifier at work on new videos."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.classification.model_file import SAME, FittedClassifier
from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline
from videoemo.errors import RecipeError, WeightsError
from videoemo.features.pooling import POOLINGS
from videoemo.records import FeatureTable
from videoemo.tables.videos import Prediction
from videoemo.util.messages import one_line
from videoemo.zoo.cards import Card, card_names, extractor_provenance

__all__ = ["ClipClassifier", "pipeline_for"]

# The tables of a pipeline that decide what the classifier gets to see; the others, how frames are
# decoded, and how a video is summed up, are the run's own.
_SEEN = ("sampling", "detection", "tracking", "network")
_OWN = ("decoder", "heads", "max_pixels", "min_coverage", "min_run", "mean_by", "stream")


class ClipClassifier:
    """The faces of a whole video to its class.

    Parameters
    ----------
    classifier : FittedClassifier
        What classifies.
    extractor : Card
        The card of the network that the embeddings come from.

    Raises
    ------
    InputError
        The classifier was fitted on features of another network.
    WeightsError
        The classifier's file does not say, or not rightly, how its features were pooled.
    """

    def __init__(self, classifier: FittedClassifier, extractor: Card) -> None:
        self._classifier = classifier
        try:
            self._made = {
                **{key: classifier.card[key] for key in SAME},
                "extractor": extractor_provenance(extractor),
            }
            self._told = {
                key: classifier.card[key]
                for key in ("classifier", "dataset", "classes", "statistics", "pooling")
            }
            # Whatever would fail on a video fails here, before the first one.
            classifier.scores(
                self._table(
                    self.describe(
                        np.zeros(1, np.int64), np.zeros((1, extractor.embedding), np.float32)
                    )[None]
                )
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise WeightsError(
                "the classifier does not say how its features were pooled "
                f"({one_line(exc, limit=200)}): fit it again, or ask for another file"
            ) from exc
        kind = "probability" if classifier.probabilistic else "margin"
        self.scores = tuple(f"{kind}_{name.lower()}" for name in classifier.classes)

    def __call__(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> Prediction:
        """Classify a video; one without a face gets no class.

        Parameters
        ----------
        frame : int64 (m,)
            The frame of each face, ascending.
        embedding : float32 (m, d)
            One a face.
        """
        if not len(frame):
            return Prediction()
        return self.predictions(self.describe(frame, embedding)[None])[0]

    def describe(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """The descriptor of some faces, (k,), pooled as those the classifier was fitted on."""
        return POOLINGS[self._made["pooling"]](embedding, frame, self._made["statistics"])

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        """The class of each of n descriptors, (n, k)."""
        table = self._table(descriptors)
        labels, scores = (
            self._classifier.predict(table).tolist(),
            self._classifier.scores(table).tolist(),
        )
        return [
            Prediction(str(label), dict(zip(self.scores, row, strict=True)))
            for label, row in zip(labels, scores, strict=True)
        ]

    def provenance(self) -> dict[str, Any]:
        """What a run's summary says of the classifier."""
        return {**self._told, "sha256": self._classifier.sha256}

    def _table(self, descriptors: npt.NDArray[np.float32]) -> FeatureTable:
        """Descriptors as a table of clips of which nothing else is known."""
        unknown, n_frames = np.full(len(descriptors), ""), np.zeros(len(descriptors), np.int64)
        return FeatureTable(
            descriptors, unknown, unknown, unknown, unknown, n_frames, n_frames, self._made
        )


def pipeline_for(
    classifier: FittedClassifier, name: str | None, **settings: Any
) -> tuple[Pipeline, list[str]]:
    """The pipeline that a classifier was fitted with, or one of one's own, with the differences.

    Parameters
    ----------
    classifier : FittedClassifier
        The classifier.
    name : str or None
        A pipeline's, in place of the classifier's.
    **settings : object
        Keys to change.

    Returns
    -------
    pipeline : Pipeline
        What to score with.
    differences : list of str
        In words, where it differs from what the classifier was fitted with.

    Raises
    ------
    InputError
        No such pipeline.
    RecipeError
        A value that is not allowed.
    WeightsError
        The classifier's file says nothing of how its features were made.
    """
    fitted = _fitted_with(classifier)
    chosen = change_pipeline(fitted if name is None else load_pipeline(name), **settings)
    ours, theirs = (_seen(asdict(one)) for one in (chosen, fitted))
    return chosen, [
        f"{key} is {ours[key]}, the classifier was fitted with {theirs[key]}"
        for key in theirs
        if ours[key] != theirs[key]
    ]


def _fitted_with(classifier: FittedClassifier) -> Pipeline:
    try:
        given = _seen(classifier.card["pipeline"])
        if classifier.card.get("pooling") == "track":
            # Whatever else is in the video, one person is classified.
            given["faces"] = "track:longest"
        used = classifier.card["extractor"]["name"]
        if used in card_names():  # what served, which may be the one for offline use
            given |= {"extractor": used, "extractor_offline": None}
        return change_pipeline(load_pipeline(), **given)
    except (KeyError, TypeError, AttributeError, RecipeError) as exc:
        raise WeightsError(
            f"the classifier does not say how its features were made ({one_line(exc, limit=300)}): "
            "fit it again, or ask for another file"
        ) from exc


def _seen(pipeline: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The keys of a pipeline that decide what the classifier gets to see."""
    return {
        key: value
        for section in _SEEN
        for key, value in pipeline[section].items()
        if key not in _OWN
    }
