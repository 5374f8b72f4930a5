"""One file over HTTP into a partial file: resumed, tried again, bounded.

requests does the HTTP: proxies of the environment, redirects (to http and https alone), time-outs. pooch, the usual choice for data files,
neither resumes, nor locks, nor limits a size; what it would leave of this file is the progress bar.
"""

from __future__ import annotations

import sys
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

__all__ = ["download"]

# Seconds to connect to one address of the host, and seconds without a byte.
_TIMEOUTS = (5.0, 30.0)
# Seconds before each further try.
_PAUSES = (1.0, 2.0, 4.0)
# Bytes of a file whose card gives no size: the published networks have 8 to 40 MB.
_LARGEST = 256 * 2**20
# Bytes written at a time: no more is lost when a connection breaks.
_CHUNK = 2**15
# "Too many requests" and faults of the server may pass; other refusals stay.
_MAY_PASS = (429, 500, 502, 503, 504)


class _MayPassError(Exception):
    """A fault after which another try may succeed."""


def download(url: str, partial: Path, *, size: int | None) -> None:
    """Fetch the rest of a file, of which `partial` holds the beginning, or nothing yet.

    Whether the beginning belongs to what the server has today is for the checksum to say; it is a stricter judge than an ETag.

    Parameters
    ----------
    size : bytes of the whole file, where known.

    Raises
    ------
    FetchError : it cannot be had. What has arrived is kept, unless it cannot be of use.
    OSError : `partial` cannot be written.
    """
    with requests.Session() as session:
        for pause in (*_PAUSES, None):
            try:
                _go_on(session, url, partial, size)
                return
            except _MayPassError as exc:
                if pause is None:
                    raise FetchError(f"cannot fetch {url}: {exc}; try again: it goes on where it stopped") from exc
                sleep(pause)


def _go_on(session: requests.Session, url: str, partial: Path, size: int | None) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    with _ask(session, url, have) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            partial.unlink()
            raise _MayPassError("the server has less than was fetched before")
        if answer.status_code in _MAY_PASS:
            raise _MayPassError(f"the server answers {answer.status_code} {answer.reason}")
        if not answer.ok:
            raise FetchError(f"cannot fetch {url}: the server answers {answer.status_code} {answer.reason}")
        resumed = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        have = have if resumed else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else size
        _check_size(total, size, url, partial)
        with partial.open("ab" if resumed else "wb") as file, _bar(partial, total, have) as bar:
            for piece in _pieces(answer, url):
                have += len(piece)
                _check_size(have, size, url, partial, whole=False)
                file.write(piece)
                bar.update(len(piece))


def _ask(session: requests.Session, url: str, have: int) -> requests.Response:
    # A compressed answer could be neither resumed nor measured.
    headers = {"User-Agent": f"videoemo/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with _faults_named(url):
        return session.get(url, headers=headers, stream=True, timeout=_TIMEOUTS)


def _pieces(answer: requests.Response, url: str) -> Iterator[bytes]:
    with _faults_named(url):
        yield from answer.iter_content(_CHUNK)


def _check_size(n_bytes: int | None, size: int | None, url: str, partial: Path, *, whole: bool = True) -> None:
    """Of a file of another size nothing is kept."""
    limit = size or _LARGEST
    if n_bytes is None or n_bytes == size or (n_bytes <= limit and not (whole and size)):
        return
    partial.unlink(missing_ok=True)
    raise FetchError(f"cannot fetch {url}: it has {'more than ' * (not whole)}{n_bytes:,} bytes, {'expected' if size else 'allowed'} are {limit:,}")


@contextmanager
def _faults_named(url: str) -> Iterator[None]:
    """A host that cannot be reached was asked at each of its addresses and is not asked again; one that falls silent is."""
    try:
        yield
    except requests.ReadTimeout as exc:
        raise _MayPassError(f"time-out, nothing came for {_TIMEOUTS[1]:g} s") from exc
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as exc:
        cause = getattr(exc.args[0], "reason", exc)
        if isinstance(cause, (ConnectTimeoutError, NewConnectionError, ProxyError, SSLError)):
            told = _one_line(getattr(cause, "original_error", cause))
            raise FetchError(f"cannot reach {url}: {told}; check the network and the proxy settings") from exc
        raise _MayPassError(_one_line(cause)) from exc
    except OSError as exc:  # every other error of requests, and its settings' files that are missing
        raise FetchError(f"cannot fetch {url}: {_one_line(exc)}") from exc


def _one_line(exc: Exception) -> str:
    return " ".join(str(exc).split())[:150] or type(exc).__name__


def _bar(partial: Path, total: int | None, have: int) -> tqdm[NoReturn]:
    # On a terminal only; with the time left.
    return tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=partial.stem.lstrip("."), file=sys.stderr, disable=None, leave=False)
