"""Pickle the tiny EfficientNet as the published networks were pickled; run by hand, where timm is
0.9 (README.md beside this file).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import timm
import torch
from torch import nn

from tests.support.tiny_networks import SIDE, make_random, tiny_efficientnet

HERE = Path(__file__).parent

assert timm.__version__.startswith("0.9."), timm.__version__
network = make_random(tiny_efficientnet(), SIDE)
network.classifier = nn.Sequential(network.classifier)  # type: ignore[arg-type]  # as in enet_b0_8_best_afew.pt
torch.save(network, HERE / "timm09_tiny.pt")
x = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, SIDE, SIDE)).astype(np.float32))
with torch.inference_mode():
    embedding = network.forward_head(network.forward_features(x), pre_logits=True)  # type: ignore[operator]
    np.savez(HERE / "timm09_tiny.npz", embedding=embedding.numpy(), outputs=network(x).numpy())
