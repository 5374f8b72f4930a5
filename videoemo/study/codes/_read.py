"""Reading of codes by the kind of their file."""

from __future__ import annotations

from pathlib import Path

from videoemo.study.codes._boris import read_project
from videoemo.study.codes._elan import read_document
from videoemo.study.codes._record import Codes
from videoemo.study.codes._tables import read_table

__all__ = ["read_codes"]

_READERS = {".eaf": read_document, ".boris": read_project}


def read_codes(path: Path) -> Codes:
    """Read what people coded by hand.

    Parameters
    ----------
    path : Path
        A document of ELAN (.eaf), a project of BORIS (.boris), or a table: tab-delimited text of
        ELAN, aggregated events of BORIS (CSV or TSV), or one with the columns start, stop, and
        expression or valence.

    Raises
    ------
    InputError
        It cannot be read, or is something else; the message says where.
    """
    return _READERS.get(path.suffix.lower(), read_table)(path)
