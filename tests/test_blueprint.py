"""Feedpress inside somebody's Flask app: as at a root of its own, whatever the app does."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urljoin

import flask
import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

import example_site
import feedpress
import support
from feedpress.settings import PreviewMode, Settings
from servers import GUNICORN, Start, eventually, starting

_PROJECTS = {"portal": {"title": "Portal", "formerly": ["gate"]}, "data": {"title": "Data"}}
_ONE = {"id": "one", "title": "One", "added": "2020-01-02", "projects": ["portal"]}
_GONE = {"id": "gone", "title": "X", "added": "2020-01-01", "withdrawn": "2020-01-02"}
_TEXT = support.file_text([_ONE, _GONE], _PROJECTS)


class _Mount(Protocol):
    def __call__(self, app: Flask, prefix: str, settings: Any = None, **options: Any) -> Any: ...


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one published and one withdrawn clipping."""
    path = tmp_path / "clippings.yaml"
    path.write_text(_TEXT, encoding="utf-8")
    return path


@pytest.fixture
def mount(file: Path) -> Iterator[_Mount]:
    """Put feedpress into an app, under a prefix; at the end, no file is watched any more."""
    with ExitStack() as stack:

        def register(app: Flask, prefix: str, settings: Any = None, **options: Any) -> Any:
            made = feedpress.blueprint(settings or file)
            app.register_blueprint(made, url_prefix=prefix, **options)
            reloader = app.extensions[options.get("name", "feedpress")]
            stack.callback(reloader.stop)
            return reloader

        yield register


@pytest.fixture
def root(file: Path) -> Iterator[Client]:
    """The same file at a root of its own."""
    app = feedpress.create_app(Settings(file))
    yield Client(DispatcherMiddleware(NotFound(), {"/press": app}))
    app.extensions["feedpress"].stop()


def _watching() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "feedpress-reload"}


