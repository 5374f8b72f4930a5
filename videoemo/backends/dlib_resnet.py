"""dlib's ResNet of 29 convolutions in torch, as a model of timm's: the network of dlib's face
recognition (King 2017, dnn_face_recognition_ex.cpp), after He et al. 2016 (arXiv 1512.03385).
"""

from __future__ import annotations

from typing import Any

from timm.models import register_model
from torch import Tensor, nn
from torch.nn import functional as nn_f

__all__ = ["DlibResNet", "dlib_resnet29"]

# Channels of the blocks from input to output; a block that has another number of channels than the
# one before it, or is the last one, halves the maps.
_CHANNELS = (32, 32, 32, 64, 64, 64, 64, 128, 128, 128, 256, 256, 256, 256)
_HALVING = (3, 7, 10, 13)
_LENGTH = 128


class _Block(nn.Module):
    """Two convolutions and a shortcut; batch norms are part of the convolutions, as in dlib's files
    for inference.
    """

    def __init__(self, channels_in: int, channels: int, *, halves: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            channels_in, channels, 3, stride=2 if halves else 1, padding=0 if halves else 1
        )
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.halves = halves

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(nn_f.relu(self.conv1(x)))
        if self.halves:
            x = nn_f.avg_pool2d(x, 2)
            # dlib fills the smaller of two summands with zeros, in space and in channels.
            y = nn_f.pad(y, (0, x.shape[-1] - y.shape[-1], 0, x.shape[-2] - y.shape[-2]))
            x = nn_f.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return nn_f.relu(x + y)


class DlibResNet(nn.Module):
    """ResNet with 29 convolutions, with the interface of timm's models.

    Parameters
    ----------
    num_classes : int, default=1000
        Outputs of the classifier; 0: none.
    in_chans : int, default=3
        Channels of the input.
    """

    def __init__(self, num_classes: int = 1000, in_chans: int = 3) -> None:
        super().__init__()
        self.num_features = _LENGTH
        self.conv = nn.Conv2d(in_chans, _CHANNELS[0], 7, stride=2)
        before = (_CHANNELS[0], *_CHANNELS)
        self.blocks = nn.Sequential(
            *(
                _Block(channels_in, channels, halves=i in _HALVING)
                for i, (channels_in, channels) in enumerate(zip(before, _CHANNELS, strict=False))
            )
        )
        self.descriptor = nn.Linear(_CHANNELS[-1], _LENGTH, bias=False)
        self.classifier: nn.Module = (
            nn.Linear(_LENGTH, num_classes) if num_classes else nn.Identity()
        )

    def get_classifier(self) -> nn.Module:
        """The last layer."""
        return self.classifier

    def forward_features(self, x: Tensor) -> Tensor:
        """The last maps, float32 (n, 256, h, w)."""
        x = nn_f.max_pool2d(nn_f.relu(self.conv(x)), 3, stride=2)
        maps: Tensor = self.blocks(x)
        return maps

    def forward_head(self, maps: Tensor, pre_logits: bool = False) -> Tensor:
        """The descriptor, float32 (n, 128), or the classifier's outputs of it."""
        descriptor: Tensor = self.descriptor(maps.mean((2, 3)))
        return descriptor if pre_logits else self.classifier(descriptor)

    def forward(self, x: Tensor) -> Tensor:
        """The classifier's outputs, float32 (n, num_classes)."""
        return self.forward_head(self.forward_features(x))


@register_model
def dlib_resnet29(pretrained: bool = False, **given: Any) -> DlibResNet:
    """The model for `timm.create_model`.

    Raises
    ------
    RuntimeError
        `pretrained`: its weights come with a card, not from a hub.
    """
    if pretrained:
        raise RuntimeError("dlib_resnet29 has no ImageNet weights")
    return DlibResNet(num_classes=given.get("num_classes", 1000), in_chans=given.get("in_chans", 3))
