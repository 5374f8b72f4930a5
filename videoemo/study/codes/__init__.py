"""What people coded by hand: intervals from ELAN, BORIS or a table."""

from __future__ import annotations

from videoemo.study.codes._read import read_codes
from videoemo.study.codes._record import Code, Codes

__all__ = ["Code", "Codes", "read_codes"]
