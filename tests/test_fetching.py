"""A page is had from a real server, good or bad, within bounds; or it is said why not."""

import gzip
import itertools
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

import feedpress
from feedpress.editing import fetching
from feedpress.editing.fetching import Limits, NotFetched, Page

_PAGE = b"<title>One</title>"
_Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    server: "_Site"

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.server.answers[self.path](self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes = b"", **fields: str) -> None:
        """Answer with fields whose names have lines for hyphens."""
        self.send_response(status)
        for name, value in ({"Content_Type": "text/html"} | fields).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class _Site(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, _Answer] = {}
        self.asked: list[_Handler] = []
        self.is_over = Event()
        self.url = f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who hang up."""


@contextmanager
def _serving() -> Iterator[_Site]:
    with _Site() as site:
        thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            site.is_over.set()
            site.shutdown()
            thread.join()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Site]:
    """A site of the test's own, on this machine, and no proxy in between."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with _serving() as serving:
        yield serving


def _fetch(site: _Site, answer: _Answer, **limits: float) -> Page:
    site.answers["/"] = answer
    return fetching.fetch(site.url, Limits(**limits))  # type: ignore[arg-type] # all are numbers


def _replying(status: int = 200, body: bytes = _PAGE, **fields: str) -> _Answer:
    return lambda handler: handler.reply(status, body, **fields)


def _refused(site: _Site, answer: _Answer, **limits: float) -> str:
    with pytest.raises(NotFetched) as caught:
        _fetch(site, answer, **limits)
    return str(caught.value)


def test_page(site: _Site) -> None:
    """A page comes with its address, its bytes and its charset; the site sees who asks."""
    page = _fetch(site, _replying(Content_Type='Text/HTML; charset="ISO-8859-1"'))
    assert page == Page(site.url, _PAGE, "ISO-8859-1")
    fields = site.asked[0].headers
    assert fields["User-Agent"] == f"feedpress/{feedpress.__version__}"
    assert fields["Accept-Encoding"] == "gzip"
    assert not {"Cookie", "Authorization", "Referer"} & set(fields)


def test_xhtml_without_a_charset(site: _Site) -> None:
    """XHTML is a page, too, and need not say its charset."""
    page = _fetch(site, _replying(Content_Type="application/xhtml+xml"))
    assert page.charset is None


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(_PAGE)),
        ("x-gzip", gzip.compress(_PAGE) + b"what is behind plays no part"),
        ("deflate", zlib.compress(_PAGE)),
        ("identity", _PAGE),
        ("", _PAGE),
    ],
    ids=["gzip", "x-gzip", "deflate", "identity", "none"],
)
def test_packed(site: _Site, coding: str, packed: bytes) -> None:
    """A packed page is unpacked."""
    assert _fetch(site, _replying(body=packed, Content_Encoding=coding)).data == _PAGE


def test_bomb(site: _Site) -> None:
    """Of a small body that unpacks to a large one, no more is unpacked than is wanted."""
    packed = gzip.compress(b"<p>" * 2**24)
    tracemalloc.start()
    page = _fetch(site, _replying(body=packed, Content_Encoding="gzip"))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(page.data) == Limits().max_bytes
    assert most < 8 * len(page.data)


def test_endless_page(site: _Site) -> None:
    """A page without an end is cut."""

    def answer(handler: _Handler) -> None:
        handler.reply(200)
        for _ in itertools.count():
            handler.wfile.write(b"<p>" * 10_000)

    assert len(_fetch(site, answer).data) == Limits().max_bytes


@pytest.mark.parametrize("is_in_head", [True, False])
def test_slow_drip(site: _Site, is_in_head: bool) -> None:
    """A site that sends a byte now and then is given up after the whole time, not after each."""

    def answer(handler: _Handler) -> None:
        if not is_in_head:
            handler.reply(200)
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        while not site.is_over.wait(0.01):
            handler.wfile.write(b"x")

    assert "did not send the page within 0.3 seconds" in _refused(site, answer, seconds=0.3)


