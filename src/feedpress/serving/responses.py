"""Prepare responses: status, headers and body. No server and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from feedpress import urls
from feedpress.document import IDENTITY, Document, Policy
from feedpress.snapshot import Snapshot

Headers = tuple[tuple[str, str], ...]

_NOT_FOUND = b"There is nothing at this address. The front page lists every feed.\n"
# RFC 9457 §3.1
_NOT_READY = b"""{
  "type": "about:blank",
  "title": "Service Unavailable",
  "status": 503,
  "detail": "The clippings can't be read at the moment. Please try again in a minute."
}
"""
_NO_SLASH = b"This address ends in a slash.\n"
_MOVED = b"This has another address now.\n"
_READ_ONLY = b"What is at this address can only be read.\n"
_RETRY_SECONDS = "60"
_NO_STORE = ("Cache-Control", "no-store")
_METHODS = "GET, HEAD, OPTIONS"

#: What every answer has, errors included: any page's script may read a feed.
CORS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link, Retry-After"),
)


def _policy(policy: Policy) -> str:
    allowed = "script-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
    of_pages = allowed if policy is Policy.PAGE else ""
    ancestors = "" if policy is Policy.EMBED else "; frame-ancestors 'none'"
    own = f"default-src 'none'; style-src 'self'; {of_pages}base-uri 'none'; form-action 'none'"
    return own + ancestors


#: And all but those that only say that nothing has changed.
EVERYWHERE: Headers = (
    *CORS,
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", _policy(Policy.FEED)),
)

# What a script of another site may send, and for how many seconds that holds (Fetch §3.3.3).
_PREFLIGHT: Headers = (
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)

_STALE_WHILE_REVALIDATE = timedelta(hours=1)
_STALE_IF_ERROR = timedelta(days=7)
_SECOND = timedelta(seconds=1)
# nginx takes no more than 4,096 bytes of all fields from behind it, and 4,096 of one in its own
# configuration. The feed itself has every link.
_LONGEST_LINK = 2000
_OVERHEAD = 1500  # bytes of headers and objects for each coding


class Response(NamedTuple):
    """What is sent; without the body for a HEAD request."""

    status: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class PreparedResponses:
    """Every response from one document, by coding, until its headers change."""

    document: Document
    last_modified: datetime
    #: When the headers change; None if nothing is due.
    until: datetime | None
    full: Mapping[str, Response]
    #: The same for a browser that navigates to it: as XML, which browsers style.
    full_as_page: Mapping[str, Response]
    #: 304 (RFC 9110 §15.4.5); empty if the document is gone.
    not_modified: Mapping[str, Response]
    #: The coding of each entity tag, as it stands in If-None-Match.
    codings_by_tag: Mapping[str, str]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return sum(len(body) + _OVERHEAD for body in self.document.codings.values())


def prepare(
    document: Document, snapshot: Snapshot, last_modified: datetime, now: datetime
) -> PreparedResponses:
    """Prepare every response from a document, for as long as its headers stay the same.

    Last-Modified is left out until its second has come (RFC 9110 §8.8.2.1).
    """
    codings = document.codings
    until = headers_change(snapshot, now)
    shared = (
        ("Cache-Control", cache_control(snapshot, now)),
        ("Vary", vary(document)),
        *link_field(document),
    )
    validators: dict[str, Headers] = {}
    # Only a document that is there has validators (RFC 9110 §13.2.1).
    if document.status == 200:
        if now >= last_modified:
            shared = (("Last-Modified", format_datetime(last_modified, usegmt=True)), *shared)
        else:
            until = min(until or last_modified, last_modified)
        validators = {coding: (("ETag", document.tag(coding)),) for coding in codings}
    policy = everywhere(document.policy)
    full = {
        coding: Response(
            _status(document.status),
            (*_content(document, coding), *validators.get(coding, ()), *shared, *policy),
            body,
        )
        for coding, body in codings.items()
    }
    is_styled = document.media_type in urls.STYLED
    return PreparedResponses(
        document,
        last_modified,
        until,
        full,
        {coding: _as_page(each) for coding, each in full.items()} if is_styled else full,
        {
            coding: Response(_status(304), (*own, *shared, *CORS))
            for coding, own in validators.items()
        },
        {document.tag(coding): coding for coding in validators},
    )


def moved(there: str, path: str) -> Response:
    """Send from a path to the one that it is now."""
    return _redirect(urls.relative(there, path), _MOVED)


def with_slash(path: str) -> Response:
    """Send to the same address with a slash at its end."""
    return _redirect(f"{quote(path.rpartition('/')[2])}/", _NO_SLASH)


def _redirect(location: str, body: bytes) -> Response:
    # Relative, because only the outside knows where feedpress is mounted.
    return _text(308, body, ("Location", location))


def preflight() -> Response:
    """Return the answer to OPTIONS, also for scripts of other sites (RFC 9110 §9.3.7)."""
    return Response(_status(204), (("Allow", _METHODS), *_PREFLIGHT, *EVERYWHERE))


def not_ready() -> Response:
    """Ask to try again: there is no snapshot yet (RFC 9110 §15.6.4)."""
    return _now(503, urls.PROBLEM, _NOT_READY)


def health(body: bytes, *, is_up: bool) -> Response:
    """Return the state of the server, for operators."""
    return _now(200 if is_up else 503, urls.JSON, body)


def refusal(status: int, *more: tuple[str, str]) -> Response:
    """Refuse, in words for people; with 405 goes what is allowed (RFC 9110 §15.5.6)."""
    match status:
        case 404:
            return _text(404, _NOT_FOUND, *more)
        case 405:
            return _text(405, _READ_ONLY, ("Allow", _METHODS), *more)
        case _:
            return _text(status, f"{HTTPStatus(status).phrase}.\n".encode(), *more)


def everywhere(policy: Policy) -> Headers:
    """Return what every answer has with something to show."""
    *most, _ = EVERYWHERE
    return (*most, ("Content-Security-Policy", _policy(policy)))


def cache_control(snapshot: Snapshot, now: datetime) -> str:
    """Return the Cache-Control of an answer, which is fresh until the next change is due.

    See RFC 9111 §5.2.2 and RFC 5861.
    """
    fresh, stale = snapshot.cache_time, _STALE_WHILE_REVALIDATE
    if snapshot.next_due:
        left = max(snapshot.next_due - now, timedelta())
        fresh = min(fresh, left)
        stale = min(stale, left - fresh)
    return (
        f"public, max-age={fresh // _SECOND}, stale-while-revalidate={stale // _SECOND}, "
        f"stale-if-error={_STALE_IF_ERROR // _SECOND}"
    )


def headers_change(snapshot: Snapshot, now: datetime) -> datetime | None:
    """Return the instant at which Cache-Control is another: from some time on, each second."""
    due = snapshot.next_due
    if due is None or due <= now:
        return None
    is_cut_from = due - snapshot.cache_time - _STALE_WHILE_REVALIDATE
    # Cut, it is the whole seconds that are left: they are right until there is one less.
    return is_cut_from if now < is_cut_from else due - (due - now) // _SECOND * _SECOND


def link_field(document: Document) -> Headers:
    """Return the Link field (RFC 8288 §3), if there are links: as many as proxies can be sent."""
    told, room = [], _LONGEST_LINK
    for each in map(str, document.links):
        room -= len(each) + 2
        if room < 0:
            break
        told.append(each)
    return (("Link", ", ".join(told)),) if told else ()


def vary(document: Document) -> str:
    """Name the request's fields that have a say in what is sent (RFC 9110 §12.5.5)."""
    shown = ", Sec-Fetch-Dest" if document.media_type in urls.STYLED else ""
    return f"Accept-Encoding{shown}"


def _as_page(response: Response) -> Response:
    """Return the same bytes as XML: browsers show feeds' own media types as plain text."""
    of_page = ("Content-Type", f"{urls.XML}; charset=utf-8")
    return response._replace(
        headers=tuple(of_page if each[0] == "Content-Type" else each for each in response.headers)
    )


def _content(document: Document, coding: str) -> Headers:
    return _coded(document.content_type, document.codings[coding], coding)


def _coded(content_type: str, body: bytes, coding: str) -> Headers:
    headers = (("Content-Type", content_type), ("Content-Length", str(len(body))))
    return headers if coding == IDENTITY else (*headers, ("Content-Encoding", coding))


def _now(status: int, media_type: str, body: bytes) -> Response:
    """Return what holds at this moment only."""
    retry = (("Retry-After", _RETRY_SECONDS),) if status == 503 else ()
    headers = (*_coded(media_type, body, IDENTITY), *retry, _NO_STORE, *EVERYWHERE)
    return Response(_status(status), headers, body)


def _text(status: int, body: bytes, *more: tuple[str, str]) -> Response:
    content = _coded(f"{urls.TEXT}; charset=utf-8", body, IDENTITY)
    return Response(_status(status), (*content, *more, *EVERYWHERE), body)


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
