"""The extra `vlm`, and torchvision, which tests may be without."""

from __future__ import annotations

import importlib.util

import pytest

__all__ = ["needs_timm", "needs_vlm"]

# Looked for, not imported: beside a torchvision that was built for another torch that would fail.
needs_vlm = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("transformers", "peft")),
    reason="transformers and PEFT are missing: the extra vlm",
)

# Networks of timm's, which imports it, stand beside those judged.
needs_timm = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None,
    reason="torchvision is missing, and timm cannot be imported without it",
)
