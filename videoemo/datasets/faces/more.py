"""Faces of further sources added to those that train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.config.face_data import MoreFaces
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.joined import JoinedPictures
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.readers import AnyFaces
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES, FAIRFACE_ETHNICITIES
from videoemo.util.messages import first_names

__all__ = ["with_more"]


def with_more(faces: AnyFaces, more: AnyFaces, recipe: MoreFaces) -> AnyFaces:
    """The faces, and behind them further ones, each as many times as the recipe says.

    Raises
    ------
    TrainingError
        The further ones have a class that the first have not, or are labelled in another way.
    """
    more = more.take(np.tile(np.arange(len(more)), recipe.times))
    pictures = JoinedPictures([faces.pictures, more.pictures])
    groups = (*(faces.groups or ()), *(more.groups or ()))
    if isinstance(faces, LabelledFaces) and isinstance(more, LabelledFaces):
        labels = _numbers(more.classes, faces.classes)[more.labels]
        return LabelledFaces(
            pictures,
            _votes(faces, more, labels, recipe),
            np.concatenate([faces.labels, labels]),
            faces.classes,
            groups,
        )
    if isinstance(faces, AttributeFaces) and isinstance(more, AttributeFaces):
        if faces.ethnicities == ETHNICITIES and set(more.ethnicities) <= set(FAIRFACE_ETHNICITIES):
            more = more.regrouped(FAIRFACE_ETHNICITIES, ETHNICITIES)
        numbers = np.append(_numbers(more.ethnicities, faces.ethnicities), -1)
        return AttributeFaces(
            pictures,
            np.concatenate([faces.age, more.age]),
            np.concatenate([faces.gender, more.gender]),
            np.concatenate([faces.ethnicity, numbers[more.ethnicity]]),
            faces.ethnicities,
            groups,
        )
    raise TrainingError(
        f"data.more: {recipe.kind} has labels of {recipe.labels}, which cannot be added to others"
    )


def _numbers(theirs: tuple[str, ...], ours: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Our number of each of their classes."""
    unknown = [name for name in theirs if name not in ours]
    if unknown:
        raise TrainingError(
            f"data.more: the first faces have no class {first_names(unknown)}, but "
            f"{first_names(ours)}"
        )
    return np.array([ours.index(name) for name in theirs], np.int64)


def _votes(
    faces: LabelledFaces, more: LabelledFaces, labels: npt.NDArray[np.int64], recipe: MoreFaces
) -> npt.NDArray[np.float32] | None:
    """The shares of both; a label of one annotator may stand for what several voters would have
    said: the mean of the shares of the first faces with this label.
    """
    if faces.votes is None and more.votes is None:
        return None
    theirs = replace(more, labels=labels, classes=faces.classes, votes=None).shares()
    if more.votes is not None:
        theirs = np.zeros_like(theirs)
        theirs[:, _numbers(more.classes, faces.classes)] = more.votes
    elif recipe.smoothing == "voters" and faces.votes is not None:
        means = np.eye(len(faces.classes), dtype=np.float32)
        for label in np.unique(faces.labels).tolist():
            means[label] = faces.votes[faces.labels == label].mean(0)
        theirs = means[labels]
    return np.concatenate([faces.shares(), theirs])
