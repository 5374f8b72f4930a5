"""Documents of ELAN: the annotations of every tier.

After EAF 3.0. Expat reads them; a document type, and so every entity and external reference, is
refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from videoemo.errors import InputError
from videoemo.study.codes._record import Code, Codes
from videoemo.study.codes._times import milliseconds
from videoemo.util.messages import reason_of, shown
from videoemo.util.regular_files import read_regular
from videoemo.util.xml_events import xml_parser

__all__ = ["read_document"]

_MOST_BYTES = 64 * 1024 * 1024
# Above any depth of tiers that refer to each other.
_DEEPEST = 32


@dataclass
class _Annotation:
    """Annotation: from one time slot to another, or for as long as another annotation."""

    id: str
    ends: tuple[str, str] | None
    refers_to: str
    tier: dict[str, str]
    value: str = ""


def read_document(path: Path) -> Codes:
    """Read a document, `.eaf`.

    Raises
    ------
    InputError
        It cannot be read, or is something else.
    """
    reader = _Reader()
    parser = xml_parser(reader)
    try:
        parser.Parse(read_regular(path, most=_MOST_BYTES), True)
        codes = [reader.code(one) for one in reader.annotations]
    except expat.ExpatError as exc:
        reason = f"line {exc.lineno}: {expat.ErrorString(exc.code)}"
        raise InputError(f"cannot read {str(path)!r} as a document of ELAN: {reason}") from exc
    except (OSError, ValueError, LookupError) as exc:  # the last of an unknown encoding
        raise InputError(
            f"cannot read {str(path)!r} as a document of ELAN: {reason_of(exc)}"
        ) from exc
    timed = tuple(one for one in codes if one is not None)
    return Codes(path, timed, points=len(codes) - len(timed))


@dataclass
class _Reader:
    """Handlers of Expat that collect time slots and annotations."""

    slots: dict[str, int] = field(default_factory=dict)
    annotations: list[_Annotation] = field(default_factory=list)
    _by_id: dict[str, _Annotation] = field(default_factory=dict)
    _tier: dict[str, str] = field(default_factory=dict)
    _value: list[str] | None = None
    _begun: bool = False

    def refuse_doctype(self, *declared: object) -> None:
        raise ValueError("it declares a document type, which ELAN's files do not")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._begun and name != "ANNOTATION_DOCUMENT":
            raise ValueError(f"expected ANNOTATION_DOCUMENT, got {shown(name)}")
        self._begun = True
        if name == "HEADER" and attributes.get("TIME_UNITS", "milliseconds") != "milliseconds":
            units = shown(attributes["TIME_UNITS"])
            raise ValueError(f"times are in {units}: save it with a newer ELAN")
        if name == "TIME_SLOT" and "TIME_VALUE" in attributes:
            self.slots[attributes.get("TIME_SLOT_ID", "")] = milliseconds(attributes["TIME_VALUE"])
        elif name == "TIER":
            self._tier = attributes
        elif name in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            self._add(attributes)
        elif name == "ANNOTATION_VALUE":
            self._value = []

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value.append(data)

    def end(self, name: str) -> None:
        if name == "ANNOTATION_VALUE" and self.annotations:
            self.annotations[-1].value = "".join(self._value or ()).strip()
            self._value = None

    def code(self, annotation: _Annotation) -> Code | None:
        """Annotation with its times; None where it has none."""
        source: _Annotation | None = annotation
        for _ in range(_DEEPEST):
            if source is None or source.ends is not None:
                break
            source = self._by_id.get(source.refers_to)
        if source is None or source.ends is None:
            return None
        start, stop = map(self.slots.get, source.ends)
        if start is None or stop is None or stop < start:
            return None
        tier = annotation.tier
        return Code(
            start,
            stop,
            annotation.value,
            math.nan,
            rater=tier.get("ANNOTATOR", ""),
            subject=tier.get("PARTICIPANT", ""),
            tier=tier.get("TIER_ID", ""),
        )

    def _add(self, attributes: dict[str, str]) -> None:
        slots = attributes.get("TIME_SLOT_REF1"), attributes.get("TIME_SLOT_REF2")
        made = _Annotation(
            attributes.get("ANNOTATION_ID", ""),
            None if slots[0] is None or slots[1] is None else (slots[0], slots[1]),
            attributes.get("ANNOTATION_REF", ""),
            self._tier,
        )
        self.annotations.append(made)
        self._by_id[made.id] = made
