"""Class names and their orders, and the valence of each expression."""

from __future__ import annotations

__all__ = [
    "AFFECTNET_8",
    "AFFECTNET_FILE_IDS",
    "ALSO_CALLED",
    "ETHNICITIES",
    "FAIRFACE_ETHNICITIES",
    "FERPLUS_COLUMNS",
    "GENDERS",
    "NEGATIVE",
    "POSITIVE",
    "VALENCE",
]

# The networks' output order is alphabetical (the published AffectNet networks and ours).
AFFECTNET_8 = (
    "anger",
    "contempt",
    "disgust",
    "fear",
    "happiness",
    "neutral",
    "sadness",
    "surprise",
)

# The classes 0 to 7 of AffectNet's annotation files (8, 9 and 10 are none, uncertain and no-face).
AFFECTNET_FILE_IDS = (
    "neutral",
    "happiness",
    "sadness",
    "surprise",
    "fear",
    "disgust",
    "anger",
    "contempt",
)

# By which words for how somebody looks datasets of clips, such as AFEW, name these classes.
ALSO_CALLED = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
}

# The columns of the FER+ label file, ten voters' counts each (Barsoum et al. 2016,
# arXiv 1608.01041).
FERPLUS_COLUMNS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "not-a-face",
)

# Valence, -1 to 1: the mean pleasure of the terms happy, sad, angry, disgusted and fearful (J.
# A. Russell and A. Mehrabian, Evidence for a three-factor theory of emotions, Journal of Research
# in Personality 11, 1977, 273-294). Two are not theirs. Contempt, which they did not ask for by
# that name, lies midway between anger and disgust, with which it is grouped (C. E. Izard, Human
# Emotions, 1977). Surprise is 0, not the 0.40 of the word: a surprised face is read as pleasant by
# some and unpleasant by others (M. Neta and P. J. Whalen, Psychological Science 21, 2010, 901-907).
VALENCE = {
    "anger": -0.51,
    "contempt": -0.555,
    "disgust": -0.60,
    "fear": -0.64,
    "happiness": 0.81,
    "neutral": 0.0,
    "sadness": -0.63,
    "surprise": 0.0,
}
# What counts as positive and as negative in a group; of the classes in `VALENCE` the others,
# surprise among them, count as neutral.
POSITIVE = ("happiness",)
NEGATIVE = ("anger", "contempt", "disgust", "fear", "sadness")

# How faces are labelled in datasets of attributes: as others judged them, or as they were found
# on the web. UTKFace's files number the ethnicities so (Zhang et al. 2017, arXiv 1702.08423);
# its "other" are Hispanic, Latino and Middle Eastern.
GENDERS = ("female", "male")
ETHNICITIES = ("white", "black", "asian", "indian", "other")

# The seven of FairFace's label files (Karkkainen and Joo 2021, arXiv 1908.04913), and which of
# UTKFace's five each is.
FAIRFACE_ETHNICITIES = {
    "White": "white",
    "Black": "black",
    "East Asian": "asian",
    "Southeast Asian": "asian",
    "Indian": "indian",
    "Latino_Hispanic": "other",
    "Middle Eastern": "other",
}
