"""What a client is answered, through Flask, from a snapshot that does not change."""

from datetime import datetime, timedelta
from urllib.parse import quote, urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

import support
from feedpress import snapshot
from feedpress.serving import app
from feedpress.serving.negotiation import Negotiator
from feedpress.serving.validators import ValidatorHistory
from feedpress.snapshot import Snapshot

_TELLING = "telling-host.example"
_FORGED = {
    "Host": _TELLING,
    "X-Forwarded-Host": _TELLING,
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": f"/{_TELLING}",
    "Forwarded": f"host={_TELLING}",
}


@pytest.fixture(scope="module")
def small() -> Snapshot:
    """The documents of one clipping in one project."""
    clipping = {"id": "one", "title": "One", "added": "2020-01-02", "projects": ["portal"]}
    loaded = support.publication([clipping], {"portal": {"title": "LA Business Portal"}})
    return snapshot.build(loaded, support.NOW)


@pytest.fixture(scope="module")
def flask_app(small: Snapshot) -> Flask:
    """The app of these documents."""
    return app.build_app(lambda: small)


@pytest.fixture
def client(flask_app: Flask) -> FlaskClient:
    """A client of the app."""
    return flask_app.test_client()


def _raw(client: Client, path: str) -> TestResponse:
    """Ask for a path as it comes from a server: decoded as Latin-1, and not tidied up."""
    return client.get("/", environ_overrides={"PATH_INFO": path})


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/projects/portal/", "text/html; charset=utf-8"),
        ("/clippings/one/", "text/html; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/rss.xml", "application/rss+xml; charset=utf-8"),
        ("/projects/portal/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/projects/portal/rss.xml", "application/rss+xml; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/search.json", "application/json; charset=utf-8"),
        ("/icon.svg", "image/svg+xml; charset=utf-8"),
        ("/years/undated/", "text/html; charset=utf-8"),
        ("/clippings.schema.json", "application/schema+json; charset=utf-8"),
    ],
)
def test_document(client: FlaskClient, small: Snapshot, path: str, content_type: str) -> None:
    """Each document is answered with its bytes, its type, its length and its entity tag."""
    response = client.get(path)
    document = small.documents[path]
    assert response.status_code == 200
    assert response.data == document.body
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Length"] == str(len(document.body))
    assert response.headers["ETag"] == f'"{document.etag}"'


@pytest.mark.parametrize("path", ["/", "/atom.xml", "/clippings/one", "/nowhere"])
def test_head_is_get_without_its_body(client: FlaskClient, path: str) -> None:
    """HEAD has the status and the headers of GET, and no body."""
    get, head = client.get(path), client.head(path)
    assert head.data == b""
    assert head.status == get.status
    assert _without_date(head.headers) == _without_date(get.headers)


