"""The networks of a pipeline, loaded once and used for every video."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from videoemo import faces as face_room
from videoemo.engines.runtime import Runtime
from videoemo.extractor import Extractor, open_extractor
from videoemo.recipes import Pipeline
from videoemo.serving import runtime_of, serving
from videoemo.windows import Classify

__all__ = ["Models", "load_models"]

# Engine -> the module that runs the detector in it; only that one is imported.
_DETECTORS = {"openvino": "mtcnn_openvino", "torch": "mtcnn_torch"}


@dataclass(frozen=True)
class Models:
    """What is loaded once and used for every video.

    Parameters
    ----------
    networks : the detector's.
    extractor : what reads the faces.
    classify : what says of a whole video, and of each window of it, from the vectors of its faces, what it is; or None.
    """

    networks: face_room.Networks
    extractor: Extractor
    classify: Classify | None = None


def load_models(pipeline: Pipeline) -> Models:
    """The detector and the extractor of a pipeline; where that cannot be had, its extractor for offline use, and a line on standard error.

    Raises
    ------
    InputError : unknown extractor.
    FetchError : the extractor is not here and cannot be had, and there is none for offline use.
    WeightsError : weights that are missing or damaged.
    """
    runtime = runtime_of(pipeline)
    _, card, weights = serving(pipeline, notice=lambda text: print(f"notice: {text}", file=sys.stderr))
    return Models(_detector(runtime), open_extractor(card, weights, runtime))


def _detector(runtime: Runtime) -> face_room.Networks:
    load_networks: Callable[[Runtime], face_room.Networks] = import_module(f"videoemo.engines.{_DETECTORS[runtime.engine]}").load_networks
    return load_networks(runtime)
