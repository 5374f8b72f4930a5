"""Area pooling gives what PyTorch's adaptive average pooling gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from videoemo.faces.detection.pooling import BinnedAxis, PoolingGrids, pool, pool_boxes

pytestmark = pytest.mark.usefixtures("arithmetic")

RGB = np.random.default_rng(0).integers(0, 256, (2, 37, 53, 3), np.uint8)


def torch_pooled(rgb: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.float32]:
    pictures = torch.from_numpy(np.ascontiguousarray(rgb)).permute(0, 3, 1, 2).float()
    means: npt.NDArray[np.float32] = torch.nn.functional.adaptive_avg_pool2d(
        pictures, (height, width)
    ).numpy()
    return (means - np.float32(127.5)) / np.float32(128)


def whole(rgb: npt.NDArray[np.uint8], height: int, width: int) -> PoolingGrids:
    n, tall, wide, _ = rgb.shape
    return PoolingGrids(
        np.arange(n), BinnedAxis(0, wide, width), BinnedAxis(0, tall, height), width, height
    )


@pytest.mark.parametrize(
    ("height", "width"),
    [(37, 53), (12, 17), (36, 52), (1, 2), (74, 60)],
    ids=["same", "third", "odd", "flat", "larger"],
)
def test_frames_are_pooled_to_the_bits_of_torch(height: int, width: int) -> None:
    (pooled,) = pool(list(RGB), [whole(RGB, height, width)])
    np.testing.assert_array_equal(pooled, torch_pooled(RGB, height, width))


@pytest.mark.parametrize("size", [12, 24])
def test_boxes_are_pooled_to_the_bits_of_torch(size: int) -> None:
    boxes = np.array([[0, 0, 53, 37], [10, 5, 40, 35], [50, 30, 53, 37], [7, 9, 8, 10]])
    frame = np.array([0, 1, 1, 0])
    pooled = pool_boxes(list(RGB), boxes, picture=frame, size=size)
    for (x1, y1, x2, y2), place, one in zip(boxes, frame, pooled, strict=True):
        np.testing.assert_array_equal(one, torch_pooled(RGB[[place], y1:y2, x1:x2], size, size)[0])


def test_a_part_of_a_level_is_that_part_of_the_whole_level() -> None:
    level, part = pool(
        list(RGB),
        [
            whole(RGB, 20, 30),
            PoolingGrids(
                np.array([1, 0]),
                BinnedAxis(0, 53, 30, np.array([4, 9])),
                BinnedAxis(0, 37, 20, 7),
                12,
                13,
            ),
        ],
    )
    np.testing.assert_array_equal(part[0], level[1, :, 7:20, 4:16])
    np.testing.assert_array_equal(part[1], level[0, :, 7:20, 9:21])


def test_no_grids_are_no_means() -> None:
    assert pool(list(RGB), []) == []
    assert pool_boxes(
        list(RGB), np.empty((0, 4), np.int64), picture=np.empty(0, np.int64), size=24
    ).shape == (0, 3, 24, 24)


def test_bins_of_many_pixels_do_no_harm() -> None:
    white = np.full((1, 3000, 4000, 3), 255, np.uint8)  # sums to 3.1e9, above 2**31
    (flat,) = pool(list(white), [whole(white, 2, 3)])  # rows of bins sum to more than 16 bits hold
    assert (flat == 127.5 / 128).all()
    box, picture = np.array([[3000, 2000, 4000, 3000]]), np.array([0])
    assert (pool_boxes(list(white), box, picture=picture, size=24) == 127.5 / 128).all()


@pytest.mark.parametrize(
    "view",
    [RGB[..., ::-1], RGB[:, ::2, ::3], RGB[:, ::-1], RGB[:, 3:, 5:50]],
    ids=["bgr", "strided", "upside down", "part"],
)
def test_frames_need_not_be_contiguous(view: npt.NDArray[np.uint8]) -> None:
    (pooled,) = pool(list(view), [whole(view, 5, 5)])
    np.testing.assert_array_equal(pooled, torch_pooled(view, 5, 5))


@pytest.mark.parametrize(
    "x",
    [
        BinnedAxis(-1, 20, 10),
        BinnedAxis(40, 20, 10),
        BinnedAxis(0, 53, 10, 5),
        BinnedAxis(0, 53, 10, -1),
        BinnedAxis(0, 0, 10),
    ],
    ids=["before", "beyond", "more bins than there are", "bins before the first", "empty"],
)
def test_a_grid_beside_its_picture_is_refused(x: BinnedAxis) -> None:
    with pytest.raises(ValueError, match="does not lie on its picture"):
        pool(list(RGB), [PoolingGrids(np.array([0]), x, BinnedAxis(0, 37, 10), 10, 10)])