def _without_date(headers: Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Date"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/nowhere", id="nothing there"),
        pytest.param("/projects/", id="no list of projects"),
        pytest.param("/projects/unknown/atom.xml", id="unknown project"),
        pytest.param("/atom.xml/", id="slash behind a file"),
        pytest.param("//atom.xml", id="two slashes in front"),
        pytest.param("///", id="slashes alone"),
        pytest.param("/projects//portal/", id="two slashes inside"),
        pytest.param("//portal.example/atom.xml", id="looks like a host"),
        pytest.param("/ATOM.XML", id="large letters"),
        pytest.param("/atom.xml\n", id="line end"),
        pytest.param("/\0", id="NUL"),
        pytest.param("/\xff\xfe", id="not UTF-8"),
        pytest.param("/\xc3\xa4", id="UTF-8"),
        pytest.param("/projects/portal/../../atom.xml", id="dots"),
        pytest.param("/../../../../etc/passwd", id="dots beyond the root"),
        pytest.param("/..\\..\\atom.xml", id="backslashes"),
        pytest.param("/" + "a" * 100_000, id="very long"),
        pytest.param("/" + "a/" * 10_000, id="very deep"),
        pytest.param("/<script>alert(1)</script>", id="markup"),
        pytest.param("/%61tom.xml", id="escape that was escaped"),
        pytest.param("/static/style.css", id="a folder of static files"),
    ],
)
def test_nothing_at_this_address(client: FlaskClient, path: str) -> None:
    """Whatever else is asked for is a 404 in plain text that leads to the front page."""
    response = _raw(client, path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"].startswith("public, max-age=1800, ")
    assert response.data == (
        b"There is nothing at this address. The front page lists every feed.\n"
    )


@pytest.mark.parametrize("path", ["/%61tom.xml", "/clippings/%6Fne/"])
def test_escaped_letters_are_the_letters(client: FlaskClient, path: str) -> None:
    """An address with needless escapes is the same address (RFC 3986 §6.2.2.2)."""
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("query", ["?", "?utm_source=newsletter", "?%ff=%00&a[]=1", "?a=b?c#d"])
@pytest.mark.parametrize("path", ["/", "/atom.xml", "/nowhere", "/clippings/one"])
def test_query_is_ignored(client: FlaskClient, path: str, query: str) -> None:
    """A query string changes nothing."""
    plain, asked = client.get(path), client.get(path + query)
    assert (asked.status, asked.data) == (plain.status, plain.data)
    assert _without_date(asked.headers) == _without_date(plain.headers)


@pytest.mark.parametrize(
    ("path", "location"), [("/clippings/one", "one/"), ("/projects/portal", "portal/")]
)
def test_page_without_its_slash(client: FlaskClient, path: str, location: str) -> None:
    """A page's address without the slash is sent, once, to the one with it."""
    response = client.get(path)
    assert response.status_code == 308
    assert response.headers["Location"] == location
    followed = client.get(urljoin(path, location))
    assert (followed.status_code, followed.request.path) == (200, f"{path}/")


@pytest.mark.parametrize("mount", ["/press", "/a/b", "/präss e"])
@pytest.mark.parametrize("path", ["", "/clippings/one", "/projects/portal"])
def test_slash_is_added_wherever_it_is_mounted(flask_app: Flask, path: str, mount: str) -> None:
    """Behind a prefix the redirect stays behind it; the prefix itself gets its slash, too."""
    client = Client(DispatcherMiddleware(NotFound(), {mount.encode().decode("latin-1"): flask_app}))
    asked = quote(mount) + path
    response = client.get(asked)
    assert response.status_code == 308
    assert urljoin(asked, response.headers["Location"]) == f"{asked}/"
    followed = client.get(f"{asked}/")
    assert followed.status_code == 200
    assert followed.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X"])
@pytest.mark.parametrize("path", ["/", "/atom.xml", "/nowhere"])
def test_other_methods(client: FlaskClient, path: str, method: str) -> None:
    """What is not reading is refused, with what is allowed (RFC 9110 §15.5.6)."""
    response = client.open(path, method=method, data=b"x" * 1000)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_options(client: FlaskClient) -> None:
    """OPTIONS says what is allowed, to a script of another site, too (Fetch §3.3.3)."""
    for path in ("/atom.xml", "/nowhere", "/clippings/one"):
        response = client.options(path)
        assert (response.status_code, response.data) == (204, b"")
        assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        allowed = response.headers["Access-Control-Allow-Headers"]
        assert allowed == "If-None-Match, If-Modified-Since"


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        pytest.param('"{etag}"', 304, id="the same"),
        pytest.param('W/"{etag}"', 304, id="weak"),
        pytest.param('"other", "{etag}"', 304, id="one of several"),
        pytest.param("*", 304, id="any"),
        pytest.param('"other"', 200, id="another"),
        pytest.param("{etag}x", 200, id="malformed"),
        pytest.param("", 200, id="empty"),
    ],
)
def test_conditional_request(
    client: FlaskClient, small: Snapshot, condition: str, status: int
) -> None:
    """A reader that has the document already is told so in a few bytes (RFC 9110 §13.1.2)."""
    etag = small.documents["/atom.xml"].etag
    condition = condition.format(etag=etag)
    response = client.get("/atom.xml", headers={"If-None-Match": condition})
    assert response.status_code == status
    assert response.headers["ETag"] == f'"{etag}"'
    if status == 304:
        assert response.data == b""
        assert "Content-Type" not in response.headers


