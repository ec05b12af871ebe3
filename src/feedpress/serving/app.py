"""The Flask app, and the middleware in front of it that answers from the snapshot.

The path of a document never reaches Flask's routing, which takes fifty times as long as a look-up.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import flask
from flask import Flask, request
from werkzeug.exceptions import HTTPException

from feedpress import urls
from feedpress.serving import health, responses
from feedpress.serving.health import Health
from feedpress.serving.negotiation import Negotiator
from feedpress.serving.reload import Reloader
from feedpress.serving.responses import Response
from feedpress.serving.validators import ValidatorHistory
from feedpress.snapshot import Snapshot

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class DocumentMiddleware:
    """A WSGI app (PEP 3333) that answers requests for documents, and hands on all others."""

    def __init__(
        self,
        app: "WSGIApplication",
        current: Callable[[], Snapshot | None],
        clock: Callable[[], datetime],
        history: ValidatorHistory,
    ) -> None:
        self._app = app
        self._current = current
        self._clock = clock
        self._history = history
        self._negotiator: Negotiator | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        if method == "GET" or method == "HEAD":
            try:
                negotiator = self._current_negotiator()
                response = negotiator.respond(environ, self._clock()) if negotiator else None
            except Exception:
                response = None  # Flask gets the same exception, and handles it
            if response is not None:
                status, headers, body = response
                start_response(status, [*headers])  # the server may change its list
                return [body] if method == "GET" else [b""]
        return self._app(environ, start_response)

    def respond(self, environ: "WSGIEnvironment") -> Response:
        """Return the response to a GET or HEAD request of any path."""
        negotiator = self._current_negotiator()
        if negotiator is None:
            return responses.not_ready()
        now = self._clock()
        return negotiator.respond(environ, now) or negotiator.not_found(now)

    def redirect_mount(self, script_root: str) -> Response:
        """Redirect from the address where feedpress is mounted to the front page."""
        negotiator = self._current_negotiator()
        if negotiator is None:
            return responses.not_ready()
        return negotiator.cached(responses.with_slash(script_root), self._clock())

    def _current_negotiator(self) -> Negotiator | None:
        snapshot, negotiator = self._current(), self._negotiator
        if negotiator and negotiator.snapshot is snapshot:
            return negotiator
        if snapshot is None:
            return None
        # Two threads may do this at once, which only does it twice.
        self._negotiator = negotiator = Negotiator(snapshot, self._history)
        return negotiator


def build_app(
    current: Callable[[], Snapshot | None],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    history: ValidatorHistory | None = None,
    healthy: Callable[[], Health] | None = None,
) -> Flask:
    """Create an app that answers from the current snapshot, and reports its own health."""
    app = Flask("feedpress", static_folder=None)
    documents = DocumentMiddleware(app.wsgi_app, current, clock, history or ValidatorHistory())
    app.wsgi_app = documents  # type: ignore[method-assign] # as Flask's documentation has it

    if healthy:

        @app.get(urls.HEALTH)
        def report_health() -> flask.Response:
            return _to_flask(health.answer(healthy()))

        @app.get(urls.STRICT_HEALTH)
        def report_strict_health() -> flask.Response:
            return _to_flask(health.answer(healthy(), strict=True))

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def any_path(path: str) -> flask.Response:
        # Not `path`, which has lost the second of two slashes in front.
        return _to_flask(documents.respond(request.environ))

    @app.before_request
    def before_routing() -> flask.Response | None:
        if request.method == "OPTIONS":
            return _to_flask(responses.preflight())
        if not request.environ.get("PATH_INFO"):
            # Flask would redirect to an address with the Host header in it.
            return _to_flask(documents.redirect_mount(request.script_root))
        return None

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> flask.Response:
        # What never reaches `any_path`: another method, a malformed Host, a line end in the path.
        if error.code == 404:
            return _to_flask(documents.respond(request.environ))
        return _to_flask(responses.refusal(error.code or 500, ("Cache-Control", "no-store")))

    return app


def app_for(reloader: Reloader) -> Flask:
    """Create the app of a Reloader; dates of Last-Modified outlive it if there is a folder."""
    history = ValidatorHistory(reloader.folder)
    return build_app(reloader.current, history=history, healthy=reloader.health)


class _Untyped(flask.Response):
    default_mimetype = None  # a response without a body has no type


def _to_flask(response: Response) -> flask.Response:
    return _Untyped(response.body, response.status, list(response.headers))
