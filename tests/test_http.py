"""What HTTP says of every kind of path: one table, for each server, at the root and under a prefix.

The prefix is that of another WSGI app in front, or of the blueprint in the example Flask site.

What is expected is written out here, after RFC 9110, 9111, 5861, 3229 and 8288.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

import example_site
import feedpress
import support
from feedpress import snapshot
from feedpress.reading import json_schema, publication_file
from feedpress.settings import Settings
from servers import GUNICORN, SERVE, Fields, Reply, ask, eventually, starting

_TESTS = Path(__file__).parent

_OVERALL = "/atom.xml"
_PROJECT = "/projects/portal/rss.xml"
_ARCHIVE = "/archive/1/atom.xml"
_FRONT = "/"
_PAGE = "/projects/portal/"
_CLIPPING = "/clippings/first/"
_STYLE = "/style.css"
_SCHEMA = "/clippings.schema.json"
_JSON = "/projects/portal/feed.json"
_OPML = "/opml.xml"
_YEAR = "/years/undated/"
_EMBED = "/projects/portal/embed/"
_SCRIPT = "/embed.js"
_ICON = "/icon.svg"
_GONE_PAGE = "/clippings/taken-back/"
_GONE_FEED = "/projects/ended/atom.xml"

_BASE = "https://feeds.example.org"
_HUB = '<https://hub.example.net/>; rel="hub"'
_HOME = '<https://example.org/media/>; rel="alternate"; type="text/html"'
_PORTAL = f'<{_BASE}/projects/portal/>; rel="alternate"; type="text/html"'


def _self(path: str, media_type: str) -> str:
    return f'<{_BASE}{path}>; rel="self"; type="{media_type}"'


_ATOM, _RSS = "application/atom+xml", "application/rss+xml"


def _policy(more: str = "", end: str = "; frame-ancestors 'none'") -> dict[str, str]:
    own = f"default-src 'none'; style-src 'self'; {more}base-uri 'none'; form-action 'none'"
    return {"content-security-policy": own + end}


_ITS_OWN = "script-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
_HTML = {
    "content-type": "text/html; charset=utf-8",
    "vary": "Accept-Encoding",
    **_policy(_ITS_OWN),
}
#: What is said of each document, whatever else is asked.
_SAID: Mapping[str, Mapping[str, str]] = {
    _OVERALL: {
        "content-type": "application/atom+xml; charset=utf-8",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "link": f"{_self(_OVERALL, _ATOM)}, {_HUB}, {_HOME}",
    },
    _PROJECT: {
        "content-type": "application/rss+xml; charset=utf-8",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "link": f"{_self(_PROJECT, _RSS)}, {_HUB}, {_PORTAL}",
    },
    _ARCHIVE: {
        "content-type": "application/atom+xml; charset=utf-8",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "link": f"{_self(_ARCHIVE, _ATOM)}, {_HOME}",
    },
    _JSON: {
        "content-type": "application/feed+json; charset=utf-8",
        "vary": "Accept-Encoding",
        "link": f"{_self(_JSON, 'application/feed+json')}, {_HUB}, {_PORTAL}",
    },
    _OPML: {
        "content-type": "text/x-opml; charset=utf-8",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
    },
    _FRONT: _HTML,
    _PAGE: _HTML,
    _CLIPPING: _HTML,
    _YEAR: _HTML,
    _EMBED: {**_HTML, **_policy(end="")},
    _SCRIPT: {"content-type": "text/javascript; charset=utf-8", "vary": "Accept-Encoding"},
    _ICON: {"content-type": "image/svg+xml; charset=utf-8", "vary": "Accept-Encoding"},
    _STYLE: {"content-type": "text/css; charset=utf-8", "vary": "Accept-Encoding"},
    _SCHEMA: {
        "content-type": "application/schema+json; charset=utf-8",
        "vary": "Accept-Encoding",
    },
    _GONE_PAGE: _HTML,
    _GONE_FEED: _HTML,
}
_WITH_VALIDATORS = [path for path in _SAID if path not in (_GONE_PAGE, _GONE_FEED)]

_EVERYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Last-Modified, Link, Retry-After",
    "x-content-type-options": "nosniff",
    **_policy(),
}
_TEXT = {"content-type": "text/plain; charset=utf-8"}
_KEPT = {
    "cache-control": ("public, max-age=1800, stale-while-revalidate=3600, stale-if-error=604800")
}

_CLIPPINGS: list[dict[str, Any]] = [
    {"id": "sixth", "title": "Sixth", "added": "2020-01-06", "projects": ["portal"]},
    {"id": "fifth", "title": "Fifth", "added": "2020-01-05", "projects": ["new-name"]},
    {"id": "fourth", "title": "Fourth", "added": "2020-01-04", "projects": ["portal"]},
    {"id": "third", "title": "Third", "added": "2020-01-03", "projects": ["new-name"]},
    {"id": "second", "title": "Second", "added": "2020-01-02", "projects": ["portal"]},
    {"id": "first", "title": "First", "added": "2020-01-01", "projects": ["portal", "ended"]},
    {"id": "taken-back", "title": "X", "added": "2019-01-01", "withdrawn": "2020-02-01"},
]
_NEW: dict[str, Any] = {
    "id": "seventh",
    "title": "Seventh",
    "added": "2020-01-07",
    "projects": ["portal"],
}


def _text(clippings: list[dict[str, Any]]) -> str:
    projects = {
        "portal": {"title": "LA Business Portal"},
        "new-name": {"title": "New", "formerly": ["old-name"]},
        "ended": {"title": "Ended", "retired": "2020-03-01"},
    }
    return support.file_text(clippings, projects, feed_size=3, hubs=["https://hub.example.net/"])


_BEFORE = _text(_CLIPPINGS)
_AFTER = _text([_NEW, {**_CLIPPINGS[0], "title": "Sixth, corrected"}, *_CLIPPINGS[1:]])


def _bodies(text: str) -> dict[str, bytes]:
    loaded, _ = publication_file.load([("clippings.yaml", text.encode())])
    documents = snapshot.build(loaded, support.NOW, write_schema=json_schema.schema_text).documents
    return {path: documents[path].body for path in _SAID}


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


@dataclass(frozen=True)
class _Site:
    """A server that has seen an edit, and what it says of when its documents were new."""

    ask: Callable[[str, str, Fields], Reply]
    #: The fields that the server itself adds to each answer, and nobody else.
    own: frozenset[str]
    last_modified: dict[str, datetime] = field(default_factory=dict)

    def told(self, path: str, name: str) -> str | None:
        """Return one field of the answer to a plain request."""
        fields = {key.lower(): value for key, value in self.ask("GET", path, ()).fields}
        return fields.get(name)

    def has_seen_the_edit(self) -> bool:
        """Return whether it has the feed that it has after the edit."""
        return self.told(_OVERALL, "etag") == _tag(_OVERALL)

    def learn(self) -> bool:
        """Ask when each document was new; tell whether it is said of all."""
        told = {path: self.told(path, "last-modified") for path in _WITH_VALIDATORS}
        self.last_modified.update(
            {path: parsedate_to_datetime(date) for path, date in told.items() if date}
        )
        return all(told.values())


def _through_werkzeug(client: Client, mount: str) -> Callable[[str, str, Fields], Reply]:
    def ask_it(method: str, path: str, fields: Fields) -> Reply:
        answer = client.open(mount + path, method=method, headers=list(fields))
        return Reply(answer.status_code, tuple(answer.headers.items()), answer.data)

    return ask_it


def _through_a_socket(port: int, mount: str) -> Callable[[str, str, Fields], Reply]:
    return lambda method, path, fields: ask(port, method, mount + path, fields)


_SITES = {
    "Flask's client": "",
    "Flask's client under a prefix": "/press",
    "Flask's client of the example site": "/press",
    "built-in server": "",
    "built-in server under a prefix": "/press",
    "gunicorn": "",
    "gunicorn under a prefix": "/press",
    "gunicorn with the example site": "/press",
}
_GRANIAN = ("granian", "--interface", "wsgi", "--log-level", "warning", "--port", "PORT")
# It refuses longer fields by itself, else.
_LONG = ("--limit-request-field_size", "100000")
_COMMANDS = {
    "built-in server": SERVE,
    "built-in server under a prefix": (*_GRANIAN, "mounted:app"),
    "gunicorn": (*GUNICORN, *_LONG),
    "gunicorn under a prefix": ("gunicorn", "mounted:app", *GUNICORN[2:], *_LONG),
    "gunicorn with the example site": (
        "gunicorn",
        "example_site:create_app('clippings.yaml', None)",
        *GUNICORN[2:],
        *_LONG,
    ),
}
_OWN = {"F": (), "b": ("connection", "date", "server"), "g": ("connection", "date", "server")}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, _Site]]:
    """The sites in this process."""
    names = [name for name in _SITES if name not in _COMMANDS]
    with _edited(tmp_path_factory.mktemp("press"), names) as found:
        yield found


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, _Site]]:
    """The sites that are processes of their own."""
    with _edited(tmp_path_factory.mktemp("press"), _COMMANDS) as found:
        yield found


@pytest.fixture
def sites(clients: Mapping[str, _Site], servers: Mapping[str, _Site]) -> Mapping[str, _Site]:
    """All sites."""
    return {**clients, **servers}


@pytest.fixture
def site(request: pytest.FixtureRequest, name: str) -> _Site:
    """The site of a name."""
    found: Mapping[str, _Site] = request.getfixturevalue(
        "servers" if name in _COMMANDS else "clients"
    )
    return found[name]


def _parameters(names: Iterable[str]) -> list[Any]:
    return [
        pytest.param(name, marks=[pytest.mark.slow] if name in _COMMANDS else []) for name in names
    ]


@contextmanager
def _edited(folder: Path, names: Iterable[str]) -> Iterator[Mapping[str, _Site]]:
    """Run sites; yield them after an edit of their file, once each answer has a Last-Modified."""
    path = folder / "clippings.yaml"
    path.write_text(_BEFORE, encoding="utf-8")
    with ExitStack() as stack:
        app, example = feedpress.create_app(Settings(path)), example_site.create_app(path, None)
        for each in (app, example):
            stack.callback(each.extensions["feedpress"].stop)
        start = stack.enter_context(starting(folder))
        servers = {
            name: start(*_COMMANDS[name], wait=False, PYTHONPATH=support.python_path(_TESTS))
            for name in names
            if name in _COMMANDS
        }
        found = {}
        for name in names:
            mount, own = _SITES[name], frozenset(_OWN[name[0]])
            if name in servers:
                assert eventually(servers[name].answers), servers[name].said()
                found[name] = _Site(_through_a_socket(servers[name].port, mount), own)
            else:
                below = DispatcherMiddleware(NotFound(), {mount: app}) if mount else app
                asked = example if "example" in name else below
                found[name] = _Site(_through_werkzeug(Client(asked), mount), own)
        for site in found.values():
            # Each has shown the old state, and none is asked for the new one too early.
            assert site.told(_OVERALL, "etag") == f'"{_OLD[_OVERALL]}"'
        path.write_text(_AFTER, encoding="utf-8")
        for site in found.values():
            assert eventually(site.has_seen_the_edit)
        for site in found.values():
            assert eventually(site.learn)
        yield found
        for server in servers.values():
            assert "Traceback" not in server.said()


_OLD_BODIES, _BODIES = _bodies(_BEFORE), _bodies(_AFTER)
_OLD = {path: _hash(body) for path, body in _OLD_BODIES.items()}
_NOW = {path: _hash(body) for path, body in _BODIES.items()}
_JUNK = "Ab0 \xe4\xff\"',;=*/\\<>(){}[]?%\t" * 2700


def _tag(path: str, coding: str = "") -> str:
    return f'"{_NOW[path]}-{coding}"' if coding else f'"{_NOW[path]}"'


@dataclass(frozen=True)
class _Expected:
    """An answer, with all of its fields but the server's own."""

    status: int
    #: Without Content-Length and Last-Modified.
    fields: Mapping[str, str]
    #: The body, decoded; empty for HEAD, too.
    body: bytes = b""
    coding: str = ""
    has_date: bool = False


