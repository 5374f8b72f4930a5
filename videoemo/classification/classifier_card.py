"""Cards of fitted classifiers, checked: what a file says of itself reaches messages, tables and
pipelines.
"""

from __future__ import annotations

import re
from typing import Any

from videoemo.util.messages import shown

__all__ = ["require_card"]

# Characters of a class, which may be the name of a folder, or of another name; classes. Control
# characters are escaped where a name is shown.
_LONGEST_NAME, _MOST_CLASSES = 255, 1_000
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_-]{0,49}", re.ASCII)


def require_card(card: dict[str, Any]) -> None:
    """Require that a card can be used.

    Keys that only say how features were made may be missing: who needs them asks for them.

    Parameters
    ----------
    card : dict of str to object
        The object in a classifier file, as `parse_object` gives it.

    Raises
    ------
    ValueError
        A value is missing, of another type, or absurd; the message names it.
    """
    classes = card.get("classes")
    if not isinstance(classes, list) or not 2 <= len(classes) <= _MOST_CLASSES:
        raise _wrong("classes", f"a list of 2 to {_MOST_CLASSES:,} names", classes)
    for name in classes:
        _require_name("classes", name)
    # Columns are named after them, in lower case.
    lower = [name.lower() for name in classes]
    if len(set(lower)) < len(lower):
        twice = [name for name in classes if lower.count(name.lower()) > 1]
        raise _wrong("classes", "names that differ by more than case", twice[:2])
    versions = card.get("versions")
    if not isinstance(versions, dict) or versions.get("scikit-learn") is None:
        raise _wrong("versions", "versions of libraries, scikit-learn's among them", versions)
    for library, version in versions.items():
        if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
            raise _wrong(f"versions.{library[:50]}", "a version", version)
    for key in ("classifier", "dataset", "pooling"):
        if card.get(key) is not None:
            _require_name(key, card[key])
    for key in ("extractor", "pipeline", "parameters", "scores"):
        if not isinstance(card.get(key), dict | None):
            raise _wrong(key, "an object", card[key])
    for key, value in (card.get("extractor") or {}).items():
        if not isinstance(value, str):
            raise _wrong(f"extractor.{key[:50]}", "a text", value)
        if key == "name":
            _require_name("extractor.name", value)
    statistics = card.get("statistics")
    if statistics is not None:
        if not isinstance(statistics, list):
            raise _wrong("statistics", "a list of names", statistics)
        for name in statistics:
            _require_name("statistics", name)


def _require_name(key: str, name: object) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise _wrong(key, f"a name of at most {_LONGEST_NAME} characters", name)


def _wrong(key: str, wanted: str, given: object) -> ValueError:
    return ValueError(f"{key}: expected {wanted}, got {shown(given)}")
