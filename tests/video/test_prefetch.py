"""Work done ahead: in order, in bounded number, with its errors, and no longer than it
is wanted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import sleep

import pytest

from videoemo.util.cpu import n_threads
from videoemo.video._prefetch import prefetch


@pytest.fixture(autouse=True)
def _two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.video._prefetch.n_threads", lambda: 2)


def counted(made: list[int], n: int = 100) -> Iterator[int]:
    for i in range(n):
        made.append(i)
        yield i


def test_the_items_come_in_order() -> None:
    assert list(prefetch(counted([]), n=2)) == list(range(100))


def test_no_more_than_asked_for_wait() -> None:
    made: list[int] = []
    taken = prefetch(counted(made), n=2)
    assert next(taken) == 0
    for _ in range(100):
        sleep(0.002)
        assert len(made) <= 4  # the one taken, two that wait, one in the maker's hand
    assert len(made) == 4


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    taken = prefetch(failing(), n=5)
    assert next(taken) == 1
    with pytest.raises(ValueError, match="broken"):
        next(taken)


def test_what_is_no_longer_wanted_is_closed() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            closed.set()

    taken = prefetch(endless(), n=1)
    next(taken)
    taken.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("(_produce)")]


def test_with_one_thread_nothing_is_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.video._prefetch.n_threads", lambda: 1)
    made: list[int] = []
    next(prefetch(counted(made), n=2))
    assert made == [0]


@pytest.mark.parametrize(
    ("numbers", "limit", "expected"), [("1", "", 1), ("", "1", 1), ("8", "1", 1), ("4,2", "1", 1)]
)
def test_no_more_threads_than_the_environment_allows(
    monkeypatch: pytest.MonkeyPatch, numbers: str, limit: str, expected: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", numbers)
    monkeypatch.setenv("OMP_THREAD_LIMIT", limit)
    assert n_threads() == expected
