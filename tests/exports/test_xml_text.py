"""Any text in XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from videoemo.exports.xml_text import attribute, content


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<a href='x'>\"&amp;\"</a>", "<a href='x'>\"&amp;\"</a>"),
        ("]]>", "]]>"),
        ("nul\0 esc\x1b", "nul\\x00 esc\\x1b"),
        ("caf\udce9 \ud800 \ufffe\uffff", "caf\\xe9 \\ud800 \\ufffe\\uffff"),
        ("a\\x41 \u202e \x85 \u559c \U0001f600", "a\\x41 \u202e \x85 \u559c \U0001f600"),
    ],
)
def test_what_no_xml_may_hold_is_an_escape(text: str, read: str) -> None:
    element = ElementTree.fromstring(f"<a b={attribute(text)}>{content(text)}</a>".encode())
    assert (element.attrib["b"], element.text) == (read, read)
