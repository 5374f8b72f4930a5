"""The file report.json, as every protocol for faces has it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from videoemo.config.face_protocol import FaceProtocol
from videoemo.config.protocol import Protocol
from videoemo.util.files import write_json
from videoemo.util.versions import versions

__all__ = ["write_report"]


def write_report(folder: Path, protocol: FaceProtocol | Protocol, found: dict[str, Any]) -> None:
    """Write report.json: the protocol, what it found, and the versions of what found it.

    Parameters
    ----------
    folder : Path
        Where it is written.
    protocol : FaceProtocol or Protocol
        How it was judged.
    found : dict of str to object
        Who was judged, and what was found.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    content = {"protocol": asdict(protocol), **found, "versions": versions()}
    write_json(folder / "report.json", content)
