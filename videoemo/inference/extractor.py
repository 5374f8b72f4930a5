"""A frozen network: face crops in, penultimate vectors and class probabilities out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from videoemo.backends.network import Network, Outputs, QueuedNetwork, n_outputs
from videoemo.backends.runtime import Runtime, runtime
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import InputError
from videoemo.faces.resize import resize_crop
from videoemo.inference.outputs import features_of
from videoemo.inference.resolve import resolve_weights
from videoemo.inference.trial import try_network
from videoemo.records import Features
from videoemo.zoo.cards import Card

__all__ = ["Extractor", "load_extractor", "open_extractor", "preprocess"]

# Crops made ready at once, which bounds memory: 5 MB at 224 px. Networks take them in parts as it
# suits them.
_BATCH = 8

# Modes of pictures of Pillow's that are as good in RGB.
_MODES = ("1", "L", "P", "RGB", "CMYK", "YCbCr", "HSV")

# Engine, Card.format -> the module that runs it; one is imported when a network of its kind
# is loaded.
_ENGINES = {
    ("openvino", "safetensors"): "timm_openvino",
    ("openvino", "timm-pickle"): "timm_openvino",
    ("openvino", "dlib"): "timm_openvino",
    ("openvino", "onnx"): "openvino_onnx",
    ("torch", "safetensors"): "timm_torch",
    ("torch", "timm-pickle"): "timm_pickle",
    ("torch", "dlib"): "timm_torch",
}


class Extractor:
    """A network with its card; call it on crops.

    Attributes
    ----------
    card : Card
        What it is and where it comes from.
    network : callable
        The function of arrays that runs it: see `backends.network.Network`.
    classes : tuple of str
        The class names, in the order of the columns of `Features.probabilities`.

    Examples
    --------
    >>> import numpy as np, videoemo
    >>> extractor = videoemo.load_extractor()
    >>> extractor([np.zeros((90, 80, 3), np.uint8)]).probabilities.shape
    (1, 8)
    """

    def __init__(self, card: Card, network: Network, heads: Collection[str] | None = None) -> None:
        self.card = card
        self.classes = card.classes
        self.network = network
        self._heads = heads

    def __call__(self, crops: Iterable[npt.NDArray[np.uint8] | Image]) -> Features:
        """Features of face crops; one row a crop, in their order, in which they are taken when
        their turn comes.

        Parameters
        ----------
        crops : iterable of (uint8 (h, w, 3) or PIL.Image.Image)
            RGB, of any size; of a picture of Pillow's, of 8 bits a channel, the pixels as they are.

        Raises
        ------
        ValueError
            It is no iterable of crops, or one is of another shape or type.
        """
        if not isinstance(crops, Iterable) or isinstance(crops, str | bytes):
            raise ValueError(f"crops: expected an iterable of crops, got {type(crops).__name__}")
        embeddings = [np.empty((0, self.card.embedding), np.float32)]
        outputs = [np.empty((0, n_outputs(self.card)), np.float32)]
        for embedding, output in self._outputs(crops):
            embeddings.append(embedding)
            outputs.append(output)
        return features_of(
            self.card, np.concatenate(embeddings), np.concatenate(outputs), heads=self._heads
        )

    def _outputs(self, crops: Iterable[npt.NDArray[np.uint8] | Image]) -> Iterator[Outputs]:
        """The network's outputs, some crops at a time."""
        network = self.network
        if isinstance(network, QueuedNetwork):
            return network.map(self._prepared(crops, at_once=network.batch_size))
        return map(network, self._prepared(crops, at_once=_BATCH))

    def _prepared(
        self, crops: Iterable[npt.NDArray[np.uint8] | Image], *, at_once: int
    ) -> Iterator[npt.NDArray[np.float32]]:
        """The crops as the network wants them, some at a time,
        float32 (n, channels, side, side).
        """
        coming, shape = iter(crops), _shape(self.card)
        while True:
            n, batch = 0, np.empty((at_once, *shape), np.float32)
            for n, crop in enumerate(islice(coming, at_once), start=1):
                _prepare(_pixels(crop), self.card, batch[n - 1])
            if not n:
                return
            yield batch[:n]


