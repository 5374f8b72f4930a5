"""Class orders: one name and one place for each expression."""

from __future__ import annotations

__all__ = ["AFFECTNET_8", "AFFECTNET_FILE_IDS", "FERPLUS_COLUMNS"]

# The networks' output order is alphabetical (the published AffectNet networks and ours).
AFFECTNET_8 = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")

# What 0 to 7 mean in AffectNet's annotation files (8, 9 and 10 are none, uncertain and no-face).
AFFECTNET_FILE_IDS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")

# The columns of the FER+ label file, ten voters' counts each (Barsoum et al. 2016, arXiv 1608.01041).
FERPLUS_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "not-a-face")
