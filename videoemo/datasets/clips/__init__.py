"""Clips of folders and of labelled datasets."""

from videoemo.config.dataset import DatasetRecipe, Published
from videoemo.datasets.clips._check import check_lines
from videoemo.datasets.clips._find import find_clips
from videoemo.datasets.clips._labelled import LabelledClips
from videoemo.datasets.clips._load import load_clips
from videoemo.datasets.suffixes import PICTURES, VIDEOS

__all__ = [
    "PICTURES",
    "VIDEOS",
    "DatasetRecipe",
    "LabelledClips",
    "Published",
    "check_lines",
    "find_clips",
    "load_clips",
]