def load_extractor(
    name: str | None = None, *, engine: str = "auto", device: str = "cpu", precision: str = "auto"
) -> Extractor:
    """A network by its card's name, or the path of a card of your own; without a name, the one that
    `score` uses.

    A published one is fetched on first use, unless `$VIDEOEMO_OFFLINE` forbids it. One that is not
    published, in ONNX, is tried in a process of its own first, under the `limits` of `score`.

    Parameters
    ----------
    engine, device, precision : str
        What runs it, as in a pipeline; precision "float32" gives the same numbers on
        every processor.

    Raises
    ------
    InputError
        No such network, or an engine that is not here.
    FetchError
        It is not here and cannot be had.
    WeightsError
        Its weights are missing, damaged, of a kind that is not read, or not what its card says.
    """
    pipeline = load_pipeline()
    card, weights = resolve_weights(name or pipeline.network.extractor)
    how = runtime(engine=engine, device=device, precision=precision)
    if (how.engine, card.format) in _ENGINES:
        try_network(card, weights, how, pipeline.limits)
    return open_extractor(card, weights, how)


def open_extractor(
    card: Card, weights: Path, how: Runtime, heads: Collection[str] | None = None
) -> Extractor:
    """The network of a card, from weights that are known to be the card's.

    Parameters
    ----------
    card : Card
        The card.
    weights : Path
        Its weights.
    how : Runtime
        What runs it.
    heads : collection of str or None
        Names of the heads that it is to tell of, beside the embedding; None for all.

    Raises
    ------
    InputError
        The engine cannot run a network of the card's kind.
    WeightsError
        They are not what the card says.
    """
    engine = _ENGINES.get((how.engine, card.format))
    if engine is None:
        raise InputError(
            f"{card.name} is an {card.format.upper()} file, which {how.engine} does not run: give "
            "engine openvino"
        )
    load_network: Callable[[Card, Path, Runtime], Network] = import_module(
        f"videoemo.backends.{engine}"
    ).load_network
    return Extractor(card, load_network(card, weights, how), heads)


def preprocess(crop: npt.NDArray[np.uint8], card: Card) -> npt.NDArray[np.float32]:
    """One crop as the network wants it, whichever engine runs it:
    float32 (channels, side, side).
    """
    prepared = np.empty(_shape(card), np.float32)
    _prepare(crop, card, prepared)
    return prepared


def _shape(card: Card) -> tuple[int, int, int]:
    return (1 if card.colour == "grey" else 3, card.input_size, card.input_size)


def _pixels(crop: npt.NDArray[np.uint8] | Image) -> npt.NDArray[np.uint8]:
    """Pixels of a crop, uint8 (h, w, 3)."""
    if isinstance(crop, np.ndarray):
        return crop
    if not isinstance(crop, Image):
        raise ValueError(
            f"expected a crop uint8 (h, w, 3) or a picture of Pillow's, got {type(crop).__name__}"
        )
    if crop.mode not in _MODES:
        raise ValueError(
            f"expected a picture of 8 bits a channel ({', '.join(_MODES)}), got mode {crop.mode}"
        )
    try:
        return np.asarray(crop.convert("RGB"))
    except OSError as exc:  # it is read from its file only now
        raise ValueError(f"a picture of Pillow's that cannot be read: {exc}") from exc


def _prepare(crop: npt.NDArray[np.uint8], card: Card, prepared: npt.NDArray[np.float32]) -> None:
    resize_crop(crop, _levels(card.mean, card.std), prepared, detail=card.detail)


@cache
def _levels(mean: tuple[float, ...], std: tuple[float, ...]) -> npt.NDArray[np.float32]:
    """What each of the 256 levels of a pixel is to the network, float32 (channels, 256): looked up,
    it need not be calculated a million times.
    """
    share = np.arange(256, dtype=np.float32) / np.float32(255)
    return np.asarray(
        (share - np.array(mean, np.float32)[:, None]) / np.array(std, np.float32)[:, None],
        np.float32,
    )
