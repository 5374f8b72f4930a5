"""Imports what a training imports while it runs: for a process from which trainings are forked, so
that none of them need do so for itself.
"""

from __future__ import annotations

from importlib import import_module

from videoemo.backends.torchvision_repair import import_torchvision

import_torchvision()
for name in ("timm", "pytorch_optimizer", "videoemo.cli.commands", "videoemo.training.run"):
    import_module(name)
