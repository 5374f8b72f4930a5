"""Area pooling gives what PyTorch's adaptive average pooling gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from videoemo.faces.pooling import pool_boxes, pool_frames, summed

RGB = np.random.default_rng(0).integers(0, 256, (2, 37, 53, 3), np.uint8)


def torch_pooled(rgb: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.float32]:
    pictures = torch.from_numpy(np.ascontiguousarray(rgb)).permute(0, 3, 1, 2).float()
    return torch.nn.functional.adaptive_avg_pool2d(pictures, (height, width)).numpy()


@pytest.mark.parametrize(("height", "width"), [(37, 53), (12, 17), (36, 52), (1, 2), (74, 60)], ids=["same", "third", "odd", "flat", "larger"])
def test_frames_are_pooled_to_the_bits_of_torch(height: int, width: int) -> None:
    pooled = pool_frames(summed(RGB), height=height, width=width)
    np.testing.assert_array_equal(pooled, torch_pooled(RGB, height, width))


@pytest.mark.parametrize("size", [12, 24])
def test_boxes_are_pooled_to_the_bits_of_torch(size: int) -> None:
    boxes = np.array([[0, 0, 53, 37], [10, 5, 40, 35], [50, 30, 53, 37], [7, 9, 8, 10]])
    frame = np.array([0, 1, 1, 0])
    pooled = pool_boxes(summed(RGB), boxes, table=frame, size=size)
    for (x1, y1, x2, y2), place, one in zip(boxes, frame, pooled, strict=True):
        np.testing.assert_array_equal(one, torch_pooled(RGB[[place], y1:y2, x1:x2], size, size)[0])


def test_sums_beyond_32_bits_do_no_harm() -> None:
    white = np.full((1, 3000, 4000, 3), 255, np.uint8)  # sums to 3.1e9, above 2**31
    sums = summed(white)
    assert (pool_frames(sums, height=20, width=30) == 255).all()
    assert (pool_boxes(sums, np.array([[3000, 2000, 4000, 3000]]), table=np.array([0]), size=24) == 255).all()


@pytest.mark.parametrize("view", [RGB[..., ::-1], RGB[:, ::2, ::3], RGB[:, ::-1]], ids=["bgr", "strided", "upside down"])
def test_frames_need_not_be_contiguous(view: npt.NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(pool_frames(summed(view), height=5, width=5), torch_pooled(view, 5, 5))
