"""The Flask app, and the look-up in front of it.

What is answered is decided elsewhere. The path of a document never gets to Flask's routing, which
would take fifty times as long as the look-up.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from feedpress import addresses
from feedpress.delivery import health, responses
from feedpress.delivery.health import Health
from feedpress.delivery.memory import Memory
from feedpress.delivery.responder import Responder
from feedpress.snapshot import Snapshot

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class LookUp:
    """A WSGI app (PEP 3333) in front of another: it answers what is asked for a document."""

    def __init__(
        self,
        other: "WSGIApplication",
        current: Callable[[], Snapshot | None],
        clock: Callable[[], datetime],
        memory: Memory,
    ) -> None:
        self._other = other
        self._current = current
        self._clock = clock
        self._memory = memory
        self._responder: Responder | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        if method == "GET" or method == "HEAD":
            try:
                responder = self._current_responder()
                answer = responder.answer(environ, self._clock) if responder else None
            except Exception:
                answer = None  # Flask meets with it again, and knows what to do about a failure
            if answer is not None:
                status, headers, body = answer
                start_response(status, [*headers])  # the server may change its list
                return [body] if method == "GET" else [b""]
        return self._other(environ, start_response)

    def answer(self, environ: "WSGIEnvironment") -> responses.Answer:
        """Give the answer to a GET or HEAD request of any path."""
        responder = self._current_responder()
        if responder is None:
            return responses.not_ready()
        return responder.answer(environ, self._clock) or responder.nothing(self._clock())

    def mount(self, script_root: str) -> responses.Answer:
        """Send from the address where feedpress is mounted to the front page."""
        responder, answer = self._current_responder(), responses.with_slash(script_root)
        return responder.kept(answer, self._clock()) if responder else responses.not_ready()

    def _current_responder(self) -> Responder | None:
        snapshot, responder = self._current(), self._responder
        if responder and responder.snapshot is snapshot:
            return responder
        if snapshot is None:
            return None
        # Two threads may do this at once, which only does it twice.
        self._responder = responder = Responder(snapshot, self._memory)
        return responder


def create_app(
    current: Callable[[], Snapshot | None],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    memory: Memory | None = None,
    healthy: Callable[[], Health] | None = None,
) -> Flask:
    """Make an app that answers every path from the current snapshot, and how it is itself."""
    app = Flask("feedpress", static_folder=None)
    look_up = LookUp(app.wsgi_app, current, clock, memory or Memory())
    app.wsgi_app = look_up  # type: ignore[method-assign] # as Flask's documentation has it

    if healthy:

        @app.get(addresses.HEALTH)
        def report_health() -> Response:
            return _response(health.answer(healthy()))

        @app.get(addresses.STRICT_HEALTH)
        def report_strict_health() -> Response:
            return _response(health.answer(healthy(), strict=True))

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def any_path(path: str) -> Response:
        # Not `path`, which has lost the second of two slashes in front. What is not ASCII stands
        # here as the server decoded it: nothing is there, whatever it is.
        return _response(look_up.answer(request.environ))

    @app.before_request
    def before_routing() -> Response | None:
        if request.method == "OPTIONS":
            return _response(responses.options())
        if not request.environ.get("PATH_INFO"):
            # Flask would send to an address with the Host header in it.
            return _response(look_up.mount(request.script_root))
        return None

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        # What never gets to `any_path`: another method, a malformed Host, a line end in the path.
        if error.code == 404:
            return _response(look_up.answer(request.environ))
        return _response(responses.refusal(error.code or 500, ("Cache-Control", "no-store")))

    return app


class _Bare(Response):
    default_mimetype = None  # what has no body has no type


def _response(answer: responses.Answer) -> Response:
    return _Bare(answer.body, answer.status, list(answer.headers))
