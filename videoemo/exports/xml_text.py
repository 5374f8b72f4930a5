"""Any text in XML 1.0."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape as escape_markup
from xml.sax.saxutils import quoteattr

from videoemo.util.text import escape

__all__ = ["attribute", "content"]

# Beside what `text.escape` writes as escapes, what XML 1.0 has no characters for.
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


def content(text: str) -> str:
    """Text as the content of an element."""
    return escape_markup(_legal(text))


def attribute(text: str) -> str:
    """Text as the value of an attribute, in quotes."""
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    return _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", escape(text))
