"""Choose the response to a request: request fields, chosen variant, prepared response.

No server and no clock. Everything that a response needs was prepared from the document before.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from cachetools import LRUCache

from feedpress.serving import request_fields, responses
from feedpress.serving.responses import PreparedResponses, Response
from feedpress.serving.validators import ValidatorHistory
from feedpress.snapshot import Snapshot

# Of documents that are made when somebody asks for them.
_MADE_BYTES = 64 * 2**20


class Negotiator:
    """Answers GET and HEAD requests from one snapshot."""

    def __init__(self, snapshot: Snapshot, history: ValidatorHistory) -> None:
        self.snapshot = snapshot
        self._history = history
        self._newest = history.update(snapshot)
        self._prepared: dict[str, PreparedResponses] = {}
        self._made: LRUCache[str, PreparedResponses] = LRUCache(_MADE_BYTES, attrgetter("size"))
        self._lock = threading.Lock()  # of `_made`

    def respond(self, environ: Mapping[str, Any], now: datetime) -> Response | None:
        """Return the response to a request (PEP 3333), or None if nothing is at its path."""
        path = environ["PATH_INFO"]
        prepared = self._prepared.get(path)
        if prepared is None or (prepared.until and now >= prepared.until):
            prepared = self._prepare(path, now)
        if prepared is None:
            return self._redirect(path, now)
        return _choose(prepared, environ, now)

    def not_found(self, now: datetime) -> Response:
        """Return the response for a path where nothing is."""
        return self.cached(responses.refusal(404), now)

    def cached(self, response: Response, now: datetime) -> Response:
        """Return a response with the Cache-Control of this snapshot."""
        cache_control = ("Cache-Control", responses.cache_control(self.snapshot, now))
        return response._replace(headers=(*response.headers, cache_control))

    def _redirect(self, path: str, now: datetime) -> Response | None:
        if target := self.snapshot.moved(path):
            return self.cached(responses.moved(target, path), now)
        # An empty path is left to Flask, which knows where it is mounted.
        if path and f"{path}/" in self.snapshot.documents:
            return self.cached(responses.with_slash(path), now)
        return None

    def _prepare(self, path: str, now: datetime) -> PreparedResponses | None:
        documents = self.snapshot.documents
        if document := documents.ready.get(path):
            prepared = responses.prepare(document, self.snapshot, self._dated(path, document), now)
            self._prepared[path] = prepared
            return prepared
        if path not in documents:
            return None
        with self._lock:
            made = self._made.get(path)
        if made is None or (made.until and now >= made.until):
            document = made.document if made else documents[path]
            made = responses.prepare(document, self.snapshot, self._dated(path, document), now)
            with self._lock:
                if made.size <= self._made.maxsize:
                    self._made[path] = made
        return made

    def _dated(self, path: str, document: Any) -> datetime:
        return self._history.last_modified(path, document, self._newest)


def _choose(prepared: PreparedResponses, environ: Mapping[str, Any], now: datetime) -> Response:
    accepted = request_fields.accepted_codings(environ.get("HTTP_ACCEPT_ENCODING"))
    coding = next(each for each in accepted if each in prepared.full)
    if coding_held := _coding_held(prepared, environ, coding, now):
        return prepared.not_modified[coding_held]
    # A browser that navigates to a feed (Fetch Metadata §2.1).
    is_page = environ.get("HTTP_SEC_FETCH_DEST") == "document"
    return (prepared.full_as_page if is_page else prepared.full)[coding]


def _coding_held(
    prepared: PreparedResponses, environ: Mapping[str, Any], coding: str, now: datetime
) -> str | None:
    """Return the coding in which the client has these very bytes, or None if it doesn't.

    If-None-Match takes precedence over If-Modified-Since (RFC 9110 §13.2.2).
    """
    if not prepared.not_modified:
        return None
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match is not None:
        if exact := prepared.codings_by_tag.get(if_none_match):  # as most clients send it
            return exact
        if request_fields.is_any(if_none_match):
            return coding
        named = request_fields.entity_tags(if_none_match).get(prepared.document.etag)
        if named is None:
            return None
        # The 304 must name what is held, or a cache can't tell which variant it is.
        held = named & prepared.not_modified.keys()
        return coding if coding in held else min(held, default=coding)
    if_modified_since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if if_modified_since is None or now < prepared.last_modified:
        return None
    # Only that very second: a document that was changed back has been modified, too.
    is_same = request_fields.http_date(if_modified_since) == prepared.last_modified
    return coding if is_same else None