def test_condition_plays_no_part_where_there_is_no_document(client: FlaskClient) -> None:
    """What is not there is a 404 and what has moved a 308, whatever the reader has."""
    anything = {"If-None-Match": "*"}
    assert client.get("/nowhere", headers=anything).status_code == 404
    assert client.get("/clippings/one", headers=anything).status_code == 308


@pytest.mark.parametrize("path", ["/", "/atom.xml", "/clippings/one", "/nowhere"])
def test_without_a_snapshot(path: str) -> None:
    """While nothing can be published, everybody is asked to come back in a minute."""
    response = app.build_app(lambda: None).test_client().get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.get_json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The clippings can't be read at the moment. Please try again in a minute.",
    }


def test_each_request_asks_for_the_current_snapshot(small: Snapshot) -> None:
    """A new snapshot is answered from as soon as it is there."""
    current: list[Snapshot | None] = [None]
    client = app.build_app(lambda: current[0]).test_client()
    assert client.get("/atom.xml").status_code == 503
    current[0] = small
    assert client.get("/atom.xml").status_code == 200


def test_one_negotiator_for_a_snapshot(small: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers from a snapshot is made once, and keeps what it has worked out."""
    made: list[Snapshot] = []

    def note(snapshot: Snapshot, history: ValidatorHistory) -> Negotiator:
        made.append(snapshot)
        return Negotiator(snapshot, history)

    monkeypatch.setattr(app, "Negotiator", note)
    client = app.build_app(lambda: small).test_client()
    for path in ("/", "/atom.xml", "/nowhere", "/"):
        client.get(path)
    assert made == [small]


def _every_kind(client: FlaskClient, small: Snapshot) -> list[TestResponse]:
    etag = f'"{small.documents["/atom.xml"].etag}"'
    unready = app.build_app(lambda: None).test_client()
    return [
        client.get("/atom.xml", headers=_FORGED),
        client.get("/", headers=_FORGED),
        client.get("/atom.xml", headers=_FORGED | {"If-None-Match": etag}),
        client.get("/clippings/one", headers=_FORGED),
        client.get("/nowhere", headers=_FORGED),
        client.get("/", environ_overrides={"PATH_INFO": "//atom.xml"}, headers=_FORGED),
        client.get("/", environ_overrides={"PATH_INFO": "", "SCRIPT_NAME": "/a"}, headers=_FORGED),
        client.get("/", environ_overrides={"PATH_INFO": ""}, headers=_FORGED),
        client.post("/atom.xml", headers=_FORGED),
        client.options("/atom.xml", headers=_FORGED),
        client.get("/", environ_overrides={"HTTP_HOST": f"{_TELLING}:x/<y>"}),
        unready.get("/atom.xml", headers=_FORGED),
    ]


def test_host_header_is_in_no_answer(client: FlaskClient, small: Snapshot) -> None:
    """What a client says of the host is in no header and no body, so that no cache is poisoned."""
    answers = _every_kind(client, small)
    statuses = {response.status_code for response in answers}
    assert statuses >= {200, 304, 308, 404, 405, 503}
    assert max(statuses) == 503
    for response in answers:
        told = str(response.headers).encode() + response.data
        assert _TELLING.encode() not in told
        assert b"gopher" not in told


def test_no_answer_is_to_be_guessed_at(client: FlaskClient, small: Snapshot) -> None:
    """Every answer with a body, of whatever status, forbids a browser to guess its type."""
    for response in _every_kind(client, small):
        expected = [] if response.status_code == 304 else ["nosniff"]
        assert response.headers.getlist("X-Content-Type-Options") == expected


def test_failure_of_our_own() -> None:
    """A failure of feedpress is a 500 in plain text that tells nothing of the inside."""

    def fail() -> Snapshot | None:
        raise RuntimeError("secret")

    response = app.build_app(fail).test_client().get("/atom.xml", headers=_FORGED)
    assert response.status_code == 500
    assert response.data == b"Internal Server Error.\n"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


_DUE = support.NOW + timedelta(minutes=20)
_FORMERLY = {"new": {"title": "New", "formerly": ["old"], "retired": "2026-01-01"}}


def _answers(now: datetime, *clippings: dict[str, str]) -> dict[int, TestResponse]:
    """Return one answer of each status to a clock that stands."""
    gone = {"id": "gone", "title": "Gone", "added": "2020", "withdrawn": "2020-01-02"}
    loaded = support.publication([gone, *clippings], _FORMERLY)
    built = snapshot.build(loaded, support.NOW)
    client = app.build_app(lambda: built, lambda: now).test_client()
    etag = {"If-None-Match": f'"{built.documents["/atom.xml"].etag}"'}
    answers = [
        client.get("/atom.xml"),
        client.get("/atom.xml", headers=etag),
        client.get("/projects/old/atom.xml"),
        client.get("/nowhere"),
        client.get("/clippings/gone/"),
    ]
    return {response.status_code: response for response in answers}


@pytest.mark.parametrize("status", [200, 304, 308, 404, 410])
@pytest.mark.parametrize(
    ("now", "fresh", "stale"),
    [
        pytest.param(_DUE - timedelta(minutes=91), 1800, 3600, id="long before"),
        pytest.param(_DUE - timedelta(minutes=90), 1800, 3600, id="an hour and a half before"),
        pytest.param(_DUE - timedelta(minutes=90, seconds=-1), 1800, 3599, id="a second less"),
        pytest.param(_DUE - timedelta(minutes=30), 1800, 0, id="half an hour before"),
        pytest.param(_DUE - timedelta(minutes=30, seconds=-1), 1799, 0, id="and a second less"),
        pytest.param(_DUE - timedelta(seconds=1), 1, 0, id="a second before"),
        pytest.param(_DUE - timedelta(microseconds=1), 0, 0, id="just before"),
        pytest.param(_DUE, 0, 0, id="due, and not there yet"),
        pytest.param(_DUE + timedelta(hours=1), 0, 0, id="long overdue"),
    ],
)
def test_no_answer_holds_beyond_what_is_due(
    now: datetime, fresh: int, stale: int, status: int
) -> None:
    """Nobody is told to keep an answer beyond the instant at which the next clipping appears.

    Neither as fresh (RFC 9111 §5.2.2.1) nor while he asks again (RFC 5861 §3).
    """
    held_back = {"id": "held-back", "title": "Held back", "added": _DUE.isoformat()}
    response = _answers(now, held_back)[status]
    assert response.headers.getlist("Cache-Control") == [
        f"public, max-age={fresh}, stale-while-revalidate={stale}, stale-if-error=604800"
    ]


@pytest.mark.parametrize("status", [200, 304, 308, 404, 410])
def test_where_nothing_is_due(status: int) -> None:
    """Where nothing is due, every answer holds for half an hour."""
    headers = _answers(support.NOW)[status].headers
    assert headers.getlist("Cache-Control") == [
        "public, max-age=1800, stale-while-revalidate=3600, stale-if-error=604800"
    ]


def test_what_nobody_may_keep(client: FlaskClient) -> None:
    """That there is nothing yet, and that a method is refused, is kept by nobody."""
    unready = app.build_app(lambda: None).test_client()
    assert unready.get("/atom.xml").headers["Cache-Control"] == "no-store"
    assert client.post("/atom.xml").headers["Cache-Control"] == "no-store"


def test_page_that_is_gone() -> None:
    """What is gone is a page for people, without an entity tag."""
    gone = _answers(support.NOW)[410]
    assert "ETag" not in gone.headers
    assert gone.headers["Content-Type"] == "text/html; charset=utf-8"
    assert gone.headers["Content-Length"] == str(len(gone.data))
