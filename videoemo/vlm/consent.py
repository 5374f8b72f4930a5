"""Which server may get pictures: one on this machine, or the very host that was named for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from videoemo.errors import InputError
from videoemo.util.messages import shown

__all__ = ["Address", "find_address"]

_PLAIN = re.compile(
    r"https?://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?P<path>/[a-z0-9._~/-]*)?",
    re.I,
)
_COMPLETIONS = "/chat/completions"


@dataclass(frozen=True)
class Address:
    """Address of a server that may get pictures.

    Parameters
    ----------
    url : str
        To which questions are posted.
    host : str
        Its host, as what connects reads it.
    loopback : bool
        Whether it is this machine, which pictures do not leave.
    """

    url: str
    host: str
    loopback: bool


def find_address(url: str, send_pictures_to: str | None = None, *, sending: bool = True) -> Address:
    """Find the address of a server of Chat Completions, once it is certain that it may get
    pictures.

    Parameters
    ----------
    url : str
        Such as `http://localhost:11434/v1`; an address without a path gets `/v1`.
    send_pictures_to : str or None
        The host that may get pictures, where that is not this machine.
    sending : bool, default=True
        Whether pictures are to be sent at all.

    Raises
    ------
    InputError
        It is no plain address of http or https, or of a host that was not named.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is None:
        raise InputError(
            f"no address of a server: {shown(url)}; give one such as http://localhost:11434/v1, "
            "without a name, a password or a query"
        )
    base = url.rstrip("/") if (plain["path"] or "").strip("/") else f"{url.rstrip('/')}/v1"
    posted = base if base.endswith(_COMPLETIONS) else base + _COMPLETIONS
    host = _connected_host(posted)
    if host.strip("[]").casefold() != plain["host"].strip("[]").casefold():
        raise InputError(f"no address of a server: {shown(url)} can be read as another host")
    loopback = _is_loopback(host)
    named = None if send_pictures_to is None else send_pictures_to.strip("[]").casefold()
    if sending and not loopback and named != host.casefold():
        other = "" if named is None else f", not to {shown(send_pictures_to)}"
        raise InputError(
            f"pictures of faces would go to {host}{other}: if the people in them agreed to that, "
            f"say so with --send-pictures-to {host}"
        )
    return Address(posted, host, loopback)


def _connected_host(url: str) -> str:
    """The host to which a request goes, by the parser that connects: others may read another."""
    from requests import Request, RequestException
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        prepared = Request("POST", url).prepare().url
        return (parse_url(prepared or "").host or "").strip("[]")
    except (RequestException, LocationParseError, UnicodeError) as exc:
        raise InputError(f"no address of a server: {shown(url)}") from exc


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
