"""Colours that colour-blind readers can tell apart, and inks dark enough to be read."""

from __future__ import annotations

import numpy as np

__all__ = [
    "BAND",
    "BLUE",
    "GREY",
    "HATCH",
    "INK",
    "PALE",
    "RGB",
    "WARNING",
    "WHITE",
    "colours",
    "contrast",
    "ink",
    "ink_on",
    "mix",
]

RGB = tuple[float, float, float]


def _rgb(code: str) -> RGB:
    red, green, blue = bytes.fromhex(code)
    return red / 255, green / 255, blue / 255


# The ten-colour sequence of M. A. Petroff, Accessible Color Sequences for Data Visualization,
# arXiv:2107.02270 (2021), table 1: chosen to stay apart under each kind of colour blindness and
# in lightness.
BLUE, AMBER, RED, SILVER, PURPLE = (
    _rgb("3F90DA"),
    _rgb("FFA90E"),
    _rgb("BD1F01"),
    _rgb("94A4A2"),
    _rgb("832DB6"),
)
BROWN, ORANGE, TAN, SLATE, CYAN = (
    _rgb("A96B59"),
    _rgb("E76300"),
    _rgb("B9AC70"),
    _rgb("717581"),
    _rgb("92DADD"),
)
SEQUENCE = (BLUE, AMBER, RED, SILVER, PURPLE, BROWN, ORANGE, TAN, SLATE, CYAN)
# Of more classes no picture is drawn.
MOST_CLASSES = len(SEQUENCE)

KNOWN = {
    "anger": RED,
    "contempt": BROWN,
    "disgust": TAN,
    "fear": PURPLE,
    "happiness": AMBER,
    "neutral": SILVER,
    "sadness": BLUE,
    "surprise": CYAN,
    "positive": AMBER,
    "negative": BLUE,
}

BLACK, WHITE = _rgb("000000"), _rgb("FFFFFF")
INK = _rgb("222222")
GREY = _rgb("666666")
PALE = _rgb("DDDDDD")
BAND, HATCH = _rgb("F6F6F6"), _rgb("CFCFCF")
WARNING = _rgb("A03000")

# WCAG 2.1, success criterion 1.4.3: the least contrast of text to its background.
CONTRAST = 4.5


def colours(classes: tuple[str, ...]) -> dict[str, RGB]:
    """A colour for each class, always the same one for the expressions known by name.

    Raises
    ------
    ValueError
        More classes than the palette has colours.
    """
    if len(classes) > MOST_CLASSES:
        raise ValueError(f"classes: expected at most {MOST_CLASSES}, got {len(classes)}")
    taken = {name: KNOWN[name] for name in classes if name in KNOWN}
    free = (colour for colour in SEQUENCE if colour not in taken.values())
    return {name: taken[name] if name in taken else next(free) for name in classes}


def mix(colour: RGB, ground: RGB, *, share: float) -> RGB:
    """`share` of `colour` laid on `ground`."""
    red, green, blue = (share * np.array(colour) + (1 - share) * np.array(ground)).tolist()
    return red, green, blue


def ink(colour: RGB) -> RGB:
    """The colour itself, or as little darkened as makes it legible on white."""
    shares = np.arange(100, 0, -5) / 100
    return next(
        dark
        for dark in (mix(colour, BLACK, share=share) for share in shares)
        if contrast(dark, WHITE) >= CONTRAST
    )


def ink_on(ground: RGB) -> RGB:
    """Black or white, whichever contrasts more with `ground`."""
    return BLACK if contrast(BLACK, ground) > contrast(WHITE, ground) else WHITE


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.1 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.1 defines it."""
    channels = np.array(colour)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
