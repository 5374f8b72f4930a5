"""pyarrow without pandas, in processes that write tables and do nothing else with them.

When it makes its first array pyarrow imports pandas, so that it can tell pandas's objects from
others: a fifth of a second, and 40 MB, of every process that writes a table.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import Any

__all__ = ["import_pyarrow_alone"]


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, name: str, *_: Any) -> None:
        """Raise ImportError for pandas, leave all else to other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=name)


def import_pyarrow_alone() -> None:
    """Import pyarrow so that it takes pandas for not installed, in this process and from now on;
    unless pandas is imported already.
    """
    if "pandas" in sys.modules:
        return
    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow as pa
        import pyarrow.parquet

        pa.array([0])  # now it looks for pandas, and never again
    finally:
        sys.meta_path.remove(finder)