@dataclass(frozen=True)
class _Case:
    """A request and what it is answered."""

    method: str
    path: str
    fields: Mapping[str, str]
    expected: _Expected


def _whole(path: str, coding: str = "") -> _Expected:
    fields = {"etag": _tag(path, coding), **_KEPT, **_EVERYWHERE, **_SAID[path]}
    fields |= {"content-encoding": coding} if coding else {}
    return _Expected(200, fields, _BODIES[path], coding, has_date=True)


def _same(path: str, coding: str = "") -> _Expected:
    """Return what tells that a document is the same: nothing that is only of use with a body."""
    fields = {"etag": _tag(path, coding), **_KEPT, **_EVERYWHERE, **_SAID[path]}
    for name in ("content-type", "content-security-policy", "x-content-type-options"):
        del fields[name]
    return _Expected(304, fields, has_date=True)


def _unless_known(entry: re.Match[str]) -> str:
    return entry[0] if "/seventh<" in entry[0] or "/sixth<" in entry[0] else ""


def _gone(path: str, coding: str = "") -> _Expected:
    fields = {**_KEPT, **_EVERYWHERE, **_SAID[path]}
    fields |= {"content-encoding": coding} if coding else {}
    return _Expected(410, fields, _BODIES[path], coding)


def _sent_to(location: str, body: bytes) -> _Expected:
    return _Expected(308, {"location": location, **_TEXT, **_KEPT, **_EVERYWHERE}, body)


