"""A white page on which lengths are pixels from the top left corner, written to disk as a PNG."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, lru_cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image

from videoemo.plots._palette import HATCH, INK, RGB, WHITE
from videoemo.util.files import atomic_write
from videoemo.util.text import printable

__all__ = ["Canvas", "Points", "drawable", "new_canvas", "open_canvas", "rectangle", "text_width"]

# At 72 dots an inch a point, in which matplotlib measures, is a pixel.
DPI = 72
# What the file says of itself: 1500 pixels print 10 inches wide.
PRINT_DPI = 150
# Dots an inch of a figure for print, see `Canvas.write_for_paper`.
PAPER_DPI = 300
# What can stand in for a character that the font cannot draw.
MISSING = "□"

Align = Literal["left", "center", "right"]
Points = npt.NDArray[np.float64]


@contextmanager
def open_canvas(path: Path, *, width: int, height: int) -> Iterator[Canvas]:
    """Yield a blank page, `width` by `height` pixels; write it to `path` when done.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    with new_canvas(width=width, height=height) as sheet:
        yield sheet
    sheet.write(path)


@contextmanager
def new_canvas(*, width: int, height: int) -> Iterator[Canvas]:
    """Yield a blank page, `width` by `height` pixels, to be drawn on."""
    with _shipped_settings():
        yield Canvas(width, height)


def _shipped_settings() -> AbstractContextManager[None]:
    """Matplotlib's own settings: a user's matplotlibrc and those of a notebook reach into every
    artist, and are put aside while ours are made and drawn.
    """
    shipped = dict(matplotlib.rcParamsDefault)
    del shipped["backend"]
    return matplotlib.rc_context(shipped)


class _Picture(Figure):
    """A figure that a notebook shows, whether or not it has loaded pyplot."""

    def _repr_png_(self) -> bytes:
        png = BytesIO()
        with _shipped_settings():
            self.savefig(png, format="png")
        return png.getvalue()


