"""Which answer a request gets from a Snapshot. No server, no clock.

An answer is looked up: it was worked out when somebody first sent such a request.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from cachetools import LRUCache

from feedpress import codings
from feedpress.delivery import conditions, responses
from feedpress.delivery.memory import Memory
from feedpress.delivery.responses import Answer, Ready
from feedpress.documents import IDENTITY, Document
from feedpress.snapshot import Snapshot

_MADE_BYTES = 64 * 2**20  # of documents that are made when somebody asks for them
_DELTA_BYTES = 8 * 2**20

# Requests whose answers are looked up. Readers send the same few again and again.
_MOST_KNOWN = 1000
_LONGEST_KNOWN = 500  # characters

_Codings = Mapping[str, bytes]
Clock = Callable[[], datetime]


class _Request(NamedTuple):
    """All that has a say in an answer."""

    path: str
    if_none_match: str | None
    if_modified_since: str | None
    accept_encoding: str | None
    a_im: str | None
    sec_fetch_dest: str | None

    @property
    def is_for_a_page(self) -> bool:
        """Whether a browser is to show it by itself (Fetch Metadata §2.1)."""
        return self.sec_fetch_dest == "document"


class Responder:
    """Answers from one snapshot."""

    def __init__(self, snapshot: Snapshot, memory: Memory) -> None:
        self.snapshot = snapshot
        self._memory = memory
        self._newest = memory.take_in(snapshot)
        self._ready: dict[str, Ready] = {}  # of what is there in any case
        # Each with the instant until which it holds, or None where that is for ever.
        self._known: dict[tuple[str | None, ...], tuple[Answer, datetime | None]] = {}
        # Of what is made when somebody asks for it.
        self._made: LRUCache[str, Ready] = LRUCache(_MADE_BYTES, attrgetter("size"))
        self._deltas: LRUCache[tuple[str, str], _Codings] = LRUCache(_DELTA_BYTES, _size)
        self._lock = threading.Lock()  # of the last two

    def answer(self, environ: Mapping[str, Any], clock: Clock) -> Answer | None:
        """Answer a GET or HEAD request (PEP 3333); None where the path leads to no document."""
        get = environ.get
        # A plain tuple, which is equal to a _Request and made in a third of the time.
        request = (
            environ["PATH_INFO"],
            get("HTTP_IF_NONE_MATCH"),
            get("HTTP_IF_MODIFIED_SINCE"),
            get("HTTP_ACCEPT_ENCODING"),
            get("HTTP_A_IM"),
            get("HTTP_SEC_FETCH_DEST"),
        )
        known = self._known.get(request)
        # To look at the clock takes as long as the look-up: mostly nothing depends on it.
        if known and (known[1] is None or clock() < known[1]):
            return known[0]
        return self._worked_out(_Request(*request), clock())

    def _worked_out(self, request: _Request, now: datetime) -> Answer | None:
        if ready := self._prepared(request.path, now):
            answer = self._decide(request, ready, now)
            # What was made for somebody is not kept for ever.
            if request.path in self._ready and not responses.is_delta(answer):
                self._remember(request, answer, ready.until)
            return answer
        redirect = self._redirect(request.path)
        if redirect is None:
            return None
        answer = self.kept(redirect, now)
        self._remember(request, answer, responses.headers_change(self.snapshot, now))
        return answer

    def _remember(self, request: _Request, answer: Answer, until: datetime | None) -> None:
        if sum(len(field) for field in request if field) >= _LONGEST_KNOWN:
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[request] = answer, until

    def _redirect(self, path: str) -> Answer | None:
        if there := self.snapshot.moved(path):
            return responses.moved(there, path)
        # Without any path it is for Flask, which knows where it is mounted.
        is_page = path and f"{path}/" in self.snapshot.documents
        return responses.with_slash(path) if is_page else None

    def _decide(self, request: _Request, ready: Ready, now: datetime) -> Answer:
        coding = _coding(ready.document, request)
        if request.if_none_match is not None:
            return self._answer_to_tags(request, request.if_none_match, ready, coding)
        if _is_unmodified(ready, request, now):
            return ready.unchanged[coding]
        return _whole(ready, request)[coding]

    def nothing(self, now: datetime) -> Answer:
        """Answer that a path leads nowhere."""
        return self.kept(responses.refusal(404), now)

    def kept(self, answer: Answer, now: datetime) -> Answer:
        """Say of an answer that it may be kept until something is due."""
        cache_control = ("Cache-Control", responses.cache_control(self.snapshot, now))
        return answer._replace(headers=(*answer.headers, cache_control))

    def _prepared(self, path: str, now: datetime) -> Ready | None:
        ready = self._ready.get(path)
        if ready and (ready.until is None or now < ready.until):
            return ready
        if document := self.snapshot.documents.ready.get(path):
            ready = self._ready[path] = self._prepare(path, document, now)
            return ready
        if path not in self.snapshot.documents:
            return None
        with self._lock:
            made = self._made.get(path)
        if made is None or (made.until and now >= made.until):
            document = made.document if made else self.snapshot.documents[path]
            made = self._prepare(path, document, now)
            self._keep(self._made, path, made)
        return made

    def _prepare(self, path: str, document: Document, now: datetime) -> Ready:
        last_modified = self._memory.last_modified(path, document, self._newest)
        return responses.ready(document, self.snapshot, last_modified, now)

    def _answer_to_tags(
        self, request: _Request, condition: str, ready: Ready, coding: str
    ) -> Answer:
        document = ready.document
        if not ready.unchanged:
            return _whole(ready, request)[coding]
        if conditions.is_any(condition):
            return ready.unchanged[coding]
        named = conditions.etags(condition)
        if document.etag in named:
            # What is said to be good must be what is held, or a cache can't tell which it is.
            held = named[document.etag] & ready.unchanged.keys()
            return ready.unchanged[coding if coding in held else min(held, default=coding)]
        # Of several states it could not be told which one the news are of (RFC 3229 §10.5.1).
        if len(named) == 1 and request.a_im and conditions.wants_delta(request.a_im):
            delta = self._delta(request.path, next(iter(named)), document)
            return responses.delta(document, delta, coding) if delta else ready.whole[coding]
        return _whole(ready, request)[coding]

    def _delta(self, path: str, etag: str, document: Document) -> _Codings | None:
        """Give, in every coding, what is new since a state of a feed, if that is known."""
        with self._lock:
            if known := self._deltas.get((path, etag)):
                return known
        state = self._memory.state(path, etag)
        body = document.polled.since(state) if document.polled and state is not None else None
        if body is None or len(body) > len(document.body):
            return None
        delta = {**codings.encode(body), IDENTITY: body}
        self._keep(self._deltas, (path, etag), delta)
        return delta

    def _keep(self, cache: "LRUCache[Any, Any]", key: Any, value: Any) -> None:
        with self._lock:
            try:
                cache[key] = value
            except ValueError:  # it is larger than all that is kept
                return


def _whole(ready: Ready, request: _Request) -> Mapping[str, Answer]:
    return ready.shown if request.is_for_a_page else ready.whole


def _coding(document: Document, request: _Request) -> str:
    taken = conditions.codings(request.accept_encoding)
    return next(coding for coding in taken if coding in document.codings)


def _is_unmodified(ready: Ready, request: _Request, now: datetime) -> bool:
    """Tell whether somebody has these very bytes (RFC 9110 §13.1.3).

    It takes the very second: what is put back to what it was has been modified, too.
    """
    if request.if_modified_since is None or not ready.unchanged:
        return False
    since = conditions.instant(request.if_modified_since)
    return now >= ready.last_modified == since


def _size(coded: _Codings) -> int:
    return sum(map(len, coded.values()))