def _moved(location: str) -> _Expected:
    return _sent_to(location, b"This has another address now.\n")


def _no_slash(location: str) -> _Expected:
    return _sent_to(location, b"This address ends in a slash.\n")


def _nothing() -> _Expected:
    body = b"There is nothing at this address. The front page lists every feed.\n"
    return _Expected(404, {**_TEXT, **_KEPT, **_EVERYWHERE}, body)


def _refused() -> _Expected:
    fields = {"allow": "GET, HEAD, OPTIONS", "cache-control": "no-store", **_TEXT, **_EVERYWHERE}
    return _Expected(405, fields, b"What is at this address can only be read.\n")


def _allowed() -> _Expected:
    preflight = {
        "allow": "GET, HEAD, OPTIONS",
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": "If-None-Match, If-Modified-Since",
        "access-control-max-age": "86400",
    }
    return _Expected(204, {**preflight, **_EVERYWHERE})


_INM, _IMS, _AE = "If-None-Match", "If-Modified-Since", "Accept-Encoding"


def _conditions_on(kind: str, path: str, old: str) -> Iterator[tuple[str, _Case]]:
    """Yield what If-None-Match comes to, at the path of a document."""
    n, tag = _NOW[path], _tag(path)
    same, br, gz = _same(path), _same(path, "br"), _same(path, "gzip")
    for name, value, expected in [
        ("its tag", tag, same),
        ("its tag with gzip", f'"{n}-gzip"', gz),
        ("its tag with br", f'"{n}-br"', br),
        ("a weak tag", f"W/{tag}", same),
        ("a weak tag with gzip", f'W/"{n}-gzip"', gz),
        ("a list with it last", f'"a", W/"b", {tag}', same),
        ("a list without spaces", f'"a",{tag},"b"', same),
        ("a list with junk around it", f"junk, {tag}, =;<", same),
        ("an asterisk", "*", same),
        ("a proxy's -gzip behind ours", f'"{n}-gzip-gzip"', gz),
        ("Apache's suffix", f'"{n}-gzip"', gz),
        ("a proxy's ;br", f'"{n};br"', br),
        ("Jetty's suffix", f'"{n}--gzip"', gz),
        ("a weak tag of a proxy", f'W/"{n}-gzip"', gz),
        ("another tag", '"0123456789abcdef"', _whole(path)),
        ("the tag before the edit", f'"{old}"', same if old == n else _whole(path)),
        ("its tag and letters", f'"{n}x"', _whole(path)),
        ("its tag with an unknown suffix", f'"{n}-rot13"', _whole(path)),
        ("its tag in large letters", f'"{n.upper()}"', _whole(path)),
        ("an asterisk in quotes", '"*"', _whole(path)),
        ("nothing", "", _whole(path)),
        ("an empty tag", '""', _whole(path)),
        ("an empty tag and its own", f'"", {tag}', same),
        ("a comma", ",", _whole(path)),
        ("64 KB of junk", _JUNK.replace("\t", " "), _whole(path)),
        ("64 KB of tags", '"0123456789abcdef", ' * 3300, _whole(path)),
    ]:
        yield f"{kind}: If-None-Match is {name}", _Case("GET", path, {_INM: value}, expected)