_PATHS = (
    "",
    "/",
    "/atom.xml",
    "/projects/portal/rss.xml",
    "/projects/portal/",
    "/projects/portal",
    "/projects/gate/atom.xml",
    "/projects/data+portal/atom.xml",
    "/clippings/one/",
    "/clippings/gone/",
    "/style.css",
    "/nowhere",
    "/atom.xml/",
    "//",
    "//atom.xml",
    "//portal.example/atom.xml",
    "/projects//portal/",
    "/projects/portal//",
    "/projects/portal/../../atom.xml",
    "/ATOM.XML",
    "/%61tom.xml",
    "/%",
    "/atom.xml\n",
    "/\0",
    "/\xff\xfe",
    "/\xc3\xa4",
    "/press/atom.xml",
    "/static/style.css",
    "/" + "a/" * 500,
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")


def _plain(app: Flask) -> None:
    """Leave the app as it is."""


def _with_error_handlers(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    @app.errorhandler(404)
    @app.errorhandler(405)
    def handle(error: HTTPException) -> tuple[str, int]:
        return "a page of the app", 418


def _with_session(app: Flask) -> None:
    app.secret_key = "secret"  # noqa: S105 - of a test

    @app.before_request
    def look_who_it_is() -> None:
        flask.session.permanent = True  # so that each answer would renew the cookie
        flask.session["seen"] = flask.session.get("seen", 0) + 1


def _with_hooks(app: Flask) -> None:
    @app.after_request
    def meddle(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src *"
        response.headers.add("Vary", "Cookie")
        response.set_data(b"something else")
        response.status_code = 299
        return response


class _Other(Response):
    default_mimetype = "application/json"


def _with_response_class(app: Flask) -> None:
    app.response_class = _Other


def _with_catch_all(app: Flask) -> None:
    @app.route("/<path:path>", methods=["GET", "POST", "OPTIONS"])
    def catch_all(path: str) -> str:
        return "a page of the app"


def _with_loose_slashes(app: Flask) -> None:
    app.url_map.strict_slashes = False


_APPS: Mapping[str, Callable[[Flask], None]] = {
    "plain": _plain,
    "with error handlers": _with_error_handlers,
    "with a session": _with_session,
    "with hooks": _with_hooks,
    "with a class of responses": _with_response_class,
    "with a route for every path": _with_catch_all,
    "without strict slashes": _with_loose_slashes,
}


def _raw(client: Client, method: str, path: str) -> TestResponse:
    """Ask for a path as it comes from a server: decoded as Latin-1, and not tidied up."""
    return client.open("/", method=method, environ_overrides={"PATH_INFO": path})


@pytest.mark.parametrize("adapt", _APPS.values(), ids=_APPS)
def test_same_as_at_the_root(mount: _Mount, root: Client, adapt: Callable[[Flask], None]) -> None:
    """Status, header fields and body are those of a root of its own, whatever the app does."""
    app = Flask("site")
    adapt(app)
    mount(app, "/press")
    client = app.test_client()
    for path in _PATHS:
        for method in _METHODS:
            here, there = (_raw(each, method, f"/press{path}") for each in (client, root))
            assert here.status == there.status, (method, path)
            assert list(here.headers) == list(there.headers), (method, path)
            assert here.data == there.data, (method, path)


def test_conditional_requests(mount: _Mount, file: Path) -> None:
    """Tags and codings are answered as at the root."""
    app = Flask("site")
    reloader = mount(app, "/press")
    client = app.test_client()
    old = client.get("/press/atom.xml").headers["ETag"]
    assert client.get("/press/atom.xml", headers={"If-None-Match": old}).status_code == 304
    two = {**_ONE, "id": "two", "title": "Two"}
    file.write_text(support.file_text([two, _ONE, _GONE], _PROJECTS), encoding="utf-8")
    reloader.look()
    asked = {"If-None-Match": old, "Accept-Encoding": "gzip"}
    changed = client.get("/press/atom.xml", headers=asked)
    assert (changed.status_code, changed.headers["Content-Encoding"]) == (200, "gzip")
    assert changed.headers["ETag"] != old


def test_healthz(mount: _Mount) -> None:
    """How the file is can be asked under the prefix, too."""
    app = Flask("site")
    mount(app, "/press")
    response = app.test_client().get("/press/healthz")
    assert (response.status_code, response.get_json()["status"]) == (200, "ok")


def test_preview(mount: _Mount, file: Path) -> None:
    """The page for editors is there if the settings say so."""
    app = Flask("site")
    mount(app, "/press", Settings(file, preview=PreviewMode.LOCAL))
    client = app.test_client()
    assert client.get("/press/preview/").status_code == 200
    assert client.get("/press/preview/", headers={"Host": "other.example"}).status_code == 403


def test_the_app_keeps_its_own(mount: _Mount) -> None:
    """Outside of the prefix the app answers, and under it what it has there by name."""
    app = Flask("site")
    _with_error_handlers(app)
    mount(app, "/press")

    @app.get("/press/contact")
    def contact() -> str:
        return "contact"

    client = app.test_client()
    assert client.get("/press/contact").text == "contact"
    for path in ("/nowhere", "/pressed", "/press-releases/", "/atom.xml"):
        assert client.get(path).text == "a page of the app"
    assert _raw(client, "GET", "//press/atom.xml").status_code == 404


def test_the_app_may_refuse(mount: _Mount) -> None:
    """What the app does before requests, it does before these."""
    app = Flask("site")
    mount(app, "/press")

    @app.before_request
    def close() -> tuple[str, int] | None:
        return ("closed", 503) if flask.request.blueprint == "feedpress" else None

    assert app.test_client().get("/press/atom.xml").text == "closed"


def test_what_the_app_waits_for_happens(mount: _Mount) -> None:
    """Hooks see the answer as it is, and are told when it was sent."""
    app, seen = Flask("site"), list[Any]()
    mount(app, "/press")

    @app.after_request
    def note(response: Response) -> Response:
        seen.append((response.status_code, response.data, response.mimetype))
        response.call_on_close(lambda: seen.append("sent"))
        return response

    with closing(app.test_client().get("/press/nowhere")) as response:
        assert seen == [(404, response.data, "text/plain")]
    assert seen[1:] == ["sent"]


@pytest.mark.parametrize("prefix", ["/press", "/press/", "/a/b", "/präss e", "/a+b"])
@pytest.mark.parametrize("outer", ["", "/outer"])
def test_wherever_it_is(mount: _Mount, prefix: str, outer: str) -> None:
    """Any prefix will do, of an app that is itself somewhere: all redirects stay below it."""
    app = Flask("site")
    mount(app, prefix)
    client = Client(DispatcherMiddleware(NotFound(), {outer: app}) if outer else app)
    at = quote(outer + prefix.rstrip("/"))
    for path in ("", "/clippings/one", "/projects/gate"):
        response = client.get(at + path)
        assert response.status_code == 308
        there = urljoin(at + path, response.headers["Location"])
        assert there.startswith(f"{at}/")
        assert client.get(there).status_code == 200


def test_without_a_prefix(mount: _Mount) -> None:
    """Without a prefix it has all that the app itself does not have."""
    app = Flask("site")
    mount(app, "")

    @app.get("/about/")
    def about() -> str:
        return "about"

    client = app.test_client()
    assert client.get("/about/").text == "about"
    assert client.get("/").status_code == client.get("/atom.xml").status_code == 200
    assert client.get("/nowhere").text.startswith("There is nothing at this address.")


def test_inside_another_blueprint(mount: _Mount, file: Path) -> None:
    """In a blueprint of the app it is under both prefixes, and has the names of both."""
    app, parent = Flask("site"), Blueprint("about", "about")
    parent.register_blueprint(feedpress.blueprint(file), url_prefix="/press")
    app.register_blueprint(parent, url_prefix="/about")
    assert app.test_client().get("/about/press/atom.xml").status_code == 200
    with app.test_request_context():
        url = flask.url_for("about.feedpress.document", path="atom.xml")
    assert url == "/about/press/atom.xml"
    app.extensions["about.feedpress"].stop()


def test_addresses_for_templates(mount: _Mount) -> None:
    """The app's own pages find every address by `url_for`."""
    app = Flask("site")
    mount(app, "/press")
    with app.test_request_context():
        assert flask.url_for("feedpress.document") == "/press/"
        path = "projects/portal/atom.xml"
        assert flask.url_for("feedpress.document", path=path) == f"/press/{path}"


def test_two_files_in_one_app(mount: _Mount, tmp_path: Path) -> None:
    """Two files can be under two prefixes; each has a name, and is watched by itself."""
    other = tmp_path / "other.yaml"
    other.write_text(support.file_text([_ONE], _PROJECTS, title="Other"), encoding="utf-8")
    app = Flask("site")
    first, second = mount(app, "/press"), mount(app, "/city", str(other), name="city")
    client = app.test_client()
    assert b"<title>In the media</title>" in client.get("/press/atom.xml").data
    assert b"<title>Other</title>" in client.get("/city/atom.xml").data
    assert app.extensions["feedpress"] is first is not second is app.extensions["city"]
    with app.test_request_context():
        assert flask.url_for("city.document", path="rss.xml") == "/city/rss.xml"


def test_one_blueprint_in_two_apps(file: Path) -> None:
    """Several apps can register one blueprint; to stop one leaves the others as they are."""
    made, apps = feedpress.blueprint(file), (Flask("first"), Flask("second"))
    for app in apps:
        app.register_blueprint(made, url_prefix="/press")
    apps[0].extensions["feedpress"].stop()
    file.write_text(support.file_text([], title="Edited"), encoding="utf-8")
    client = apps[1].test_client()
    assert eventually(lambda: b"Edited" in client.get("/press/atom.xml").data)
    assert b"Edited" not in _raw(apps[0].test_client(), "POST", "/press/atom.xml").data
    apps[1].extensions["feedpress"].stop()


@pytest.mark.parametrize(
    ("prefix", "options", "message"),
    [
        pytest.param(
            "/<a>", {"name": "b"}, "give one that has none", id="a variable in the prefix"
        ),
        pytest.param("/b", {}, "already registered", id="the same name twice"),
        pytest.param("/b", {"name": "mail"}, "give another name=", id="an extension's name"),
    ],
)
def test_wrong_use(mount: _Mount, prefix: str, options: dict[str, str], message: str) -> None:
    """What can't work is refused when it is registered, with what to do instead."""
    app = Flask("site")
    app.extensions["mail"] = object()
    mount(app, "/press")
    with pytest.raises(ValueError, match=message):
        mount(app, prefix, **options)


@pytest.mark.parametrize("kind", [str, Path, Settings, None])
def test_ways_to_name_the_file(
    mount: _Mount, file: Path, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a path, settings, or nothing: then the environment has the settings."""
    monkeypatch.setenv("FEEDPRESS_FILE", str(file) if kind is None else "nowhere.yaml")
    made = feedpress.blueprint(kind(file) if kind else None)
    app = Flask("site")
    app.register_blueprint(made, url_prefix="/press")
    assert app.test_client().get("/press/atom.xml").status_code == 200
    app.extensions["feedpress"].stop()


def test_file_is_watched_from_the_first_request_on(mount: _Mount, file: Path) -> None:
    """No thread is there before anybody asks; then edits are followed, until it is stopped."""
    app, before = Flask("site"), _watching()
    reloader = mount(app, "/press")
    client = app.test_client()
    assert reloader.newest
    assert not _watching() - before
    assert client.get("/press/atom.xml").status_code == 200
    assert len(_watching() - before) == 1
    file.write_text(support.file_text([], title="Edited"), encoding="utf-8")
    assert eventually(lambda: b"Edited" in client.get("/press/atom.xml").data)
    app.extensions["feedpress"].stop()
    assert eventually(lambda: not _watching() - before)


def test_file_that_is_broken(mount: _Mount, file: Path) -> None:
    """The app starts with a broken file, too: 503 under the prefix until it is fixed."""
    file.write_text("{", encoding="utf-8")
    app = Flask("site")
    mount(app, "/press")
    client = app.test_client()
    assert client.get("/press/atom.xml").status_code == 503
    assert client.get("/press").status_code == 503
    file.write_text(_TEXT, encoding="utf-8")
    assert eventually(lambda: client.get("/press/atom.xml").status_code == 200)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers in a folder of the test's own."""
    with starting(tmp_path) as run:
        yield run


@pytest.mark.parametrize("more", [(), ("--preload",)], ids=["each worker", "preloaded"])
def test_processes_that_are_forked(start: Start, file: Path, more: tuple[str, ...]) -> None:
    """Each process of a server follows the file, be the app made before it is forked or after."""
    command = ("gunicorn", "example_site:create_app('clippings.yaml')", *GUNICORN[2:])
    path = support.python_path(Path(__file__).parent)
    server = start(*command, "--workers", "2", *more, PYTHONPATH=path)
    # Ten in a row, so that both processes are among those that answer.
    assert all(b"In the media" in server.get("/press/atom.xml")[1] for _ in range(10))
    file.write_text(support.file_text([], title="Edited"), encoding="utf-8")
    assert eventually(lambda: all(b"Edited" in server.get("/press/atom.xml")[1] for _ in range(10)))
    assert "Traceback" not in server.said()


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]


@pytest.fixture
def example() -> Iterator[FlaskClient]:
    """A client of the example site, with its own list."""
    app = example_site.create_app()
    yield app.test_client()
    app.extensions["feedpress"].stop()


def test_example_links_lead_somewhere(example: FlaskClient) -> None:
    """Every page of the example can be had, and names the feed for readers to find."""
    home = example.get("/")
    assert 'type="application/atom+xml"' in home.text
    pages = {"/"}
    waiting = {"/"}
    while waiting:
        page = waiting.pop()
        with closing(example.get(page)) as response:
            assert response.status_code == 200, page
            is_page = response.mimetype == "text/html"
            links = _Links(response.text).found if is_page else []
        inside = {link for link in (urljoin(page, each) for each in links) if link[0] == "/"}
        waiting |= inside - pages
        pages |= inside
    assert {"/press/", "/press/atom.xml", "/press/projects/book-boat/"} <= pages


def test_example_has_its_own_errors(example: FlaskClient) -> None:
    """The example's page for what is not there is for its own addresses alone."""
    assert "<h1>Not found</h1>" in example.get("/nowhere").text
    assert example.get("/press/nowhere").mimetype == "text/plain"


def test_example_runs_as_it_says(start: Start) -> None:
    """The command that the example and its docs name starts it."""
    app = example_site.FOLDER / "app"
    text = (example_site.FOLDER / "app.py").read_text(encoding="utf-8")
    docs = (example_site.FOLDER.parent.parent / "docs" / "flask.md").read_text(encoding="utf-8")
    assert "flask --app examples/site/app run" in text
    assert "flask --app examples/site/app run" in docs
    server = start("flask", "--app", str(app), "run", "--port", "PORT")
    assert b"Harbour Library" in server.get("/press/atom.xml")[1]


def test_example_has_one_layout() -> None:
    """The pages of feedpress stand in the site's own layout; its links hold on all of them."""
    app = example_site.create_app()
    client = app.test_client()
    for page in ("/", "/press/", "/press/projects/book-boat/"):
        text = client.get(page).text
        assert text.count('<nav class="site">') == 1
        links = [urljoin(page, link) for link in re.findall(r'<a href="([^"]*)"', text)[:2]]
        assert links == ["/", "/press/"]
        for sheet in re.findall(r'rel="stylesheet" href="([^"]*)"', text):
            with closing(client.get(urljoin(page, sheet))) as response:
                assert response.status_code == 200
    app.extensions["feedpress"].stop()
