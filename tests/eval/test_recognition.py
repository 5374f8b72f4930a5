from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.recognition import random_weights, told
from videoemo.zoo.cards import find_card


def test_random_weights_are_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    card, _ = find_card(str(random_weights(tmp_path)))
    again, _ = find_card(str(random_weights(tmp_path / "again")))
    assert card == again
    assert card.architecture == find_card("ferplus-small")[0].architecture
    assert card.checksum != find_card("ferplus-small")[0].checksum


def test_a_mean_is_told_with_its_deviation() -> None:
    assert told(np.array([0.4, 0.6]), 1) == "50.0 ± 14.1"
    assert told(np.array([0.4, 0.6]), 2) == "50.0 ± 10.0"