def _codings_of(
    kind: str, path: str, whole: Callable[..., _Expected]
) -> Iterator[tuple[str, _Case]]:
    """Yield what Accept-Encoding comes to (RFC 9110 §12.5.3), at the path of a document."""
    for value, coding in [
        ("", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.1, gzip;q=1", "gzip"),
        ("br; q=0.1 , gzip ; q=0.9", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, br;q=0", ""),
        ("gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("identity", ""),
        ("identity;q=0", ""),
        ("*;q=0", ""),
        ("identity;q=0, gzip", "gzip"),
        ("gzip;q=0.5, identity", ""),
        ("deflate", ""),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=nonsense", ""),
        (";;,=q,\xff", ""),
    ]:
        yield (
            f"{kind}: Accept-Encoding is {value!r}",
            _Case("GET", path, {_AE: value}, whole(path, coding)),
        )


def _dates_on(kind: str, path: str) -> Iterator[tuple[str, _Case]]:
    """Yield what If-Modified-Since comes to; dates are put in when they are known."""
    same, whole, tag = _same(path), _whole(path), _tag(path)
    for name, value, more, expected in [
        ("its date", "{exact:%a, %d %b %Y %H:%M:%S GMT}", {}, same),
        ("its date as in RFC 850", "{exact:%A, %d-%b-%y %H:%M:%S GMT}", {}, same),
        ("its date as of asctime", "{exact:%a %b %e %H:%M:%S %Y}", {}, same),
        ("a second earlier", "{earlier:%a, %d %b %Y %H:%M:%S GMT}", {}, whole),
        ("a second later", "{later:%a, %d %b %Y %H:%M:%S GMT}", {}, whole),
        ("far in the future", "Fri, 31 Dec 9999 23:59:59 GMT", {}, whole),
        ("long ago", "Thu, 01 Jan 1970 00:00:00 GMT", {}, whole),
        ("junk", "the day before \xff", {}, whole),
        ("nothing", "", {}, whole),
        ("a number", "99999999999999999999", {}, whole),
        ("64 KB of junk", _JUNK.replace("\t", " "), {}, whole),
        ("its date, with another tag", "{exact:%a, %d %b %Y %H:%M:%S GMT}", {_INM: '"x"'}, whole),
        ("its date, with an empty tag", "{exact:%a, %d %b %Y %H:%M:%S GMT}", {_INM: ""}, whole),
        ("its date, with its tag", "{exact:%a, %d %b %Y %H:%M:%S GMT}", {_INM: tag}, same),
        ("earlier, with its tag", "{earlier:%a, %d %b %Y %H:%M:%S GMT}", {_INM: tag}, same),
        ("junk, with its tag", "junk", {_INM: tag}, same),
    ]:
        fields = {_IMS: value, **more}
        yield f"{kind}: If-Modified-Since is {name}", _Case("GET", path, fields, expected)


_KINDS = {
    "overall feed": _whole(_OVERALL),
    "project's feed": _whole(_PROJECT),
    "archive": _whole(_ARCHIVE),
    "front page": _whole(_FRONT),
    "project's page": _whole(_PAGE),
    "clipping's page": _whole(_CLIPPING),
    "style sheet": _whole(_STYLE),
    "schema": _whole(_SCHEMA),
    "project's feed in JSON": _whole(_JSON),
    "list of feeds": _whole(_OPML),
    "year's page": _whole(_YEAR),
    "page to frame": _whole(_EMBED),
    "partners' script": _whole(_SCRIPT),
    "icon": _whole(_ICON),
    "page that is gone": _gone(_GONE_PAGE),
    "feed that is gone": _gone(_GONE_FEED),
    "page of a former slug": _moved("../../projects/new-name/"),
    "page of a former slug without its slash": _moved("../projects/new-name/"),
    "feed of a former slug": _moved("../../projects/new-name/atom.xml"),
    "archive of a former slug": _nothing(),
    "page without its slash": _no_slash("portal/"),
    "unknown path": _nothing(),
    "unknown project": _nothing(),
}
_PATHS = {
    "overall feed": _OVERALL,
    "project's feed": _PROJECT,
    "archive": _ARCHIVE,
    "front page": _FRONT,
    "project's page": _PAGE,
    "clipping's page": _CLIPPING,
    "style sheet": _STYLE,
    "schema": _SCHEMA,
    "project's feed in JSON": _JSON,
    "list of feeds": _OPML,
    "year's page": _YEAR,
    "page to frame": _EMBED,
    "partners' script": _SCRIPT,
    "icon": _ICON,
    "page that is gone": _GONE_PAGE,
    "feed that is gone": _GONE_FEED,
    "page of a former slug": "/projects/old-name/",
    "page of a former slug without its slash": "/projects/old-name",
    "feed of a former slug": "/projects/old-name/atom.xml",
    "archive of a former slug": "/projects/old-name/archive/9/atom.xml",
    "page without its slash": "/projects/portal",
    "unknown path": "/nowhere",
    "unknown project": "/projects/unknown/atom.xml",
}
#: What somebody may send who expects a document where there is none, or none any more.
_ANYTHING = {_INM: "*", _IMS: "Thu, 01 Jan 1970 00:00:00 GMT"}


def _all_cases() -> Iterator[tuple[str, _Case]]:
    for kind, path in _PATHS.items():
        yield f"{kind}: GET", _Case("GET", path, {}, _KINDS[kind])
        yield f"{kind}: HEAD", _Case("HEAD", path, {}, _KINDS[kind])
        yield f"{kind}: OPTIONS", _Case("OPTIONS", path, {}, _allowed())
        yield f"{kind}: POST", _Case("POST", path, {}, _refused())
        yield f"{kind}: an unknown method", _Case("BREW", path, {}, _refused())
        if path in _WITH_VALIDATORS:
            same, fields = _same(path, "gzip"), {_INM: _tag(path, "gzip"), _AE: "gzip"}
            yield f"{kind}: HEAD in gzip", _Case("HEAD", path, {_AE: "gzip"}, _whole(path, "gzip"))
            yield f"{kind}: HEAD with its tag", _Case("HEAD", path, {_INM: _tag(path)}, _same(path))
            yield f"{kind}: its tag in gzip", _Case("GET", path, fields, same)
        else:
            fields = _ANYTHING
            yield f"{kind}: with conditions", _Case("GET", path, fields, _KINDS[kind])
            yield f"{kind}: HEAD with conditions", _Case("HEAD", path, fields, _KINDS[kind])
    for method in ("PUT", "DELETE", "PATCH", "PROPFIND"):
        yield f"overall feed: {method}", _Case(method, _OVERALL, {}, _refused())
    fields = {_INM: "*", _AE: "gzip"}
    yield "overall feed: POST with conditions", _Case("POST", _OVERALL, fields, _refused())
    yield "overall feed: OPTIONS with conditions", _Case("OPTIONS", _OVERALL, fields, _allowed())
    yield "overall feed: a range", _Case("GET", _OVERALL, {"Range": "bytes=0-9"}, _whole(_OVERALL))
    yield (
        "overall feed: a query",
        _Case("GET", f"{_OVERALL}?_=1700000000", {}, _whole(_OVERALL)),
    )
    for kind in ("overall feed", "archive", "clipping's page"):
        path = _PATHS[kind]
        yield from _conditions_on(kind, path, _OLD[path])
        yield from _dates_on(kind, path)
    yield from _codings_of("overall feed", _OVERALL, _whole)
    yield from _codings_of("clipping's page", _CLIPPING, _whole)
    yield from _codings_of("page that is gone", _GONE_PAGE, _gone)
    for kind in ("overall feed", "archive", "list of feeds", "front page"):
        yield from _destinations_of(kind, _PATHS[kind])
    yield from _together()


def _destinations_of(kind: str, path: str) -> Iterator[tuple[str, _Case]]:
    """Yield what Sec-Fetch-Dest comes to: a browser that shows XML by itself is told so."""
    whole = _whole(path)
    is_xml = "+xml" in whole.fields["content-type"] or "opml" in whole.fields["content-type"]
    told = {"content-type": "text/xml; charset=utf-8"} if is_xml else {}
    shown = replace(whole, fields={**whole.fields, **told})
    for value, expected in [
        ("document", shown),
        ("empty", whole),
        ("iframe", whole),
        ("", whole),
        ("Document", whole),
        ("junk \xff", whole),
    ]:
        case = _Case("GET", path, {"Sec-Fetch-Dest": value}, expected)
        yield f"{kind}: Sec-Fetch-Dest is {value!r}", case
    known = {"Sec-Fetch-Dest": "document", _INM: _tag(path)}
    yield f"{kind}: a browser that has it", _Case("GET", path, known, _same(path))
    other = {"Sec-Fetch-Dest": "document", _INM: '"0123456789abcdef"'}
    yield f"{kind}: a browser that has another", _Case("GET", path, other, shown)


def _together() -> Iterator[tuple[str, _Case]]:
    """Yield what coding a tag and Accept-Encoding come to that do not name the same."""
    n = _NOW[_OVERALL]
    for name, tag, accepted, expected in [
        ("the tag of another coding than is asked for", f'"{n}-br"', "gzip", "br"),
        ("the tag as it is, asked for in gzip", f'"{n}"', "gzip", ""),
        ("two tags, one of what is asked for", f'"{n}-br", "{n}-gzip"', "gzip", "gzip"),
        ("an asterisk, asked for in br", "*", "br", "br"),
        ("a weak tag, asked for in gzip", f'W/"{n}-gzip"', "gzip", "gzip"),
        ("a coding that is not offered", f'"{n}-zstd"', "gzip", "gzip"),
    ]:
        fields = {_INM: tag, _AE: accepted}
        yield f"overall feed: {name}", _Case("GET", _OVERALL, fields, _same(_OVERALL, expected))
    other = {_INM: '"0123456789abcdef"', _AE: "br"}
    yield "overall feed: another tag, in br", _Case("GET", _OVERALL, other, _whole(_OVERALL, "br"))
    dated = {_IMS: "{exact:%a, %d %b %Y %H:%M:%S GMT}", _AE: "gzip"}
    yield "overall feed: its date, in gzip", _Case("GET", _OVERALL, dated, _same(_OVERALL, "gzip"))
    long = {_AE: "\xff" * 65_000, _INM: _tag(_OVERALL)}
    yield "overall feed: 64 KB of codings", _Case("GET", _OVERALL, long, _same(_OVERALL))


_CASES = dict(_all_cases())
_DECODE: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
}


def _put_in(value: str, exact: datetime | None) -> str:
    if exact is None or not value.startswith("{"):
        return value
    second = timedelta(seconds=1)
    return value.format(exact=exact, earlier=exact - second, later=exact + second)


@pytest.mark.parametrize("name", _parameters(_SITES))
@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_answer(site: _Site, case: _Case) -> None:
    """Each request gets the status, exactly the header fields, and the body of the table."""
    expected = case.expected
    exact = site.last_modified.get(case.path.partition("?")[0])
    asked = tuple((key, _put_in(value, exact)) for key, value in case.fields.items())
    reply = site.ask(case.method, case.path, asked)
    assert reply.status == expected.status
    told = sorted((key.lower(), value) for key, value in reply.fields)
    assert {key for key, _ in told} >= site.own
    fields = dict(expected.fields)
    if expected.has_date:
        fields["last-modified"] = f"{exact:%a, %d %b %Y %H:%M:%S GMT}"
    if expected.body:
        # A HEAD request is told the length of what GET gets (RFC 9110 §8.6).
        content = reply if case.method != "HEAD" else site.ask("GET", case.path, asked)
        assert _DECODE[expected.coding](content.body) == expected.body
        fields["content-length"] = str(len(content.body))
    assert [each for each in told if each[0] not in site.own] == sorted(fields.items())
    if case.method == "HEAD" or not expected.body:
        assert reply.body == b""


def test_table_is_large() -> None:
    """The table has the number of cases that were promised, each of another request."""
    requests = {(case.method, case.path, *sorted(case.fields.items())) for case in _CASES.values()}
    assert len(requests) >= 300
    assert len(_CASES) >= len(requests)


@pytest.mark.parametrize("name", _parameters(_SITES))
def test_documents_have_their_own_dates(site: _Site) -> None:
    """What an edit changed is dated later than what it left, and never in the future."""
    dates = site.last_modified
    assert dates[_STYLE] == dates[_SCHEMA]
    assert dates[_STYLE] < dates[_OVERALL] == dates[_PROJECT] == dates[_FRONT]
    assert dates[_OVERALL] <= datetime.now(UTC)


@pytest.mark.parametrize("name", _parameters(name for name, mount in _SITES.items() if mount))
def test_prefix_itself_gets_its_slash(site: _Site) -> None:
    """The prefix without its slash is sent to the front page, by a relative address."""
    reply = site.ask("GET", "", ())
    told = {key.lower(): value for key, value in reply.fields}
    expected = _no_slash("press/")
    assert (reply.status, reply.body) == (expected.status, expected.body)
    assert {key: told[key] for key in told.keys() - site.own} == {
        **expected.fields,
        "content-length": str(len(expected.body)),
    }


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("path", [_OVERALL, _ARCHIVE, _CLIPPING, _GONE_PAGE])
def test_coded_bytes_are_the_same(sites: Mapping[str, _Site], path: str, coding: str) -> None:
    """Whichever process codes a document, and whenever, the bytes are the same."""
    fields = ((_AE, coding),)
    assert len({site.ask("GET", path, fields).body for site in sites.values()}) == 1
