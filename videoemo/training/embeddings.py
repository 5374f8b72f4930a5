"""Embeddings of training faces by a frozen network: calculated once, in some variants of each
face, so that heads train in seconds.
"""

from __future__ import annotations

import torch
from torch import Tensor
from tqdm import tqdm

from videoemo.backends.timm_torch import Frozen
from videoemo.config.training import Augment
from videoemo.datasets.faces.pictures import Pictures
from videoemo.training.augment import augment
from videoemo.training.inputs import InputForm, as_input, read_pictures, unchanged
from videoemo.util.terminal import safe_stderr

__all__ = ["embed"]

# Faces that go through the network at once.
_BATCH = 64


@torch.inference_mode()
def embed(
    network: Frozen,
    form: InputForm,
    pictures: Pictures,
    *,
    settings: Augment,
    n: int,
    seed: int,
) -> Tensor:
    """Embeddings of every picture, as it is and changed at random.

    Parameters
    ----------
    settings : Augment
        How pictures are changed.
    n : int
        How many variants of each: the first is of the picture as it is.
    seed : int
        Of the changes.

    Returns
    -------
    float32 (n, m, d)
        Of m pictures.
    """
    draws = torch.Generator().manual_seed(seed)
    rows = torch.arange(len(pictures)).split(_BATCH)
    parts: list[Tensor] = []
    for some in tqdm(
        rows,
        desc="embeddings",
        file=safe_stderr(),
        leave=False,
        disable=None,
        dynamic_ncols=True,
    ):
        faces = read_pictures(form, pictures, some)
        shown = [unchanged(form, faces)]
        shown += [
            augment(faces, settings, size=form.input_size, generator=draws) for _ in range(n - 1)
        ]
        parts.append(torch.stack([network(as_input(form, one))[0] for one in shown]))
    return torch.cat(parts, 1)
