"""Projects of BORIS: the states of every observation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from videoemo.errors import InputError
from videoemo.study.codes._record import Code, Codes
from videoemo.study.codes._times import seconds
from videoemo.util.json_files import parse_object
from videoemo.util.messages import reason_of, shown
from videoemo.util.regular_files import read_regular

__all__ = ["NO_SUBJECT", "read_project"]

# What BORIS writes where nobody is named.
NO_SUBJECT = "No focal subject"
_MOST_BYTES = 16 * 1024 * 1024


def read_project(path: Path) -> Codes:
    """Read a project, `.boris`: JSON in which a state has two events, its start and its stop.

    Raises
    ------
    InputError
        It cannot be read, or is something else, or a state does not stop.
    """
    try:
        project = parse_object(read_regular(path, most=_MOST_BYTES))
        states = {
            _text(one, "code")
            for one in _objects(project, "behaviors_conf").values()
            if "state" in _text(one, "type").lower()
        }
        codes: list[Code] = []
        points, empty = 0, []
        for name, observation in _objects(project, "observations").items():
            events = observation.get("events")
            if not isinstance(events, list):
                raise ValueError(f"observation {shown(name)}: expected events, got {shown(events)}")
            sources = (name, *_files(observation))
            found = list(_states(events, states, name, sources))
            codes += found
            empty += [] if found else [sources]
            points += sum(_event(one)[2] not in states for one in events)
    except (OSError, ValueError) as exc:
        raise InputError(
            f"cannot read {str(path)!r} as a project of BORIS: {reason_of(exc)}"
        ) from exc
    return Codes(path, tuple(codes), from_file=True, points=points, empty=tuple(empty))


def _states(
    events: list[Any], states: set[str], name: str, sources: tuple[str, ...]
) -> Iterator[Code]:
    """States from their starts and stops, in the order of their stops."""
    started: dict[tuple[str, str, str], int] = {}
    for time, subject, word, modifier in sorted(map(_event, events)):
        if word not in states:
            continue
        key = (subject, word, modifier)
        if key in started:
            subject = "" if subject == NO_SUBJECT else subject
            yield Code(started.pop(key), time, word, math.nan, subject=subject, sources=sources)
        else:
            started[key] = time
    for (subject, word, _), time in started.items():
        raise ValueError(
            f"observation {shown(name)}: {shown(word)} of {shown(subject)} that starts at "
            f"{time / 1000:g} s does not stop; stop it in BORIS"
        )


def _event(event: Any) -> tuple[int, str, str, str]:
    if not (isinstance(event, list) and len(event) > 3):
        raise ValueError(f"expected an event of five values, got {shown(event)}")
    return seconds(str(event[0])), str(event[1]), str(event[2]), str(event[3])


def _files(observation: dict[str, Any]) -> list[str]:
    players = observation.get("file")
    listed = players.values() if isinstance(players, dict) else ()
    return [str(name) for files in listed if isinstance(files, list) for name in files]


def _objects(content: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    given = content.get(name)
    if not (isinstance(given, dict) and all(isinstance(one, dict) for one in given.values())):
        raise ValueError(f"{name}: expected objects, got {shown(given)}")
    return given


def _text(content: dict[str, Any], name: str) -> str:
    return str(content.get(name, ""))
