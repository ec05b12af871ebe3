"""A path, a Snapshot and the time to status, headers and body. Pure: no server, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

from feedpress import addresses, times
from feedpress.snapshot import Snapshot

_NOT_FOUND = b"There is nothing at this address. The front page lists every feed.\n"
_NOT_READY = b"The clippings can't be read at the moment. Please try again in a minute.\n"
_NO_SLASH = b"This address ends in a slash.\n"
_MOVED = b"This has another address now.\n"
_READ_ONLY = b"What is at this address can only be read.\n"
_RETRY_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, before a conditional request or HEAD makes it shorter."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str | None = None


def answer(snapshot: Snapshot | None, path: str, now: datetime) -> Answer:
    """Answer a path; without a snapshot, say that it is to be tried again (RFC 9110 §15.6.4)."""
    if snapshot is None:
        return _text(503, _NOT_READY, ("Retry-After", _RETRY_SECONDS))
    found = _found(snapshot, path)
    cache_control = ("Cache-Control", f"public, max-age={_max_age(snapshot, now)}")
    return replace(found, headers=(*found.headers, cache_control))


def _found(snapshot: Snapshot, path: str) -> Answer:
    if document := snapshot.documents.get(path):
        content_type = ("Content-Type", document.content_type)
        # Only what is there can be "not modified" (RFC 9110 §13.2.1).
        etag = document.etag if document.status == 200 else None
        return Answer(document.status, (content_type,), document.body, etag)
    if there := snapshot.moved(path):
        return _redirect(addresses.relative(there, path), _MOVED)
    if f"{path}/" in snapshot.documents:
        return with_slash(path)
    return refusal(404)


def _max_age(snapshot: Snapshot, now: datetime) -> int:
    """Give the seconds for which an answer holds: until something is due, at the longest."""
    ends = now + times.CACHE_TIME
    if snapshot.next_due:
        ends = max(now, min(ends, snapshot.next_due))
    return (ends - now) // timedelta(seconds=1)


def with_slash(path: str) -> Answer:
    """Send to the same address with a slash at its end."""
    return _redirect(f"{quote(path.rpartition('/')[2])}/", _NO_SLASH)


def _redirect(location: str, body: bytes) -> Answer:
    # Relative, because only the outside knows where feedpress is mounted.
    return _text(308, body, ("Location", location))


def refusal(status: int, allowed: Iterable[str] = ()) -> Answer:
    """Refuse, in words for people; with 405 goes what is allowed (RFC 9110 §15.5.6)."""
    if status == 404:
        return _text(404, _NOT_FOUND)
    if status == 405:
        return _text(405, _READ_ONLY, ("Allow", ", ".join(sorted(allowed))))
    return _text(status, f"{HTTPStatus(status).phrase}.\n".encode())


def _text(status: int, body: bytes, *more: tuple[str, str]) -> Answer:
    content_type = ("Content-Type", f"{addresses.TEXT}; charset=utf-8")
    return Answer(status, (content_type, *more), body)
