"""Networks that begin to load, and what becomes of them where one cannot be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.tiny_networks import card_of, write_card
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.errors import WeightsError
from videoemo.inference import models
from videoemo.inference.executor import Executor
from videoemo.inference.processes import can_share_memory
from videoemo.zoo.heads import Head


@pytest.mark.skipif(not can_share_memory(), reason="this system has no processes with networks")
def test_processes_that_began_to_load_are_ended_where_the_network_for_reid_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[psutil.Process]()

    def make_executor(*args: Any, **given: Any) -> Executor:
        before = set(psutil.Process().children())
        executor = made(*args, **given)
        begun.extend(set(psutil.Process().children()) - before)
        return executor

    made = models.make_executor
    monkeypatch.setattr(models, "make_executor", make_executor)
    for module in ("models", "processes"):
        monkeypatch.setattr(f"videoemo.inference.{module}.n_threads", lambda: 2)
    (tmp_path / "identity.onnx").write_bytes(b"no network")
    vector = (Head(name="embedding", kind="embedding", size=64),)
    card = write_card(tmp_path, card_of("identity.onnx", name="identity", outputs=vector))
    pipeline = change_pipeline(load_pipeline(), track_reid=0.5, reid_network=str(card))
    with pytest.raises(WeightsError, match="identity") as refused:
        models.begin_loading(pipeline)
    assert len(begun) == 2
    assert not any(process.is_running() for process in begun)
    # Till here the error holds what had begun: it was not ended for being collected.
    assert refused.traceback
