"""Download of one file over HTTP: resumed, retried, limited in size.

requests does the HTTP: proxies of the environment, redirects (to http and https alone), time-outs.
pooch, the usual choice for data files, neither resumes, nor locks, nor limits a size; of this
module it would replace the progress bar only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import NoReturn

import requests
from tqdm import tqdm
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, SSLError

from videoemo._version import __version__
from videoemo.errors import FetchError
from videoemo.util.messages import one_line
from videoemo.util.terminal import safe_stderr
from videoemo.util.text import printable

__all__ = ["download"]

# Seconds to connect to one address of the host, and seconds without a byte.
_TIMEOUTS = (5.0, 30.0)
# Seconds before each further try.
_PAUSES = (1.0, 2.0, 4.0)
# The most bytes of a file whose card gives no size: the published networks have 8 to 40 MB.
_MAX_BYTES = 256 * 2**20
# Bytes written at a time: no more is lost when a connection breaks.
_CHUNK = 2**15
# "Too many requests" and errors of the server are transient; other refusals are permanent.
_TRANSIENT = (429, 500, 502, 503, 504)
# Characters of a library's message that are passed on.
_MESSAGE = 150


class _TransientError(Exception):
    """A fault after which another try may succeed."""


def download(url: str, partial: Path, *, size: int | None) -> None:
    """Download a file, or the rest of one whose beginning is there.

    Whether the beginning is of the file that the server has today, the checksum shows; it is
    stricter than an ETag.

    Parameters
    ----------
    url : str
        The file.
    partial : Path
        Where it is written; it may hold the beginning.
    size : int or None
        Bytes of the whole file, where known.

    Raises
    ------
    FetchError
        It cannot be downloaded. What has arrived is kept, unless it cannot be of use.
    OSError
        `partial` cannot be written.
    """
    with requests.Session() as session:
        for pause in (*_PAUSES, None):
            try:
                _resume(session, url, partial, size)
                return
            except _TransientError as exc:
                if pause is None:
                    raise FetchError(
                        f"cannot fetch {url}: {exc}; try again: it goes on where it stopped"
                    ) from exc
                sleep(pause)


def _resume(session: requests.Session, url: str, partial: Path, size: int | None) -> None:
    n_bytes = partial.stat().st_size if partial.exists() else 0
    with _request(session, url, n_bytes) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            partial.unlink()
            raise _TransientError("the server has less than was fetched before")
        if response.status_code in _TRANSIENT:
            raise _TransientError(f"the server answers {response.status_code} {response.reason}")
        if not response.ok:
            raise FetchError(
                f"cannot fetch {url}: the server answers {response.status_code} {response.reason}"
            )
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {n_bytes}-")
        n_bytes = n_bytes if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = n_bytes + int(length) if re.fullmatch("[0-9]{1,15}", length) else size
        _check_size(total, size, url, partial)
        with partial.open("ab" if resumed else "wb") as file, _bar(partial, total, n_bytes) as bar:
            for chunk in _chunks(response, url):
                n_bytes += len(chunk)
                _check_size(n_bytes, size, url, partial, whole=False)
                file.write(chunk)
                bar.update(len(chunk))


def _request(session: requests.Session, url: str, start: int) -> requests.Response:
    # A compressed response could be neither resumed nor measured.
    headers = {"User-Agent": f"videoemo/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with _translated_errors(url):
        return session.get(url, headers=headers, stream=True, timeout=_TIMEOUTS)


def _chunks(response: requests.Response, url: str) -> Iterator[bytes]:
    with _translated_errors(url):
        yield from response.iter_content(_CHUNK)


def _check_size(
    n_bytes: int | None, size: int | None, url: str, partial: Path, *, whole: bool = True
) -> None:
    """Check the size of a file; of one of another size nothing is kept."""
    limit = size or _MAX_BYTES
    if n_bytes is None or n_bytes == size or (n_bytes <= limit and not (whole and size)):
        return
    partial.unlink(missing_ok=True)
    raise FetchError(
        f"cannot fetch {url}: it has {'more than ' * (not whole)}{n_bytes:,} bytes, "
        f"{'expected' if size else 'allowed'} are {limit:,}"
    )


@contextmanager
def _translated_errors(url: str) -> Iterator[None]:
    """Translate the errors of requests. A host that cannot be reached has been tried at each of its
    addresses and is not tried again; one that stops responding is.
    """
    try:
        yield
    except requests.ReadTimeout as exc:
        raise _TransientError(f"time-out, nothing came for {_TIMEOUTS[1]:g} s") from exc
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as exc:
        cause = getattr(exc.args[0], "reason", exc)
        if isinstance(cause, (ConnectTimeoutError, NewConnectionError, ProxyError, SSLError)):
            reason = one_line(getattr(cause, "original_error", cause), limit=_MESSAGE)
            raise FetchError(
                f"cannot reach {url}: {reason}; check the network and the proxy settings"
            ) from exc
        raise _TransientError(one_line(cause, limit=_MESSAGE)) from exc
    except OSError as exc:
        # Every other error of requests, and its settings' files that are missing.
        raise FetchError(f"cannot fetch {url}: {one_line(exc, limit=_MESSAGE)}") from exc


def _bar(partial: Path, total: int | None, start: int) -> tqdm[NoReturn]:
    # On a terminal only; with the time left.
    return tqdm(
        total=total,
        initial=start,
        unit="B",
        unit_scale=True,
        desc=printable(partial.stem.lstrip(".")),
        file=safe_stderr(),
        disable=None,
        leave=False,
    )
