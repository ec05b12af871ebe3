"""A page from the web, for somebody who wants to clip it: how it is asked for, and within bounds.

The only module that imports httpx. A proxy of the environment is used, for some offices have no
other way out; passwords and cookies are neither taken along nor kept.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import httpx

import feedpress
from feedpress.errors import FeedpressError
from feedpress.urls import to_uri

_PAGES = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.ASCII | re.IGNORECASE)
_LOOK = "look whether the address opens in a browser"
_TYPE_IT = "give what you know with --title, --source, --published and --summary"
_UNPACK_BY_HEADER = 32 + zlib.MAX_WBITS  # gzip or zlib
_SLICE = 2**16


class NotFetched(FeedpressError):
    """A page can't be fetched; the message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how far a page is followed, and how much of it is read."""

    seconds: float = 20
    seconds_to_connect: float = 5
    redirects: int = 5
    #: Unpacked; a page is cut there, because its metadata is at its beginning.
    max_bytes: int = 2 * 2**20
    #: The media types that are read, or None for any.
    kinds: tuple[str, ...] | None = _PAGES
    #: What to do if it can't be fetched.
    instead: str = _TYPE_IT


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came: where from in the end, and its bytes."""

    url: str
    data: bytes
    #: As the server calls it.
    charset: str | None


def fetch(url: str, limits: Limits = Limits()) -> Page:
    """Get a page of the web. Raises NotFetched."""
    # In a thread of its own, so that it works in a program that has an event loop, too. (And
    # coverage loses sight of every function that waits for httpx in the same thread.)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _in_time(url, limits)).result()


async def _in_time(url: str, limits: Limits) -> Page:
    try:
        async with asyncio.timeout(limits.seconds):
            return await _fetch(url, limits)
    except TimeoutError as error:
        raise NotFetched(
            f"{_host(url)} did not send the page within {limits.seconds:g} seconds; "
            f"try again later, or {limits.instead}"
        ) from error


async def _fetch(url: str, limits: Limits) -> Page:
    url = _checked(url)
    try:
        async with _client(limits) as client:
            for _ in range(limits.redirects + 1):
                async with client.stream("GET", url) as response:
                    location = response.headers.get("location")
                    if not (response.is_redirect and location):
                        return await _page(url, response, limits)
                url = _checked(urljoin(url, location))
    # An ImportError is a kind of proxy that httpx needs another package for.
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:
        raise _failure(url, error, limits) from error
    raise NotFetched(f"the page leads on more than {limits.redirects} times; {_LOOK}")


def _client(limits: Limits) -> httpx.AsyncClient:
    # Only what is unpacked here, bit by bit: a small body may be packed from gigabytes.
    headers = {
        "User-Agent": f"feedpress/{feedpress.__version__}",
        "Accept": ", ".join(limits.kinds or ("*/*",)),
        "Accept-Encoding": "gzip",
    }
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    timeout = httpx.Timeout(limits.seconds, connect=limits.seconds_to_connect)
    return httpx.AsyncClient(headers=headers, cookies=no_cookies, timeout=timeout)


def _checked(url: str) -> str:
    """Return an address that may be asked for. Raises NotFetched."""
    try:
        uri = to_uri(url)
    except ValueError as error:
        raise NotFetched(f"{url[:200]!r} can't be asked for: {error}") from error
    if urlsplit(uri).username is not None:
        message = "the address holds a name or a password in front of the @"
        raise NotFetched(f"{message}; take it out: nothing secret belongs into a feed")
    return uri


async def _page(url: str, response: httpx.Response, limits: Limits) -> Page:
    if not response.is_success:
        raise _refusal(url, response.status_code, limits)
    content_type = response.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().casefold()
    if limits.kinds is not None and media_type not in limits.kinds:
        kind = repr(media_type[:60]) if media_type else "nothing that says what it is"
        message = f"{_host(url)} sent {kind}, which is not a page that can be read"
        raise NotFetched(f"{message}; {limits.instead}")
    data = b"".join([part async for part in _body(url, response, limits)])
    if not data.strip():
        raise NotFetched(f"{_host(url)} sent an empty page; {_LOOK}")
    charset = _CHARSET.search(content_type)
    return Page(url, data, charset[1] if charset else None)


async def _body(url: str, response: httpx.Response, limits: Limits) -> AsyncIterator[bytes]:
    """Yield the body unpacked, up to a number of bytes."""
    coding = response.headers.get("content-encoding", "identity").strip().casefold()
    if coding not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise NotFetched(f"{_host(url)} packed the page in a way not asked for; {limits.instead}")
    room = limits.max_bytes
    unpacker = None if coding in ("identity", "") else zlib.decompressobj(_UNPACK_BY_HEADER)
    try:
        async for packed in response.aiter_raw():
            for part in _unpacked(packed, unpacker):
                yield part[:room]
                room -= len(part)
                if room <= 0:
                    return
    except zlib.error as error:
        raise NotFetched(f"{_host(url)} sent a page that is damaged; {limits.instead}") from error


def _unpacked(packed: bytes, unpacker: "zlib._Decompress | None") -> Iterator[bytes]:
    if unpacker is None:
        yield packed
        return
    while packed and not unpacker.eof:
        yield unpacker.decompress(packed, _SLICE)
        packed = unpacker.unconsumed_tail


def _refusal(url: str, status: int, limits: Limits) -> NotFetched:
    known = status in HTTPStatus.__members__.values()
    answer = f"{status} ({HTTPStatus(status).phrase})" if known else str(status)
    if status in (404, 410):
        fix = _LOOK
    elif status >= 500:
        fix = f"try again later, or {limits.instead}"
    else:
        fix = f"it may let only people in; {limits.instead}"
    return NotFetched(f"{_host(url)} answered {answer}; {fix}")


def _failure(url: str, error: Exception, limits: Limits) -> NotFetched:
    host = _host(url)
    if cause := _cause(error, socket.gaierror):
        return NotFetched(f"there is no site {host}, or no way to it ({cause}); {_LOOK}")
    if cause := _cause(error, ssl.SSLError):
        return NotFetched(f"{host} can't be trusted: {cause}; {_LOOK}, or {limits.instead}")
    if isinstance(error, httpx.TimeoutException):
        return NotFetched(f"{host} did not answer in time; try again later, or {limits.instead}")
    return NotFetched(f"{host} can't be reached: {error or type(error).__name__}; {_LOOK}")


def _cause(error: BaseException | None, kind: type[OSError]) -> OSError | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
