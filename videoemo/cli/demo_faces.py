"""The two faces of the demo's clip: a portrait, and the same portrait made to smile."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["Picture", "Smiling", "portrait"]

# RGB, uint8 (h, w, 3).
Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# What a full smile does to the portrait, in its pixels: where it pulls, (x, y); how far, (x, y);
# and how far about that place this is felt, (x, y), the spread of a bell.
_PULLS = (
    ((224, 280), (-10, -11), (24, 26)),  # the corners of the mouth: outwards and up
    ((318, 277), (10, -11), (24, 26)),
    ((271, 286), (0, 5), (26, 11)),  # the middle of the lips stays low
    ((222, 250), (-4, -4), (22, 22)),  # cheeks are lifted
    ((318, 248), (4, -4), (22, 22)),
    ((222, 201), (0, -3), (14, 6)),  # and push up the lower lids
    ((308, 198), (0, -3), (14, 6)),
)
# An old print's shares of red, green and blue: at first sight another picture than the first.
_SEPIA = np.array([1.02, 0.93, 0.80], np.float32)


def portrait() -> Picture:
    """The portrait of Grace Hopper that Matplotlib ships, a picture of the U.S. Navy in the public
    domain: 512 x 600 px, one face, near to neutral.
    """
    from matplotlib.cbook import get_sample_data

    path = str(get_sample_data("grace_hopper.jpg", asfileobj=False))
    return np.asarray(Image.open(path).convert("RGB"))


class Smiling:
    """The second face: the same public-domain portrait, mirrored, toned like an old print, its
    mouth warped. Nobody real smiles there.

    Parameters
    ----------
    face : Picture
        The portrait.
    """

    def __init__(self, face: Picture) -> None:
        height, width = face.shape[:2]
        self._y, self._x = np.mgrid[:height, :width].astype(np.float32)
        self._along, self._down = _displacement(self._x, self._y)
        grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[..., None]
        self._print = np.clip(grey * _SEPIA, 0, 255).round().astype(np.uint8)
        # As it was seen last: it is at rest, or smiles, for seconds.
        self._seen: tuple[float, Picture] | None = None

    def at(self, amount: float) -> Picture:
        """The face with so much of the smile.

        Parameters
        ----------
        amount : float
            From 0, the portrait's own expression, to 1, the whole smile.

        Returns
        -------
        Picture
            Of the portrait's size.
        """
        if self._seen is not None and self._seen[0] == amount:
            return self._seen[1]
        # Each pixel is fetched from where the smile has moved it from.
        x, y = self._x - amount * self._along, self._y - amount * self._down
        smiling = cv2.remap(self._print, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        self._seen = amount, np.asarray(smiling[:, ::-1], np.uint8)
        return self._seen[1]


def _displacement(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """How far the whole smile moves what lies at `x`, `y`: to the right, and down."""
    along, down = np.zeros_like(x), np.zeros_like(y)
    for (x0, y0), (dx, dy), (wide, high) in _PULLS:
        felt = np.exp(-(((x - x0) / wide) ** 2 + ((y - y0) / high) ** 2) / 2)
        along += dx * felt
        down += dy * felt
    return along, down
