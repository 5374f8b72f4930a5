"""Tokens of lease owners, fit for file names, and whether an owner's process is alive."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
from functools import cache
from pathlib import Path

__all__ = ["describe_owner", "find_token", "is_alive", "machine_id", "new_token"]

_PROC = Path("/proc")
# machine-pid-start-random. It is in a file's name, so that it is there as soon as the file is, and
# is never read half written.
_TOKEN = re.compile(
    r"(?P<machine>[0-9a-f]{12}|-)-(?P<pid>\d{1,10})-(?P<started>\d{1,20})-[0-9a-f]{16}"
)
# The id of a machine without one.
_UNKNOWN = "-"


def new_token(machine: str) -> str:
    """New token, unique among all processes and within this one.

    Parameters
    ----------
    machine : str
        See `machine_id`.
    """
    return f"{machine}-{os.getpid()}-{_start_time(os.getpid()) or 0}-{secrets.token_hex(8)}"


def find_token(name: str) -> str | None:
    """Find the token in a file's name; None where it has none."""
    found = _TOKEN.search(name)
    return found and found[0]


def is_alive(token: str, *, here: str) -> bool | None:
    """Whether the process of a token is alive; None where this machine cannot know that, only from
    what the process does to the shared folder.

    Parameters
    ----------
    token : str
        The token.
    here : str
        The id of this machine.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or here == _UNKNOWN or found["machine"] != here:
        return None
    # Another process may have the same number later: it started at another time.
    return _start_time(int(found["pid"])) == int(found["started"])


def describe_owner(folder: Path, *, here: str) -> str:
    """The owner of a lease in words for a message.

    Parameters
    ----------
    folder : Path
        The lease's.
    here : str
        The id of this machine.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        names = []
    found = next(filter(None, map(_TOKEN.search, names)), None)
    if found is None or here == _UNKNOWN:
        return "another run"
    where = "of this machine" if found["machine"] == here else "of another machine"
    return f"process {found['pid']} {where}"


@cache
def machine_id(name: str | None = None) -> str:
    """Id of this machine: of the host, its boot, and its PID namespace; `-` without Linux's /proc.

    Two containers of one host have two namespaces; and where /proc hides the processes of other
    users, each user has another id.

    Parameters
    ----------
    name : str or None
        A name in place of all that.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink(_PROC / "self/ns/pid")  # noqa: PTH115 - its target is no path
    except OSError:
        return _UNKNOWN
    about = name or f"{platform.node()} {boot} {namespace} {os.getuid()}"
    return hashlib.sha256(about.encode()).hexdigest()[:12]


def _start_time(pid: int) -> int | None:
    """Start of a process in ticks since the machine's boot; None for one that does not run: gone,
    or dead and not yet reaped.
    """
    try:
        # "pid (name) state ppid ...", where the name may hold anything, parentheses too; proc(5):
        # field 3 is the state, 20 the number of threads, 22 the start.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Killed, the first thread may be dead a moment before the others.
    return None if fields[0] in "ZX" and int(fields[17]) <= 1 else int(fields[19])
