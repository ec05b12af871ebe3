"""A Flask view that returns ready bytes: feedpress's own, without anything of feedpress."""

from flask import Flask, Response, make_response, request

from peers import answers

_CODINGS = ("br", "gzip")


def make(table: answers.Table) -> Flask:
    """Make the app; what it is not asked for by path is left to Flask."""
    app = Flask("flask_ready", static_folder=None)
    ready = {
        coding: _without_status(table[answers.key("/atom.xml", coding)])
        for coding in (None, *_CODINGS)
        if answers.key("/atom.xml", coding) in table
    }

    @app.get("/atom.xml")
    def atom() -> Response:
        headers, body = ready[_coding(ready)]
        response = make_response(body)
        response.headers.update(headers)
        response.make_conditional(request)
        return response

    @app.get("/projects/<slug>/")
    def project(slug: str) -> str:
        return slug

    return app


def create_app() -> Flask:
    """Make the app of the recorded answers, for a server."""
    return make(answers.load())


def _without_status(reply: answers.Reply) -> tuple[dict[str, str], bytes]:
    _, headers, body = reply
    return dict(headers), body


def _coding(ready: dict[str | None, tuple[dict[str, str], bytes]]) -> str | None:
    quality = request.accept_encodings.quality
    return next((each for each in _CODINGS if each in ready and quality(each)), None)
