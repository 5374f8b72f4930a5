"""What it was measured on, and with."""

from __future__ import annotations

import platform
from pathlib import Path

from eval.support.harness import cores
from eval.support.peers import PEERS, installed, peer_worker
from eval.support.results import Machine, Versions
from eval.support.side_by_side import our_worker
from eval.support.workers import Worker

__all__ = ["machine", "versions"]


def machine() -> Machine:
    """This one, and the cores that this process may use."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return Machine(
        cpu=names[0] if names else platform.processor(),
        cores=cores(),
        system=f"{platform.system()} {platform.machine()}",
    )


def versions() -> Versions:
    """Of ourselves, and of each peer that is installed."""
    found = {
        PEERS[peer].environment: _words(peer_worker(peer)) for peer in PEERS if installed(peer)
    }
    return Versions(ours=_words(our_worker()), **found)


def _words(worker: Worker) -> str:
    with worker:
        libraries = [f"{name} {version}" for name, version in worker.facts["versions"].items()]
        threads = [
            f"{name} takes {n} {'thread' if n == 1 else 'threads'}"
            for name, n in worker.facts["threads"].items()
        ]
        return ", ".join(libraries + threads)
