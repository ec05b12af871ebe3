"""The built-in server under requests that nobody means well."""

import random
import resource
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from servers import PATIENCE_S, SERVE, Server, ask, eventually, starting

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parent.parent
_LONG = 64 * 1024
_REFUSED = {400, 404, 405, 414, 431}
_ANSWERED = {200, 204, 304, 308}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The built-in server with the real list; at the end it has complained of nothing."""
    folder = tmp_path_factory.mktemp("press")
    shutil.copy(_ROOT / "clippings.yaml", folder)
    with starting(folder) as start:
        started = start(*SERVE)
        at_the_start = started.said()
        yield started
        assert started.get("/atom.xml")[0] == 200
        assert started.process.poll() is None
        said = started.said().removeprefix(at_the_start)
        assert not [line for line in said.splitlines() if not line.startswith("clippings.yaml: ")]


def _send(server: Server, *pieces: bytes) -> int:
    """Send bytes and give the status of the answer, or 0 where the connection just ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            answer = connection.makefile("rb").readline()
        except OSError:  # what was not read any more
            return 0
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else 0


def _lines() -> Iterator[bytes]:
    """Yield request lines of all kinds, the same at every run."""
    for target in (
        b"*",
        b"",
        b"/",
        b"//",
        b"/\xff\xfe",
        b"/%ff%fe",
        b"/%00",
        b"/\0",
        b"/%",
        b"/%zz",
        b"/%c0%af",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/../../etc/passwd",
        b"/a b",
        b"/a\tb",
        b"/a\x0bb",
        b"/atom.xml#fragment",
        b"/atom.xml?\xff",
        b"/\xc3\xa4",
        b"atom.xml",
        b"http://reader.example/atom.xml",
        b"http://other.example/atom.xml",
        b"https://[::1/atom.xml",
        b"http:///atom.xml",
        b"http://\xff/",
        b"file:///etc/passwd",
        b"reader.example:443",
        b"/projects/" + b"a" * 300 + b"/atom.xml",
        b"/" + b"a" * 8 * 1024,
        b"/" + b"a/" * 15 * 1024,
        b"/" + b"%41" * 20 * 1024,
        b"/?" + b"a" * 60 * 1024,
        b"/" + b"a" * 60 * 1024,
    ):
        for method in (b"GET", b"HEAD", b"OPTIONS", b"POST"):
            yield method + b" " + target + b" HTTP/1.1"
    yield from (
        b"GET",
        b"GET /",
        b"GET / HTTP/0.9",
        b"GET / HTTP/1.0",
        b"GET / HTTP/3.0",
        b"GET / HTTP/1.1 more",
        b"GET  / HTTP/1.1",
        b" GET / HTTP/1.1",
        b"get / HTTP/1.1",
        b"G\xffT / HTTP/1.1",
        b"CONNECT reader.example:443 HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"A" * 60_000 + b" / HTTP/1.1",
        b"\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    )
    draw = random.Random(7)  # noqa: S311 # the same lines at every run
    for _ in range(200):
        target = draw.randbytes(draw.randrange(1, 60)).replace(b"\n", b"").replace(b"\r", b"")
        yield b"GET /" + target + b" HTTP/1.1"
    for _ in range(100):
        escaped = b"".join(b"%%%02X" % each for each in draw.randbytes(draw.randrange(1, 60)))
        yield b"GET /" + escaped + b" HTTP/1.1"


def test_request_lines_of_any_bytes(server: Server) -> None:
    """Whatever stands in the first line is answered or refused, and is never our failure."""
    seen = set()
    for line in _lines():
        status = _send(server, line, b"\r\nHost: reader.example\r\nConnection: close\r\n\r\n")
        assert status in _ANSWERED | _REFUSED | {0}, (line[:80], status)
        seen.add(status)
    assert seen >= {200, 204, 400, 404, 405}


_FIELDS = (
    "If-None-Match",
    "If-Modified-Since",
    "Accept-Encoding",
    "Host",
    "Cookie",
    "Range",
    "Content-Type",
    "X-Forwarded-Prefix",
    "Script-Name",
    "Path-Info",
)


@pytest.mark.parametrize("path", ["/atom.xml", "/nowhere", "/clippings/"])
def test_long_values(server: Server, path: str) -> None:
    """A field of 64 KB of anything is passed over or refused."""
    draw = random.Random(11)  # noqa: S311 # the same values at every run
    junk = draw.randbytes(_LONG).translate(None, b"\r\n\0")
    for name in _FIELDS:
        for value in (b'"' * _LONG, b"," * _LONG, b"a" * _LONG, b"gzip;q=0.1," * 6000, junk):
            asked = b"GET %b HTTP/1.1\r\nConnection: close\r\n" % path.encode()
            asked += b"" if name == "Host" else b"Host: reader.example\r\n"
            status = _send(server, asked, b"%b: %b\r\n\r\n" % (name.encode(), value))
            assert status in {200, 304} | _REFUSED, (name, value[:20], status)


@pytest.mark.parametrize("number", [50, 1000, 20_000])
def test_many_fields(server: Server, number: int) -> None:
    """However many fields a request has, it is answered or refused."""
    for field in (b"A: b\r\n", b'If-None-Match: "0a"\r\n', b"Accept-Encoding: gzip\r\n"):
        status = _send(server, b"GET / HTTP/1.1\r\nHost: a\r\n", field * number, b"\r\n")
        assert status in {200} | _REFUSED | {0}


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5\r\n\r\nab",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: a\r\n\r\n",
        b"\xff: \xff\r\n\r\n",
        b": a\r\n\r\n",
        b"A : a\r\n\r\n",
        b" folded\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_bodies_and_broken_fields(server: Server, method: bytes, rest: bytes) -> None:
    """A body that is not as it was announced, and fields that are none, are no failure of ours."""
    status = _send(server, method + b" /atom.xml HTTP/1.1\r\nHost: a\r\n" + rest)
    assert status in _ANSWERED | _REFUSED | {0, 100}


def test_a_thousand_slow_connections(server: Server) -> None:
    """While a thousand connections send a byte now and then, an ordinary client is answered."""
    enough = 3000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(enough, hard), hard))
    with ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        slow = [
            stack.enter_context(socket.create_connection(address, timeout=PATIENCE_S))
            for _ in range(1000)
        ]
        for byte in b"GET /atom":
            for connection in slow:
                connection.sendall(bytes((byte,)))
            for path in ("/atom.xml", "/nowhere"):
                assert server.get(path)[0] in (200, 404)
        for connection in slow[:50]:
            connection.sendall(b".xml HTTP/1.1\r\nHost: a\r\n\r\n")
        for connection in slow[:50]:
            assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    assert eventually(server.answers)


