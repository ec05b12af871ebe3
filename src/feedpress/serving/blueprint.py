"""Serve feedpress inside somebody's Flask app, under a prefix.

The app behind the prefix is the one that is served at a root, so it answers in the same way. Flask
only brings the requests, and sends the responses as they are.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.datastructures import Headers
from werkzeug.routing import BaseConverter
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

from feedpress.serving.reload import Reloader
from feedpress.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

#: What the blueprint is called, if whoever registers it gives it no other name.
_NAME = "feedpress"
_REST = "feedpress_rest"


class _Rest(BaseConverter):
    """Match the rest of a path, even an empty one or only slashes, so Flask never redirects."""

    regex = r"[\s\S]*"
    part_isolating = False
    weight = 1000  # what the app itself has under the prefix comes before it


def create_blueprint(
    settings: Settings, app_of: "Callable[[Reloader], WSGIApplication]"
) -> Blueprint:
    """Create a blueprint; each app that registers it watches the file for itself."""
    blueprint = Blueprint(_NAME, __name__)
    blueprint.record(partial(_register, settings, app_of))
    return blueprint


def _register(
    settings: Settings,
    app_of: "Callable[[Reloader], WSGIApplication]",
    state: BlueprintSetupState,
) -> None:
    """Register the routes. Raises SettingsError, and ValueError for an unusable prefix or name."""
    app, name = state.app, f"{state.name_prefix}.{state.name}".lstrip(".")
    prefix = (state.url_prefix or "").rstrip("/")
    if "<" in prefix:
        raise ValueError(f"the prefix {prefix!r} has a variable in it; give one that has none")
    if name in app.extensions:
        raise ValueError(f"an extension of this app is called {name!r}; give another name=")
    reloader = Reloader(settings)
    # Read now, so that nobody waits for it, but watched from the first request on, in the process
    # that gets it: servers may fork in between, and a thread would stay behind.
    reloader.look_once()
    app.extensions[name] = reloader
    view = _view(app_of(reloader), prefix)
    app.url_map.converters[_REST] = _Rest
    # The first is for addresses that the app's templates ask for without a path.
    for path, endpoint in (
        (f"{prefix}/", f"{name}.document"),
        (f"{prefix}/<{_REST}:path>", f"{name}.document"),
        (prefix, f"{name}.prefix"),
    ):
        if path:
            # `add_url_rule` has no rule for every method: Flask would answer OPTIONS by itself,
            # and the app's error handlers what is refused.
            app.url_map.add(app.url_rule_class(path, endpoint=endpoint, subdomain=state.subdomain))
            app.view_functions[endpoint] = view


def _view(inside: "WSGIApplication", prefix: str) -> Callable[..., Response]:
    mount = prefix.encode().decode("latin-1")  # as servers give it (PEP 3333)

    def document(path: str = "") -> Response:
        # Not `path`: it is decoded, which can't be undone where it is not UTF-8.
        asked = request.environ
        below = {
            "SCRIPT_NAME": asked.get("SCRIPT_NAME", "") + mount,
            "PATH_INFO": asked["PATH_INFO"].removeprefix(mount),
        }
        return _as_it_is(*run_wsgi_app(inside, asked | below, buffered=True))

    return document


def _as_it_is(body: Iterable[bytes], status: str, headers: Headers) -> Response:
    """Return a response of which this is sent, and nothing that a hook or the session puts to it.

    Caches would keep their cookie, or another coding of theirs, for everybody.
    """
    fields = headers.to_wsgi_list()
    response = current_app.response_class(body, status, fields)

    def sent(environ: "WSGIEnvironment") -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        return ClosingIterator(body, response.close), status, fields

    # On the object, because the app may have a response class of its own.
    response.get_wsgi_response = sent  # type: ignore[method-assign] # see above
    return response
