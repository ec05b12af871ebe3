"""A path and a Snapshot to status, headers and body. Pure: no server, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from feedpress import addresses
from feedpress.snapshot import Snapshot

_NOT_FOUND = b"There is nothing at this address. The front page lists every feed.\n"
_NOT_READY = b"The clippings can't be read at the moment. Please try again in a minute.\n"
_MOVED = b"This address ends in a slash.\n"
_READ_ONLY = b"What is at this address can only be read.\n"
_RETRY_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, before a conditional request or HEAD makes it shorter."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str | None = None


def answer(snapshot: Snapshot | None, path: str) -> Answer:
    """Answer a path; without a snapshot, say that it is to be tried again (RFC 9110 §15.6.4)."""
    if snapshot is None:
        return _text(503, _NOT_READY, ("Retry-After", _RETRY_SECONDS))
    if document := snapshot.documents.get(path):
        content_type = ("Content-Type", document.content_type)
        return Answer(200, (content_type,), document.body, document.etag)
    if f"{path}/" in snapshot.documents:
        return with_slash(path)
    return refusal(404)


def with_slash(path: str) -> Answer:
    """Send to the same address with a slash at its end."""
    # Relative, because only the outside knows where feedpress is mounted.
    return _text(308, _MOVED, ("Location", f"{quote(path.rpartition('/')[2])}/"))


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
