"""Parser of XML from strangers: elements and text as they come, no document types."""

from __future__ import annotations

from typing import Protocol
from xml.parsers import expat

__all__ = ["XmlHandler", "xml_parser"]


class XmlHandler(Protocol):
    """What is called as elements and text come."""

    def refuse_doctype(self, *declared: object) -> None:
        """Raise ValueError: a document type may define entities, which grow without bound."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text within an element, in one piece or several."""


def xml_parser(handler: XmlHandler) -> expat.XMLParserType:
    """Parser that hands what comes to a handler.

    Parameters
    ----------
    handler : XmlHandler
        What is called.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = handler.refuse_doctype
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    return parser
