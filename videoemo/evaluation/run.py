"""An extractor judged by a protocol's name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from videoemo.config.face_protocol import AuditProtocol, load_face_protocol
from videoemo.config.toml import data_root
from videoemo.datasets.faces.load import load_split
from videoemo.evaluation.audit import audit
from videoemo.evaluation.faces import evaluate_faces
from videoemo.inference.extractor import load_extractor

__all__ = ["ExtractorReport", "evaluate_extractor"]


class ExtractorReport(Protocol):
    """What a protocol found of an extractor."""

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""

    def write(self, folder: Path) -> None:
        """Write report.json, and pictures."""


def evaluate_extractor(
    name: str, *, data: Path | None = None, extractor: str | None = None
) -> ExtractorReport:
    """Judge an extractor by a protocol for faces.

    Parameters
    ----------
    name : str
        The protocol's, in `eval/protocols/`, or the path of a TOML file.
    data : Path or None
        The data's folder; None for `$VIDEOEMO_DATA/<kind>`, or `data/<kind>`.
    extractor : str or None
        The network's name or the path of its card; None for the one that `score` uses.

    Raises
    ------
    InputError
        No such protocol, folder or network, or the protocol cannot be used with it.
    TrainingError
        The data cannot be read.
    """
    protocol = load_face_protocol(name)
    root = data_root(protocol.data_name, data, option="--data")
    network = load_extractor(extractor, precision="float32")
    if isinstance(protocol, AuditProtocol):
        return audit(protocol, root, network)
    return evaluate_faces(protocol, load_split(protocol.data, "valid", root), network)
