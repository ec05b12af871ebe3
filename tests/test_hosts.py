"""From an export, real web servers with the generated configuration answer as feedpress does."""

import http.client
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

import support
from feedpress import snapshot
from feedpress.publishing import export
from feedpress.publishing.hosts import every, nginx, pages_hosts
from feedpress.serving import app
from feedpress.snapshot import Snapshot
from servers import eventually, free_port

# Good addresses, of which a careless configuration would make something else.
_HOME = "https://example.org/a'b;c(d)/?x=%22%7B&y"
_HUB = "https://hub.example.net/;return=418/'/#}"
_PROJECTS = {
    "portal": {"title": "LA Business Portal", "formerly": ["gate", "door.v1"]},
    "ended": {"title": "Ended", "retired": "2020-03-01"},
    "lately": {"title": "Ended lately", "retired": "2026-11-01"},
    "nothing": {"title": "Nothing yet"},
}
_ROWS: list[dict[str, object]] = [
    {"id": f"c{n}", "title": f"Number {n}", "added": f"2020-01-{n:02}", "projects": projects}
    for n, projects in enumerate([["portal"], ["ended"], ["portal", "ended"]] * 4, 1)
]
_GONE = {"id": "taken", "title": "X", "added": "2019", "withdrawn": "2020-02-01"}
_ELSEWHERE = [
    "/clippings/c1",
    "/clippings/taken",
    "/projects/portal",
    "/nowhere",
    "/projects",
    "/projects/",
    "/projects/gate/nothing.xml",
    "/archive",
    "/archive/",
    "/archive/1",
    "/archive/99/atom.xml",
    "/atom.xml/",
    "/atom.xml.gz",
    "/index.html",
    "/clippings/c1/index.html",
    "/clippings/taken/index.html",
    "/.feedpress",
    "/.feedpress/",
    "/.feedpress/nginx.conf",
    "/.feedpress/files.json",
    "/.feedpress/gone/clippings/taken/index.html",
]
_COMPARED = [
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Allow",
    "Cache-Control",
    "Content-Encoding",
    "Content-Security-Policy",
    "Content-Type",
    "Link",
    "Location",
    "X-Content-Type-Options",
]
_KEPT_ON_304 = ["Access-Control-Allow-Origin", "Cache-Control", "Link"]

_NGINX = """daemon off; pid {folder}/pid; error_log {folder}/log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {site}; include {site}/.feedpress/nginx.conf; }}
}}
"""
_START = {
    "nginx": (_NGINX, ["nginx", "-c"]),
}


@pytest.fixture(scope="module")
def shown() -> Snapshot:
    """The documents of a publication that has one of everything."""
    loaded = support.publication([*_ROWS, _GONE], _PROJECTS, feed_size=3, home=_HOME, hubs=[_HUB])
    return snapshot.build(loaded, support.NOW)


@pytest.fixture(scope="module")
def client(shown: Snapshot) -> FlaskClient:
    """A client of feedpress itself."""
    return app.build_app(lambda: shown, lambda: support.NOW).test_client()


