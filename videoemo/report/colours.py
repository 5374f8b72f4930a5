"""Colours of classes on a page: those of the pictures, for areas and for lines."""

from __future__ import annotations

from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

from videoemo.plots._palette import MOST_CLASSES, RGB, WHITE, colours, contrast

__all__ = ["ClassColour", "class_colours"]

# The grounds of a page, as base.css has them.
_LIGHT, _DARK = WHITE, (0x14 / 255, 0x16 / 255, 0x1A / 255)
# WCAG 2.1, success criterion 1.4.11: the least contrast of what is no text to its ground.
_CONTRAST = 3.0
# Of the lightness, 0 to 1.
_STEP = 0.01


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
            _code(_apart(colour, ground=_LIGHT, step=-_STEP)),
            _code(_apart(colour, ground=_DARK, step=_STEP)),
        )
        for name, colour in of_parts
    }


def _apart(colour: RGB, *, ground: RGB, step: float) -> RGB:
    """The colour, as little lighter or darker as sets it apart from the ground: grey it would be
    taken for another one.
    """
    hue, lightness, saturation = rgb_to_hls(*colour)
    while contrast(colour, ground) < _CONTRAST:
        lightness += step
        colour = hls_to_rgb(hue, lightness, saturation)
    return colour


def _code(colour: RGB) -> str:
    return "#" + bytes(round(255 * part) for part in colour).hex()
