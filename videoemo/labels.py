"""Class orders: one name and one place for each expression."""

from __future__ import annotations

__all__ = ["AFFECTNET_8", "FERPLUS_COLUMNS"]

# The networks' output order is alphabetical (the published AffectNet networks and ours).
AFFECTNET_8 = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")

# The columns of the FER+ label file, ten voters' counts each (Barsoum et al. 2016, arXiv 1608.01041).
FERPLUS_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "not-a-face")
