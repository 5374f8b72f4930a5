"""From folders and labelled datasets to clips."""

from videoemo.datasets._check import check_lines
from videoemo.datasets._find import PICTURES, VIDEOS, find_clips
from videoemo.datasets._labelled import Labelled
from videoemo.datasets._load import load_clips
from videoemo.recipes import DatasetRecipe, Published

__all__ = ["PICTURES", "VIDEOS", "DatasetRecipe", "Labelled", "Published", "check_lines", "find_clips", "load_clips"]