class _Host:
    """A real web server that has the export."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    def ask(
        self, method: str, path: str, **fields: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask it, each time over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def is_up(self) -> bool:
        """Return whether it answers."""
        try:
            return self.ask("GET", "/atom.xml")[0] > 0
        except OSError:
            return False


@pytest.fixture(scope="module", params=_START)
def host(request: pytest.FixtureRequest, shown: Snapshot) -> Iterator[_Host]:
    """Each of the web servers for which there is a configuration."""
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed; on Debian: apt-get install nginx-light")
    # pytest's folders are closed to nginx's workers, which are another user.
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        with _running(name, folder, shown) as running:
            yield running


@contextmanager
def _running(name: str, folder: Path, shown: Snapshot) -> Iterator[_Host]:
    port = free_port()
    site = folder / "site"
    export.export_snapshot(shown, site, every.configurations(shown, support.NOW))
    text, command = _START[name]
    configuration = folder / "configuration"
    configuration.write_text(text.format(folder=folder, port=port, site=site))
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*command, str(configuration)], stdout=said, stderr=said)
    running = _Host(name, port)
    try:
        assert eventually(running.is_up), (folder / "said").read_text()
        yield running
    finally:
        process.terminate()
        process.wait(20)


def _paths(shown: Snapshot) -> list[str]:
    return [*shown.documents, *(path for path, _ in shown.redirects()), *_ELSEWHERE]


@pytest.mark.parametrize("destination", ["empty", "document"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_answers_are_the_same(
    host: _Host, client: FlaskClient, shown: Snapshot, method: str, coding: str, destination: str
) -> None:
    """Status, headers and body of every path are what feedpress gives, where the host can."""
    if host.name == "nginx" and coding == "br":
        coding = "gzip, br"  # Debian's nginx has no module for br, and gives gzip
    for path in _paths(shown):
        fields = {"Sec-Fetch-Dest": destination}
        accepted = {"Accept-Encoding": coding.split(",")[0]}
        ours = client.open(path, method=method, headers=fields | accepted)
        status, headers, body = host.ask(method, path, Accept_Encoding=coding, **fields)
        assert status == ours.status_code, path
        compared = set(_COMPARED)
        if status == 308:
            compared -= {"Content-Type"}  # a host's redirect has a body of its own
        else:
            assert body == ours.data, path
        differing = {
            name: (headers.get(name), ours.headers.get(name))
            for name in compared
            if headers.get(name) != ours.headers.get(name)
        }
        assert differing == {}, path
        assert _varies_by(headers.get("Vary")) == _varies_by(ours.headers.get("Vary")), path


def _varies_by(value: str | None) -> set[str]:
    return {name.strip() for name in (value or "").split(",") if name.strip()}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods(host: _Host, client: FlaskClient, shown: Snapshot, method: str) -> None:
    """What is not reading is refused, and OPTIONS answered, as feedpress does."""
    for path in _paths(shown):
        ours = client.open(path, method=method)
        status, headers, body = host.ask(method, path)
        assert (status, body) == (ours.status_code, ours.data), path
        for name in (*_COMPARED, "Allow"):
            if name != "Cache-Control" or ours.headers.get(name) != "no-store":
                assert headers.get(name) == ours.headers.get(name), (path, name)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_conditional_requests(host: _Host, shown: Snapshot, coding: str) -> None:
    """With the host's own validators it says that nothing has changed, and keeps what it must."""
    for path in shown.documents:
        status, whole, _ = host.ask("GET", path, Accept_Encoding=coding)
        if path in shown.gone:
            assert status == 410
            continue
        for name, value in (
            ("If-None-Match", whole["ETag"]),
            ("If-Modified-Since", whole["Last-Modified"]),
        ):
            assert value, (path, name)
            fields = {"Accept_Encoding": coding, name.replace("-", "_"): value}
            status, headers, body = host.ask("GET", path, **fields)
            assert (status, body) == (304, b""), (path, name)
            for kept in _KEPT_ON_304:
                assert headers.get(kept) == whole.get(kept), (path, kept)


def test_redirects_lead_to_what_is_there(host: _Host, shown: Snapshot) -> None:
    """Every former address leads, in one step, to one that has what it had."""
    for path, there in shown.redirects():
        _, headers, _ = host.ask("GET", path)
        assert urljoin(path, headers["Location"]) == there
        assert host.ask("GET", there)[0] in (200, 410)


def _parsed_headers(text: str) -> dict[str, dict[str, str]]:
    rules: dict[str, dict[str, str]] = {}
    rule: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("/"):
            rule = rules.setdefault(line, {})
        else:
            name, value = line.strip().split(": ", 1)
            rule[name] = value
    return rules


