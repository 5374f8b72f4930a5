"""Colours of classes on a page: those of the pictures, for areas and for lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from videoemo.plots._palette import BLACK, MOST_CLASSES, RGB, WHITE, colours, contrast, mix

__all__ = ["ClassColour", "class_colours"]

# The grounds of a page, as base.css has them.
_LIGHT, _DARK = WHITE, (0x14 / 255, 0x16 / 255, 0x1A / 255)
# WCAG 2.1, success criterion 1.4.11: the least contrast of what is no text to its ground.
_CONTRAST = 3.0


@dataclass(frozen=True)
class ClassColour:
    """Colours of a class, such as `#ffa90e`.

    Parameters
    ----------
    fill : str
        Of areas.
    on_light, on_dark : str
        Of lines on a light and on a dark ground.
    """

    fill: str
    on_light: str
    on_dark: str


def class_colours(classes: Sequence[str]) -> dict[str, ClassColour]:
    """The colours of each class, by its name.

    Parameters
    ----------
    classes : sequence of str
        Of those beyond `plots.MOST_CLASSES`, which no picture shows, each has the colour of
        another one.
    """
    parts = [classes[i : i + MOST_CLASSES] for i in range(0, len(classes), MOST_CLASSES)]
    of_parts = [one for part in parts for one in colours(tuple(part)).items()]
    return {
        name: ClassColour(
            _code(colour),
            _code(_apart(colour, BLACK, ground=_LIGHT)),
            _code(_apart(colour, WHITE, ground=_DARK)),
        )
        for name, colour in of_parts
    }


def _apart(colour: RGB, other: RGB, *, ground: RGB) -> RGB:
    """The colour with as little of another as sets it apart from the ground."""
    shares = np.arange(100, 0, -5) / 100
    return next(
        mixed
        for mixed in (mix(colour, other, share=float(share)) for share in shares)
        if contrast(mixed, ground) >= _CONTRAST
    )


def _code(colour: RGB) -> str:
    return "#" + bytes(round(255 * part) for part in colour).hex()
