"""Who holds a lease, in a word that is fit for a file's name, and whether he is still alive."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
from functools import cache
from pathlib import Path

__all__ = ["alive", "new_token", "this_machine", "token_in"]

_PROC = Path("/proc")
# machine-pid-start-random: in a name, an owner is there as soon as the file is, and is never read half written.
_TOKEN = re.compile(r"(?P<machine>[0-9a-f]{12}|-)-(?P<pid>\d{1,10})-(?P<started>\d{1,20})-[0-9a-f]{16}")
# Of a machine that cannot be told from others.
_UNKNOWN = "-"


def new_token(machine: str) -> str:
    """A word that no other process has, nor this one a second time.

    Parameters
    ----------
    machine : as `this_machine` has it.
    """
    return f"{machine}-{os.getpid()}-{_started(os.getpid()) or 0}-{secrets.token_hex(8)}"


def token_in(name: str) -> str | None:
    """The token that a file's name begins or ends with."""
    found = _TOKEN.search(name)
    return found and found[0]


def alive(token: str, *, here: str) -> bool | None:
    """Whether the token's process lives; None where that cannot be told from here, only from what it does to the shared folder.

    Parameters
    ----------
    here : this machine.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or here == _UNKNOWN or found["machine"] != here:
        return None
    # Another process may have the same number later: it started at another time.
    return _started(int(found["pid"])) == int(found["started"])


@cache
def this_machine(name: str | None = None) -> str:
    """What tells this machine from others: the host, its boot, and the space that its process numbers are of; `-` without Linux's /proc.

    Two containers of one host have two such spaces; and where /proc hides the processes of others, each user has his own.

    Parameters
    ----------
    name : stands for all that.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink(_PROC / "self/ns/pid")  # noqa: PTH115 - what it says is no path
    except OSError:
        return _UNKNOWN
    about = name or f"{platform.node()} {boot} {space} {os.getuid()}"
    return hashlib.sha256(about.encode()).hexdigest()[:12]


def _started(pid: int) -> int | None:
    """In ticks since the machine's boot; None for a process that does not run: gone, or dead and not yet reaped."""
    try:
        # "pid (name) state ppid ...", where the name may hold anything, parentheses too; proc(5): field 3 is the state, 20 the number of
        # threads, 22 the start.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Killed, the first thread may be dead a moment before the others.
    return None if fields[0] in "ZX" and int(fields[17]) <= 1 else int(fields[19])