def _headers_of(path: str, rules: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return what Netlify and Cloudflare Pages make of a file's rules for a path."""
    found: dict[str, str] = {}
    for rule, headers in rules.items():
        pattern = re.sub(r":\w+", "[^/]+", re.escape(rule).replace("\\*", ".*"))
        if re.fullmatch(pattern, path):
            for name, value in headers.items():
                found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def test_headers_file(shown: Snapshot, client: FlaskClient) -> None:
    """`_headers` gives every file its headers, and Link to every feed that is polled."""
    rules = _parsed_headers(pages_hosts.headers(shown, support.NOW))
    assert len(rules) <= 100
    for path in shown.documents:
        if path in shown.gone:
            continue
        ours, given = client.get(path).headers, _headers_of(path, rules)
        compared = {"Cache-Control", *given} - {"Content-Type"}
        assert {name: given[name] for name in compared} == {name: ours[name] for name in compared}
        if not path.endswith("/"):  # an .html file has its type on any host
            assert given["Content-Type"] == ours["Content-Type"]
        if path in shown.documents.ready:
            assert given.get("Link") == ours.get("Link")


def test_no_more_rules_than_a_host_takes() -> None:
    """With very many projects the last ones go without Link, and no rule is lost."""
    projects = {f"p{n}": {"title": f"P {n}"} for n in range(200)}
    shown = snapshot.build(support.publication(_ROWS[:1], {**_PROJECTS, **projects}), support.NOW)
    rules = _parsed_headers(pages_hosts.headers(shown, support.NOW))
    assert len(rules) <= 100
    assert "Link" in _headers_of("/atom.xml", rules)
    assert "Link" not in _headers_of("/projects/p199/atom.xml", rules)
    assert _headers_of("/projects/p199/atom.xml", rules)["Content-Type"] == (
        "application/atom+xml; charset=utf-8"
    )


def test_redirects_file(shown: Snapshot) -> None:
    """`_redirects` leads every former address to the one of now."""
    lines = [line.split() for line in pages_hosts.redirects_file(shown).splitlines()[1:]]
    assert {status for *_, status in lines} == {"301"}
    for path, there in shown.redirects():
        for was, now, _ in lines:
            if found := re.fullmatch(re.escape(was).replace("\\*", "(.*)"), path):
                assert now.replace(":splat", found[1] if found.groups() else "") == there
                break
        else:
            pytest.fail(f"nothing leads on from {path}")


def test_what_is_held_back_is_nowhere(tmp_path: Path) -> None:
    """No file of an export tells of what is to come; its headers are those of the build."""
    due = support.NOW + timedelta(minutes=10)
    secret = {"id": "secret", "title": "Nobody knows", "added": due.isoformat()}
    held = snapshot.build(support.publication([*_ROWS, secret], _PROJECTS), support.NOW)
    export.export_snapshot(held, tmp_path, every.configurations(held, support.NOW))
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"secret" not in file.read_bytes()
    assert "max-age=600, stale-while-revalidate=0" in (tmp_path / "_headers").read_text()


def test_no_text_breaks_out() -> None:
    """Whatever an address holds stays within the quotation marks of every configuration."""
    for address in ("https://example.org/$uri/{file}/'\"/", "https://example.org/a;b//\\"):
        loaded = support.publication(_ROWS[:1], _PROJECTS, home=address)
        shown = snapshot.build(loaded, support.NOW)
        for line in nginx.configuration(shown, support.NOW).splitlines():
            if line.startswith(("add_header Link", "set ")):
                text = r'"(?:[^"\\$]|\\")*"|\$feedpress_link'
                assert re.fullmatch(
                    rf"(add_header Link|set \$feedpress_link) ({text})( always)?;", line
                )


def test_addresses_that_are_very_long(tmp_path: Path) -> None:
    """No line is too long for a host: a Link that would be is cut, and the feed has it whole."""
    home = f"https://example.org/{'a' * 5000}"
    hubs = [f"https://hub.example.net/{n}/{'b' * 100}" for n in range(50)]
    loaded = support.publication(_ROWS, _PROJECTS, feed_size=3, home=home, hubs=hubs)
    shown = snapshot.build(loaded, support.NOW)
    for name, text in every.configurations(shown, support.NOW):
        assert max(map(len, text.splitlines())) < 4000, name
    response = app.build_app(lambda: shown).test_client().get("/atom.xml")
    assert response.headers["Link"].startswith("<https://feeds.example.org/atom.xml>")
    assert response.headers["Link"].count('rel="hub"') > 5
    assert sum(len(f"{name}: {value}") for name, value in response.headers) < 3500
    assert response.data.count(b'rel="hub"') == 50
    export.export_snapshot(shown, tmp_path, every.configurations(shown, support.NOW))


def test_publication_that_is_not_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host knows every file, however little of them is made ahead."""
    loaded = support.publication([*_ROWS, _GONE], _PROJECTS, feed_size=3)
    ahead = dict(every.configurations(snapshot.build(loaded, support.NOW), support.NOW))
    monkeypatch.setattr(snapshot, "_AHEAD_BYTES", 0)
    bounded = snapshot.build(loaded, support.NOW)
    assert len(bounded.documents.ready) == 1
    assert dict(every.configurations(bounded, support.NOW)) == ahead
