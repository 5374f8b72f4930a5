"""The records that the TOML files of `pipelines/` and `eval/protocols/` fill, each with the function that reads it."""

from videoemo.recipes._dataset import DatasetRecipe, Published
from videoemo.recipes._extract import ExtractRecipe, load_extract
from videoemo.recipes._pipeline import Pipeline, change, load_pipeline
from videoemo.recipes._training import Augment, DataRecipe, FacesProtocol, NetworkRecipe, Stage, TrainingRecipe, load_faces_protocol, load_training

__all__ = [
    "Augment",
    "DataRecipe",
    "DatasetRecipe",
    "ExtractRecipe",
    "FacesProtocol",
    "NetworkRecipe",
    "Pipeline",
    "Published",
    "Stage",
    "TrainingRecipe",
    "change",
    "load_extract",
    "load_faces_protocol",
    "load_pipeline",
    "load_training",
]
