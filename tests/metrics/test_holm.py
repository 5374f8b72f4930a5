"""Holm's correction."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from videoemo.errors import VideoemoError
from videoemo.group import corrected
from videoemo.metrics.holm import holm


def test_the_smallest_p_is_multiplied_by_the_number_of_tests() -> None:
    assert holm([0.04, 0.01, 0.03]).tolist() == pytest.approx([0.06, 0.03, 0.06])


def test_it_is_the_correction_of_synchrony_too() -> None:
    p = np.random.default_rng(0).random(20) ** 3
    assert holm(p).tolist() == pytest.approx(corrected(p.tolist()))


def test_what_was_not_tested_does_not_count() -> None:
    found = holm([0.02, np.nan, 0.5])
    assert found[[0, 2]].tolist() == pytest.approx([0.04, 0.5])
    assert np.isnan(found[1])


def test_without_tests_there_is_nothing_to_correct() -> None:
    assert holm([]).shape == (0,)
    assert np.isnan(holm([np.nan])).all()


def test_without_the_extra_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("statsmodels"):
            raise ModuleNotFoundError("No module named 'statsmodels'")
        return whole(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(VideoemoError, match=r"^a comparison needs statsmodels \(.*\): pip install"):
        holm([0.1])
