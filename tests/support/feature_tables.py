"""A made-up feature table for the tests of fitting, judging and keeping classifiers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from videoemo.records import FeatureTable

CLASSES = ("Angry", "Happy", "Sad")


def toy_table(*, n: int = 60, n_groups: int = 20, **given: Any) -> FeatureTable:
    """Three classes that lie apart, 2 clips of train for 1 of val, groups that stand in one split
    only, a clip in seven without a face.
    """
    rng = np.random.default_rng(0)
    group = np.arange(n) % n_groups
    label = rng.permutation(np.arange(n) % 3)
    descriptor = rng.normal(size=(n, 6))
    descriptor[np.arange(n), label] += 4
    with_face = np.arange(n) % 7 > 0
    table = FeatureTable(
        descriptor=(descriptor * with_face[:, None]).astype(np.float32),
        ids=np.array([f"clip{i}" for i in range(n)]),
        splits=np.where(group % 3 < 2, "train", "val"),
        labels=np.array(CLASSES)[label],
        groups=np.array([f"source{g}" for g in group]),
        n_frames=np.full(n, 9),
        n_face_frames=np.where(with_face, 9, 0),
        provenance={
            "dataset": "toy",
            "pipeline": {"every": 1},
            "extractor": {"name": "net", "checksum": "ab" * 32},
            "statistics": ["mean", "std"],
            "pooling": "video",
        },
    )
    return replace(table, **given)
