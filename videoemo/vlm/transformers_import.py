"""Transformers, which is an extra, imported when a local model is used."""

from __future__ import annotations

import importlib
import importlib.util
import os

from videoemo.errors import InputError
from videoemo.util.messages import one_line

__all__ = ["import_peft", "import_transformers"]


def import_transformers() -> None:
    """Make transformers ready to be imported: nothing of it opens a connection, and a torchvision
    that was built for another torch is mended, beside which none of its processors can be imported.

    Raises
    ------
    InputError
        The extra is missing.
    """
    from videoemo.backends.torchvision_repair import import_torchvision

    # Read when it is imported.
    os.environ["HF_HUB_OFFLINE"] = "1"
    if importlib.util.find_spec("torchvision") is not None:
        import_torchvision()
    _import("transformers")
    from transformers.utils.logging import disable_progress_bar

    # Of the reading of files.
    disable_progress_bar()


def import_peft() -> None:
    """The same for PEFT, which knows low-rank adapters.

    Raises
    ------
    InputError
        The extra is missing.
    """
    import_transformers()
    _import("peft")


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError as exc:
        raise InputError(
            f"local vision-language models need {name} ({one_line(exc)}): pip install "
            "'videoemo[vlm]'"
        ) from exc