def _memory(server: Server) -> int:
    """Return how much memory its worker has, in bytes."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    pages = [
        Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1] for each in children
    ]
    return max(map(int, pages)) * resource.getpagesize()


def ask_for_unknown_paths(server: Server, first: int, number: int, each: int = 100) -> None:
    """Ask for as many paths that are not there, over a few connections that are kept."""
    with ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        connections = [
            stack.enter_context(socket.create_connection(address, timeout=PATIENCE_S))
            for _ in range(4)
        ]
        for start in range(first, first + number, each):
            connection = connections[start // each % len(connections)]
            asked = (
                f"GET /nowhere-{path}/atom.xml HTTP/1.1\r\nHost: a\r\n"
                f'If-None-Match: "{path:016x}"\r\nAccept-Encoding: gzip;q=0.{path}\r\n\r\n'
                for path in range(start, start + each)
            )
            connection.sendall("".join(asked).encode())
            answers = b""
            while answers.count(b"lists every feed.\n") < each:
                answers += connection.recv(_LONG)
            assert answers.count(b"HTTP/1.1 404 Not Found\r\n") == each


def test_many_unknown_paths(server: Server) -> None:
    """Twenty thousand different paths that are not there leave nothing in its memory."""
    ask_for_unknown_paths(server, 0, 3000)
    before = _memory(server)
    ask_for_unknown_paths(server, 3000, 20_000)
    assert _memory(server) - before < 4 * 2**20


def test_many_different_conditions(server: Server) -> None:
    """Five thousand requests whose fields are all different leave nothing in its memory."""

    def ask_many(first: int, number: int) -> None:
        for index in range(first, first + number):
            fields = (
                ("If-None-Match", f'"{index:016x}", W/"{index:016x}-gzip"'),
                ("Accept-Encoding", f"br;q=0.{index}, gzip;q=0.5"),
            )
            assert ask(server.port, "GET", "/projects/data-science/atom.xml", fields).status == 200

    ask_many(0, 1000)
    before = _memory(server)
    ask_many(1000, 4000)
    assert _memory(server) - before < 4 * 2**20
