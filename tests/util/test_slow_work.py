from __future__ import annotations

import pytest

from videoemo.util.slow_work import SlowWork


def test_quick_work_is_not_spoken_of() -> None:
    lines: list[str] = []
    slow = SlowWork(lines.append)
    for n in range(1000):
        slow.go_on(f"{n} done")
    assert lines == []


def test_long_work_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowWork, "INTERVAL", 0.0)
    lines: list[str] = []
    SlowWork(lines.append).go_on("3 of 7 done")
    SlowWork(None).go_on("3 of 7 done")
    assert lines == ["3 of 7 done"]
