"""A folder of results, read back: the run, its videos, and their tables, each when it is asked for.

All that stands on results (reports, exports, annotated videos) reads them here. They may come from
elsewhere: no link in them is followed, nothing of theirs is run, and every table is checked.
"""

from __future__ import annotations

from videoemo.results.folder import Results, load_results
from videoemo.results.source import Source
from videoemo.results.video import VideoResults

__all__ = ["Results", "Source", "VideoResults", "load_results"]
