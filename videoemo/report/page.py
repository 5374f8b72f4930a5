"""Pages of HTML: templates filled in, and the policy that lets nothing else run in them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from videoemo._version import __version__
from videoemo.report.assets import asset_text

__all__ = ["Part", "asset", "render_page"]

# Files beside a page that was opened from disk are no "self" to every browser.
_NEAR = "'self' file:"
# Base 64 digits of a nonce: 128 bits.
_NONCE = 22
# A "<" with which an element would end, or a comment begin.
_ENDS = re.compile("<(?=/script|/style|!--)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A script or a style sheet of a page.

    Parameters
    ----------
    address : str
        Where it is, from the page.
    text : callable
        Gives its text, for a page that holds all in itself.
    """

    address: str
    text: Callable[[], str]


def asset(name: str, *, folder: str) -> Part:
    """One of the files of `write_assets`.

    Parameters
    ----------
    name : str
        Of the file.
    folder : str
        The address of the folder of assets from the page, such as `../assets`.
    """
    return Part(f"{folder}/{name}", lambda: asset_text(name))


def render_page(
    template: str,
    *,
    scripts: Sequence[Part],
    styles: Sequence[Part],
    embed: bool,
    **content: object,
) -> str:
    """A page as text.

    Whatever stands in `content` is escaped. The page says itself that it loads nothing but files
    beside it, or, where all is embedded, nothing but what it holds, by their hashes; no text in it
    is taken for a script.

    Parameters
    ----------
    template : str
        The name of the template, one that extends `base.html`.
    scripts, styles : sequence of Part
        In their order.
    embed : bool
        Whether the page holds the scripts and styles in itself.
    **content : object
        What the template asks for.
    """
    # What Bokeh puts into the page as styles bears this. It depends on all that is on the page, so
    # nobody can have put it into a name.
    digest = hashlib.sha256(repr((template, sorted(content.items()))).encode("utf-8", "replace"))
    nonce = base64.b64encode(digest.digest()).decode()[:_NONCE]
    texts = [
        [_inline(part.text()) for part in parts] if embed else [] for parts in (scripts, styles)
    ]
    return (
        _environment()
        .get_template(template)
        .render(
            **content,
            version=__version__,
            policy=_policy(*texts, nonce=nonce, embed=embed),
            nonce=nonce,
            scripts=[part.address for part in scripts],
            styles=[part.address for part in styles],
            # Ours, Bokeh's, or data that is no markup: see `_inline`.
            script_texts=[Markup(text) for text in texts[0]],
            style_texts=[Markup(text) for text in texts[1]],
            embed=embed,
        )
    )


def _policy(scripts: Sequence[str], styles: Sequence[str], *, nonce: str, embed: bool) -> str:
    """The page's Content-Security-Policy."""
    near = "" if embed else f" {_NEAR}"
    allowed = {
        "script-src": " ".join(map(_hash, scripts)) if embed else _NEAR,
        "style-src": " ".join(
            [*map(_hash, styles), f"'nonce-{nonce}'"] + ([] if embed else [_NEAR])
        ),
        "img-src": f"data: blob:{near}",
        "media-src": f"blob:{near}",
    }
    sources = "; ".join(f"{kind} {given}" for kind, given in allowed.items())
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _inline(text: str) -> str:
    """A script or a style sheet such that nothing in it ends its element."""
    # Such as these stand in strings and patterns of scripts alone, where this is the same.
    return _ENDS.sub(r"\\x3c", text)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
