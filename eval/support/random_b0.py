"""EfficientNet-B0 with random numbers for weights, as torch pickles it and as ONNX: the published
network's architecture, at its speed.

    python -m eval.support.random_b0 FOLDER

Run in EmotiEffLib's environment. Writes FOLDER/enet_b0_8_best_afew.pt and .onnx: the names by which
EmotiEffLib asks for them.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from eval.support.peer_emotiefflib import NETWORK
from eval.support.torchvision_nms import Clock, give_nms

SIDE, CLASSES = 224, 8


def main() -> None:
    """Build and write the network."""
    import torch

    give_nms(Clock())
    import timm

    torch.manual_seed(0)
    network: Any = timm.create_model("tf_efficientnet_b0", num_classes=CLASSES)
    with torch.no_grad():
        # Batch norms as after training: numbers of ordinary size in every layer.
        for _ in range(20):
            network.train()(
                torch.randn(8, 3, SIDE, SIDE) * torch.rand(8, 3, 1, 1) + torch.randn(8, 3, 1, 1)
            )
        network.classifier.weight.normal_()
        # One of zeros would share its place in the ONNX file with others, where EmotiEffLib does
        # not find it.
        network.classifier.bias.normal_()
    network.eval()
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(network, folder / f"{NETWORK}.pt")
    with warnings.catch_warnings():
        # The exporter that the published files were made with; its successor needs one more library
        # and a later opset.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, SIDE, SIDE),),
            folder / f"{NETWORK}.onnx",
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            opset_version=11,
            dynamo=False,
        )


if __name__ == "__main__":
    main()
