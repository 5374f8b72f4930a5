"""Columns of numbers as text: what a script reads is what was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.packed import unpacked
from videoemo.report.columns import pack, shares


@pytest.mark.parametrize(
    "column",
    [
        np.array([0, 255, 0, 7], np.uint8),
        np.array([-32768, 32767, -1, 0], np.int16),
        np.array([-(2**31), 2**31 - 1, 5], np.int32),
        np.array([1e9 + 1 / 3, -0.25, 1e-300], np.float64),
        np.array([], np.int32),
    ],
    ids=["bytes", "int16", "int32", "float64", "none"],
)
def test_numbers_come_back_as_they_were(column: npt.NDArray[Any]) -> None:
    found = unpacked(pack({"before": np.arange(3, dtype=np.int16), "it": column}))
    assert np.array_equal(found["it"], column)
    assert found["before"].tolist() == [0, 1, 2]


def test_shares_are_kept_to_a_254th_and_what_is_missing_stays_so() -> None:
    given = np.array([0.0, 1.0, 0.5, np.nan, 1.0000001])
    assert shares(given).tolist() == [0, 254, 127, 255, 254]