def test_redirects(site: _Site) -> None:
    """Redirects are followed, relative ones too; cookies are not taken along."""
    site.answers["/b"] = _replying(301, Location="c?d=1", Set_Cookie="e=f")
    site.answers["/c?d=1"] = _replying()
    page = _fetch(site, _replying(302, Location="/b", Set_Cookie="a=b; Path=/"))
    assert page.url == f"{site.url}c?d=1"
    assert [handler.headers["Cookie"] for handler in site.asked] == [None] * 3


def test_redirect_loop(site: _Site) -> None:
    """A page that leads on and on is given up."""
    assert "more than 5 times" in _refused(site, _replying(302, Location="/"))
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "starts with https:// or http://"),
        ("gopher://127.0.0.1/", "starts with https:// or http://"),
        ("http://[x/", "can't be reached"),
        ("http://:1/", "names no web site"),
        ("http://name:secret@127.0.0.1/", "a name or a password"),
    ],
)
def test_bad_redirects(site: _Site, location: str, why: str) -> None:
    """A redirect to what is no page of the web is not followed."""
    assert why in _refused(site, _replying(302, Location=location))
    assert len(site.asked) == 1


def test_proxy_of_the_environment(site: _Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is used, and redirects are followed through it."""
    monkeypatch.setenv("http_proxy", site.url)
    public, other = "http://news.example.invalid/", "http://other.example.invalid/"
    site.answers[public] = _replying(302, Location=other)
    site.answers[other] = _replying()
    assert fetching.fetch(public).url == other


@pytest.mark.parametrize(
    ("status", "fields", "why"),
    [
        (404, {}, "answered 404 (Not Found); look whether"),
        (410, {}, "answered 410 (Gone); look whether"),
        (403, {}, "answered 403 (Forbidden); it may let only people in"),
        (500, {}, "answered 500 (Internal Server Error); try again later"),
        (599, {}, "answered 599; try again later"),
        (302, {}, "answered 302 (Found); it may"),
        (200, {"Content_Type": "application/pdf"}, "sent 'application/pdf', which is not a page"),
        (200, {"Content_Type": ""}, "sent nothing that says what it is"),
        (200, {"Content_Encoding": "br"}, "packed the page in a way not asked for"),
        (200, {"Content_Encoding": "gzip"}, "sent a page that is damaged"),
    ],
)
def test_bad_answers(site: _Site, status: int, fields: dict[str, str], why: str) -> None:
    """What is no page is refused, and it is said why."""
    assert why in _refused(site, lambda handler: handler.reply(status, _PAGE, **fields))


def test_empty_page(site: _Site) -> None:
    """An empty page is none."""
    assert "sent an empty page" in _refused(site, _replying(body=b" \n"))


def test_hanging_up(site: _Site) -> None:
    """A site that hangs up is told."""

    def answer(handler: _Handler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        handler.connection.close()

    assert "127.0.0.1 can't be reached" in _refused(site, answer)


def test_nobody_there(site: _Site) -> None:
    """A closed port, a name that nobody has, and a site without a certificate are told apart."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotFetched, match=r"127\.0\.0\.1 can't be reached"):
            fetching.fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    with pytest.raises(NotFetched, match=r"there is no site news\.example\.invalid"):
        fetching.fetch("http://news.example.invalid/")
    with pytest.raises(NotFetched, match=r"127\.0\.0\.1 can't be trusted"):
        fetching.fetch(site.url.replace("http:", "https:"))


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "no-such://127.0.0.1:1"])
def test_proxy_that_can_not_be_used(
    site: _Site, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """A proxy of a kind that is not known is told."""
    monkeypatch.setenv("all_proxy", proxy)
    with pytest.raises(NotFetched, match=r"127\.0\.0\.1 can't be reached: .*(?i:proxy)"):
        fetching.fetch(site.url)


def test_nobody_answers(site: _Site) -> None:
    """A site that does not take the call is given up before the whole time is over."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        address = busy.getsockname()
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(address)
        with pytest.raises(NotFetched, match="did not answer in time"):
            fetching.fetch(f"http://127.0.0.1:{address[1]}/", Limits(seconds_to_connect=0.1))
        for caller in callers:
            caller.close()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://a b/", "http://me@127.0.0.1/"])
def test_bad_addresses(url: str) -> None:
    """An address that is none of the web, or holds a name, is not asked for."""
    with pytest.raises(NotFetched, match=r"can't be asked for|take it out"):
        fetching.fetch(url)
