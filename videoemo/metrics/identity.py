"""Metrics of face recognition: who is it, of people one photograph of each of whom is known; and
are two photographs of one person.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["identification", "known_and_asked", "verification", "verification_threshold"]

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def known_and_asked(people: Rows, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Split photographs: one random one of each person is known, the others are asked.

    Parameters
    ----------
    people : int64 (n,)
        Who is seen in each photograph.
    rng : numpy.random.Generator
        Draws the photographs.

    Returns
    -------
    tuple of (int64 (p,), int64 (n - p,))
        Their rows, p people.
    """
    order = rng.permutation(len(people))
    known = order[np.unique(people[order], return_index=True)[1]]
    return known, np.setdiff1d(np.arange(len(people)), known)


def identification(vectors: Vectors, people: Rows, known: Rows, asked: Rows) -> float:
    """Accuracy of identification, 0 to 1: the share of the photographs asked whose nearest known
    one, by the Euclidean distance of vectors of length 1, is of the same person.

    Parameters
    ----------
    vectors : float32 (n, d)
        Embeddings, of any length.
    people : int64 (n,)
        Who is seen in each photograph.
    known, asked : int64 (p,) and (m,)
        Rows of the photographs; one known of each person who is asked.
    """
    unit = _of_length_1(vectors)
    # The nearest vector of length 1 is the one with the largest product.
    nearest = known[(unit[asked] @ unit[known].T).argmax(axis=1)]
    return float((people[nearest] == people[asked]).mean())


def verification(
    similarity: npt.NDArray[np.floating], same: npt.NDArray[np.bool_], folds: Rows
) -> npt.NDArray[np.float64]:
    """Accuracy of verification in each fold, float64 (k,), with the threshold that is best for the
    others (G. B. Huang et al., Labeled Faces in the Wild, 2007, section IV).

    Parameters
    ----------
    similarity : float (n,)
        Of the two photographs of each pair; higher is more alike.
    same : bool (n,)
        Whether they are of one person.
    folds : int64 (n,)
        The fold of each pair, 0 to k - 1; k is 2 or more.
    """
    accuracies = []
    for fold in range(int(folds.max()) + 1):
        here = folds == fold
        threshold = verification_threshold(similarity[~here], same[~here])
        accuracies.append(((similarity[here] >= threshold) == same[here]).mean())
    return np.array(accuracies, np.float64)


def verification_threshold(
    similarity: npt.NDArray[np.floating], same: npt.NDArray[np.bool_]
) -> float:
    """The similarity from which calling a pair the same is right most often; halfway between the
    two pairs that it parts, of equally good ones the lowest.
    """
    order = np.argsort(similarity, kind="stable")
    ordered = similarity[order].astype(np.float64)
    # Right with the i lowest called different: those that are, and the same among the others.
    right = np.concatenate([[0], np.cumsum(~same[order])]) + np.concatenate(
        [np.cumsum(same[order][::-1])[::-1], [0]]
    )
    # Not between pairs of one similarity.
    apart = np.concatenate([[True], ordered[1:] > ordered[:-1], [True]])
    i = int(np.where(apart, right, -1).argmax())
    if i in (0, len(ordered)):
        return float(ordered[0] if i == 0 else np.nextafter(ordered[-1], np.inf))
    return float((ordered[i - 1] + ordered[i]) / 2)


def _of_length_1(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny))
