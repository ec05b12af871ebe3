"""The Flask app. The only module that imports flask; what it answers is decided elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from feedpress.delivery import responses
from feedpress.snapshot import Snapshot


def create_app(
    current: Callable[[], Snapshot | None],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Make an app that answers every path from the current snapshot."""
    app = Flask("feedpress", static_folder=None)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def document(path: str) -> Response:
        # Not `path`, which has lost the second of two slashes in front. What is not ASCII stands
        # here as the server decoded it: nothing is there, whatever it is.
        return _response(responses.answer(current(), request.environ["PATH_INFO"], clock()))

    @app.before_request
    def add_slash_to_prefix() -> Response | None:
        # Flask would send to an address with the Host header in it.
        if request.environ.get("PATH_INFO"):
            return None
        return _response(responses.with_slash(request.script_root))

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        # What never gets to `document`: another method, a malformed Host.
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        return _response(responses.refusal(error.code or 500, allowed or ()))

    @app.after_request
    def no_sniffing(response: Response) -> Response:
        # Here, because Flask answers OPTIONS by itself.
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def _response(answer: responses.Answer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    if answer.etag:
        response.set_etag(answer.etag)
    response.make_conditional(request)
    return response
