"""Weighted cross-entropy against labels or the voters' distribution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from videoemo.config.training import Stage
from videoemo.datasets.faces.labelled import LabelledFaces, one_hot

__all__ = ["class_weights", "cross_entropy", "prior_shift", "targets"]


def targets(faces: LabelledFaces, stage: Stage, rows: npt.NDArray[np.int64]) -> Tensor:
    """What the network is to say of some faces, float32 (m, c): the voters' shares, or 1 for
    the label.
    """
    return torch.from_numpy(
        faces.shares(rows)
        if stage.targets == "votes"
        else one_hot(faces.labels[rows], len(faces.classes))
    )


def class_weights(faces: LabelledFaces, stage: Stage) -> Tensor:
    """float32 (c,): max count / class count (the seed paper's equation 2, arXiv 2103.17107), to the
    power the stage says; ones at 0.
    """
    counts = faces.counts()
    return torch.from_numpy(((counts.max() / counts) ** stage.class_weights).astype(np.float32))


def prior_shift(faces: LabelledFaces, stage: Stage) -> Tensor:
    """What class weights add to the logits of a network that fits, float32 (c,): the log of
    each weight.

    Taken from the logits, it makes the probabilities right for faces distributed as the training
    faces are (King and Zeng 2001, prior correction; Menon et al. 2021, arXiv 2007.07314).
    """
    return class_weights(faces, stage).log()


def cross_entropy(logits: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """The weighted mean of -log p, as torch's own for labels, and the same formula
    for distributions.

    Parameters
    ----------
    logits, wanted : float32 (n, c)
        Rows of `wanted` sum to 1.
    weights : float32 (c,)
        The weight of each class.
    """
    weighted = wanted * weights  # (n, c)
    return -(weighted * torch.log_softmax(logits, 1)).sum() / weighted.sum()
