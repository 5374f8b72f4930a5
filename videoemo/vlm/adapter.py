"""Low-rank adapters (LoRA; Hu et al. 2021, arXiv 2106.09685) of a PaliGemma: put in, kept, and
taken up again from safetensors alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from videoemo.errors import WeightsError
from videoemo.util.files import atomic_write, write_json
from videoemo.util.messages import one_line, shown
from videoemo.vlm.transformers_import import import_peft

__all__ = ["WEIGHTS", "Where", "add_adapter", "read_adapter", "write_adapter"]

Where = Literal["everywhere", "text"]

# PEFT's own names, so that others read the folder, too.
WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"

_TARGETS: dict[Where, str] = {
    # Vision tower, projector and language model; never the words themselves.
    "everywhere": "all-linear",
    "text": r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)",
}


def add_adapter(model: nn.Module, where: Where, *, rank: int) -> Any:
    """The model within a fresh adapter, whose weights alone are to be trained; it gives what the
    model gives until they are.

    Parameters
    ----------
    where : {"everywhere", "text"}
        In vision tower, projector and language model, or in the last alone.
    rank : int
        Of each pair of matrices; their product counts twice (`lora_alpha` is twice the rank).

    Raises
    ------
    InputError
        The extra is missing.
    """
    import_peft()
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules=_TARGETS[where], task_type="CAUSAL_LM"
    )
    with _quiet():
        return get_peft_model(model, config)


def write_adapter(model: Any, folder: Path) -> None:
    """Write an adapter's weights, and its settings as PEFT reads them; which base it is of is left
    to the card, for PEFT would keep a path as it was typed.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = model.peft_config["default"].to_dict()
    settings |= {"base_model_name_or_path": None, "inference_mode": True}
    plain = {
        name: sorted(value) if isinstance(value, set) else value for name, value in settings.items()
    }
    with atomic_write(folder / WEIGHTS) as temporary:
        save_file({name: one.contiguous() for name, one in _state(model).items()}, temporary)
        temporary.chmod(0o644)
    write_json(folder / _CONFIG, plain)


def read_adapter(model: Any, path: Path) -> None:
    """Take up an adapter's weights in a model with a fresh one of the same form.

    Raises
    ------
    WeightsError
        Unreadable, or of another form.
    """
    from peft import set_peft_model_state_dict

    try:
        state = load_file(path)
    except Exception as exc:  # safetensors' errors, and those of the disk
        raise WeightsError(f"cannot read the adapter {path}: {one_line(exc, limit=200)}") from exc
    like = _state(model)
    other = sorted(
        name
        for name in {*state, *like}
        if name not in state or name not in like or state[name].shape != like[name].shape
    )
    if other:
        raise WeightsError(
            f"the adapter {path} does not fit its base and the card's rank and place: "
            f"{shown(other[0])} is missing, too many or of another shape"
        )
    if not all(bool(torch.isfinite(one).all()) for one in state.values()):
        raise WeightsError(f"the adapter {path} holds numbers that are not finite")
    with _quiet():
        set_peft_model_state_dict(model, state)


def _state(model: Any) -> dict[str, Tensor]:
    from peft import get_peft_model_state_dict

    state: dict[str, Tensor] = get_peft_model_state_dict(model, save_embedding_layers=False)
    return state


@contextmanager
def _quiet() -> Iterator[None]:
    """PEFT 0.21 asks transformers for a name that it is about to lose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        yield
