"""A bare WSGI app that looks its answers up in a dictionary: the most that Python can reach."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from peers import answers


def make(table: answers.Table) -> WSGIApplication:
    """Make the app of a table."""

    def look_up(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = table[
            environ["PATH_INFO"],
            environ.get("HTTP_ACCEPT_ENCODING"),
            environ.get("HTTP_IF_NONE_MATCH"),
            environ.get("HTTP_IF_MODIFIED_SINCE"),
            environ["REQUEST_METHOD"],
        ]
        start_response(status, headers.copy())
        return [body]

    return look_up


def create_app() -> WSGIApplication:
    """Make the app of the recorded answers, for a server."""
    return make(answers.load())
