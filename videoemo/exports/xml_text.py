"""Any text in XML 1.0."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from videoemo.util.text import printable

__all__ = ["attribute", "content"]

# What XML 1.0 has no characters for: control characters, halves of characters, which stand for
# bytes that are no UTF-8, and two that are none.
_NO_CHARACTERS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def content(text: str) -> str:
    """Text as the content of an element."""
    return escape(_legal(text))


def attribute(text: str) -> str:
    """Text as the value of an attribute, in quotes."""
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    return _NO_CHARACTERS.sub(lambda found: _shown(found[0]), text)


def _shown(character: str) -> str:
    shown = printable(character)
    return shown if shown != character else f"\\u{ord(character):04x}"
