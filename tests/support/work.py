"""Work for worker processes that does what videos may do to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from videoemo.errors import WeightsError

Report = Callable[[int, float], None]


def prepare() -> Callable[[Any, Report], Any]:
    """An item is the name of a function here and its arguments."""
    return lambda item, report: globals()[item[0]](*item[1:], report=report)


def damaged() -> None:
    raise WeightsError("the weights are damaged")


def die_loading() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_loading() -> None:
    raise RuntimeError("a mistake of ours")


def spend_memory_loading() -> Callable[[Any, Report], Any]:
    ballast = b"x" * (200 * 2**20)
    return lambda item, report: len(ballast)


def stand_still_loading(pids: str) -> None:
    """Stops, and so does a process that it has started."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(pids, "w") as file:  # noqa: PTH123
        file.write(f"{os.getpid()} {child.pid}")
    child.send_signal(signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)


def grow_loading() -> None:
    hoard = []
    while True:
        hoard.append(b"x" * (16 * 2**20))
        time.sleep(0.02)


def double(number: int, report: Report) -> int:
    report(number, 1.0)
    return 2 * number


def pid(report: Report) -> int:
    time.sleep(0.05)
    return os.getpid()


def chatter(report: Report) -> str:
    os.write(1, b"a library says hello\n")
    print("and so does a function")
    return sys.stdin.read()


def die(by: int, report: Report) -> None:
    os.kill(os.getpid(), by)


def die_once(marker: str, report: Report) -> str:
    if not os.path.exists(marker):  # noqa: PTH110
        open(marker, "w").close()  # noqa: PTH123
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def sleep(seconds: float, report: Report) -> str:
    report(1, 0.5)
    time.sleep(seconds)
    return "woke up"


def slow(report: Report) -> str:
    for share in (0.25, 0.5, 1.0):
        time.sleep(0.55)
        report(1, share)
    return "slow"


def grow(mebibytes: int, report: Report) -> None:
    hoard = [b"x" * 2**20 for _ in range(mebibytes)]
    time.sleep(30)
    hoard.clear()


def die_with_parent(tries: str, most: int, report: Report) -> str:
    with open(tries, "a+") as file:  # noqa: PTH123
        file.write("x")
        file.seek(0)
        if len(file.read()) > most:
            return "done"
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
    return "lived"