class Canvas:
    """What can be drawn on a page; later things lie on earlier ones."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._figure = _Picture(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._down = Affine2D().scale(1, -1).translate(0, height)
        self._order = 0

    def rgb(self) -> npt.NDArray[np.uint8]:
        """The page as drawn, uint8 (height, width, 3)."""
        self._canvas.draw()  # type: ignore[no-untyped-call]
        rgba = np.asarray(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        return rgba[:, :, :3].copy()

    def write(self, path: Path) -> None:
        """Write the page as a PNG.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        with _shipped_settings():
            picture = Image.fromarray(self.rgb())
        with atomic_write(path) as temporary:
            picture.save(temporary, format="PNG", dpi=(PRINT_DPI, PRINT_DPI))

    def write_for_paper(self, path: Path) -> None:
        """Write the page for print, a pixel a point: as a PNG of 300 dots an inch, or as an SVG
        whose words are outlines, by the suffix; of a page without pictures.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        with atomic_write(path) as temporary, _shipped_settings():
            # The same bytes each time: without the date, the version and numbers drawn at random.
            matplotlib.rcParams["svg.hashsalt"] = path.stem
            unsaid = (
                {"Date": None, "Creator": None} if path.suffix == ".svg" else {"Software": None}
            )
            self.figure().savefig(temporary, dpi=PAPER_DPI, metadata=unsaid)

    def svg(self) -> str:
        """The page as SVG, on no ground, its words as outlines; of a page without pictures."""
        svg = StringIO()
        with _shipped_settings():
            matplotlib.rcParams["svg.hashsalt"] = "page"
            unsaid = {"Date": None, "Creator": None}
            self.figure().savefig(svg, format="svg", transparent=True, metadata=unsaid)
        return svg.getvalue()

    def figure(self) -> Figure:
        """The page as a figure that can be shown and saved at any size; of one without pictures,
        which are drawn pixel for pixel.
        """
        scaled = self._down + Affine2D().scale(1 / DPI) + self._figure.dpi_scale_trans
        for artist in self._figure.get_children():
            if artist.get_transform() is self._down:
                artist.set_transform(scaled)
        return self._figure

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 19,
        colour: RGB = INK,
        bold: bool = False,
        align: Align = "left",
        room: float | None = None,
    ) -> float:
        """Write one line with its baseline at `y`, its middle left out where it would be wider than
        `room`; return the width written.
        """
        shown = (
            drawable(words)
            if room is None
            else _shortened(drawable(words), room, size=size, bold=bold)
        )
        # Names of files hold dollars: no mathematics is to be seen in them.
        text = Text(
            x,
            y,
            shown,
            color=colour,
            ha=align,
            va="baseline",
            fontproperties=_font(size, bold),
            parse_math=False,
        )
        self._add(text)
        return text_width(shown, size=size, bold=bold)

    def line(
        self,
        points: Iterable[tuple[float, float]],
        *,
        colour: RGB,
        width: float = 1.0,
        alpha: float = 1.0,
        dashes: tuple[float, ...] | None = None,
    ) -> None:
        """Join (x, y) points, dashed by the pixels on and off where they are given."""
        xs, ys = zip(*points, strict=True)
        self._add(
            Line2D(
                xs,
                ys,
                color=colour,
                linewidth=width,
                linestyle="solid" if dashes is None else (0.0, dashes),
                alpha=alpha,
                solid_capstyle="butt",
                solid_joinstyle="round",
            )
        )

    def dots(self, centres: Iterable[tuple[float, float]], *, colour: RGB, size: float) -> None:
        """A disc of `size` pixels across about each (x, y) that is finite."""
        # Not matplotlib's markers, which fall on whole pixels and so beside a line.
        turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        disc = np.column_stack([np.cos(turn), np.sin(turn)]) * size / 2  # (24, 2)
        self.areas(
            [disc + centre for centre in centres if np.isfinite(centre).all()], colour=colour
        )

    def areas(
        self,
        outlines: Iterable[Points],
        *,
        colour: RGB,
        edge: RGB | None = None,
        alpha: float = 1.0,
    ) -> None:
        """Fill closed outlines, each (k, 2)."""
        self._add(
            PathPatch(
                _joined(outlines),
                facecolor=colour,
                edgecolor=edge or colour,
                linewidth=1 if edge else 0,
                alpha=alpha,
                joinstyle="round",
            )
        )

    def zones(self, outlines: Iterable[Points]) -> None:
        """Hatch closed outlines lightly: nothing is known there."""
        self._add(
            PathPatch(_joined(outlines), facecolor=WHITE, edgecolor=HATCH, linewidth=0, hatch="//")
        )

    def box(self, x: float, y: float, width: float, height: float, *, colour: RGB) -> None:
        """Fill a rectangle given by its top left corner."""
        self.areas([rectangle(x, y, width, height)], colour=colour)

    def picture(self, x: int, y: int, rgb: npt.NDArray[np.uint8]) -> None:
        """Put a picture, uint8 (h, w, 3), pixel for pixel, its top left corner at (x, y)."""
        self._order += 1
        self._figure.figimage(
            rgb, x, self.height - y - rgb.shape[0], origin="upper", zorder=self._order
        )

    def _add(self, artist: Artist) -> None:
        self._order += 1
        artist.set(transform=self._down, zorder=self._order)
        self._figure.add_artist(artist)


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    """Its outline, (4, 2)."""
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _joined(outlines: Iterable[Points]) -> Outline:
    """One path: what is drawn at once has one hatch, and is quick."""
    return Outline.make_compound_path(
        *(Outline(np.vstack([outline, outline[:1]]), closed=True) for outline in outlines)
    )


def drawable(words: str) -> str:
    """The words, with escapes for what must not be shown as it is, and a box for each character
    that the font cannot draw.
    """
    known = _glyphs()
    return "".join(char if char in known else MISSING for char in printable(words))


@cache
def _glyphs() -> frozenset[str]:
    """What both the regular and the bold font can draw."""
    regular, heavy = (FT2Font(_font_file(bold)).get_charmap() for bold in (False, True))
    return frozenset(chr(code) for code in regular.keys() & heavy.keys())


def _font_file(bold: bool) -> str:
    # The file that matplotlib brings: a system's font of the same name may be of another version.
    return str(
        Path(
            matplotlib.get_data_path(),
            "fonts",
            "ttf",
            "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf",
        )
    )


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(fname=_font_file(bold), size=size)


@lru_cache(maxsize=2**12)  # labels come again, on a page and on the next
def text_width(words: str, *, size: float, bold: bool = False) -> float:
    """Width of a line that the font can draw, in pixels."""
    return float(
        text_to_path.get_text_width_height_descent(words, _font(size, bold), ismath=False)[0]
    )


def _shortened(words: str, room: float, *, size: float, bold: bool) -> str:
    """The words if they fit into `room` pixels, else their beginning and their end around
    an ellipsis.
    """
    if text_width(words, size=size, bold=bold) <= room:
        return words
    kept = (
        bisect_left(
            range(len(words)),
            True,
            key=lambda n: text_width(_around(words, n), size=size, bold=bold) > room,
        )
        - 1
    )
    return _around(words, max(kept, 0))


def _around(words: str, kept: int) -> str:
    return f"{words[: (kept + 1) // 2]}…{words[len(words) - kept // 2 :]}"
