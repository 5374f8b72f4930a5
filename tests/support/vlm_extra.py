"""The extra `vlm`, which tests may be without."""

from __future__ import annotations

import importlib.util

import pytest

__all__ = ["needs_vlm"]

# Looked for, not imported: beside a torchvision that was built for another torch that would fail.
needs_vlm = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("transformers", "peft")),
    reason="transformers and PEFT are missing: the extra vlm",
)
