"""Real servers on real ports: they answer, follow the file, and end without a trace."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import feedpress
from feedpress.settings import Settings

_ROOT = Path(__file__).parent.parent
_PATIENCE_S = 20
_NEW = """clippings:
- {id: brand-new-1984, title: Brand new, added: 2026-11-22T17:30:00Z}
"""


@dataclass
class Server:
    """A server process, alone in its session, with what it says on standard error."""

    process: subprocess.Popen[bytes]
    port: int
    said_in: Path

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a path over a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def answers(self) -> bool:
        """Tell whether it answers at all."""
        try:
            return self.get("/atom.xml")[0] > 0
        except (OSError, http.client.HTTPException):
            return False

    def said(self) -> str:
        """Give what it has said so far."""
        return self.said_in.read_text(encoding="utf-8")

    def is_gone(self) -> bool:
        """Tell whether no process of it is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def end(self) -> None:
        """Make sure that it is gone, whatever has become of it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


Start = Callable[..., Server]


def _eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a server in a folder of its own with a copy of the real list, and wait for it.

    `PORT` in the arguments becomes a free port.
    """
    shutil.copy(_ROOT / "clippings.yaml", tmp_path)
    inherited = {name: value for name, value in os.environ.items() if "FEEDPRESS" not in name}
    with ExitStack() as stack:

        def run(*command: str, wait: bool = True, **environ: str) -> Server:
            port = _free_port()
            said_in = tmp_path / f"said-{port}.txt"
            process = subprocess.Popen(
                [sys.executable, "-m", *(each.replace("PORT", str(port)) for each in command)],
                cwd=tmp_path,
                env=inherited | environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context(said_in.open("wb")),
                start_new_session=True,
            )
            server = Server(process, port, said_in)
            stack.callback(server.end)
            assert not wait or _eventually(server.answers), server.said()
            return server

        yield run


_SERVE = ("feedpress", "serve", "--port", "PORT")
_FLASK = ("flask", "--app", "feedpress", "run", "--port", "PORT")
_GUNICORN = ("gunicorn", "feedpress:create_app()", "--bind", "127.0.0.1:PORT")


def _edit(folder: Path) -> None:
    """Put a new clipping on top of the list."""
    path = folder / "clippings.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("\nclippings:\n") == 1
    path.write_text(text.replace("\nclippings:\n", f"\n{_NEW}", 1), encoding="utf-8")


def _is_new_in(server: Server) -> bool:
    status, feed = server.get("/atom.xml")
    assert status == 200
    return b"tag:example.org,2016:clippings/brand-new-1984<" in feed


def test_life_of_a_server(start: Start, tmp_path: Path) -> None:
    """It says where it is, follows an edit, outlives a broken file, and says all this in lines."""
    server = start(*_SERVE)
    where = f"clippings.yaml: listening at http://127.0.0.1:{server.port}/ (Ctrl-C ends it)"
    # The port is open to others only once there is something to give.
    assert server.said().splitlines()[1] == where

    _edit(tmp_path)
    assert _eventually(lambda: _is_new_in(server))
    assert _eventually(lambda: server.said().count(" clippings in ") == 2)
    line = r"\d\d:\d\d:\d\d clippings\.yaml: (\d+) clippings in \d+ feeds; \d+ warnings? \(.*\)"
    first, edited = (re.fullmatch(line, said) for said in server.said().splitlines()[::2])
    assert first
    assert edited
    assert int(edited[1]) == int(first[1]) + 1

    path = tmp_path / "clippings.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("publication:", "publication: [", 1), encoding="utf-8")
    assert _eventually(lambda: "what was published stays:" in server.said())
    number = good[: good.index("\npublication:")].count("\n") + 2
    assert _eventually(lambda: f"clippings.yaml:{number}:" in server.said())
    assert _is_new_in(server)

    path.write_text(good.replace("title: Brand new", "title: Mended"), encoding="utf-8")
    assert _eventually(lambda: b"<title>Mended</title>" in server.get("/atom.xml")[1])
    assert "Traceback" not in server.said()


def test_real_answers(start: Start) -> None:
    """Over real HTTP, pages, feeds, redirects and refusals are as they are in the app."""
    server = start(*_SERVE)
    assert server.get("/")[0] == 200
    assert server.get("/projects/data-science")[0] == 308
    assert server.get("/projects/data-science/")[0] == 200
    assert server.get("/projects/data-science/rss.xml?a=b")[0] == 200
    for nowhere in ("//atom.xml", "/%ff%00", "/../clippings.yaml", "/" + "a" * 10_000):
        assert server.get(nowhere)[0] in (400, 404)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("to_all", [False, True], ids=["to the first", "to all"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ends_without_a_trace(
    start: Start, number: signal.Signals, to_all: bool, workers: str
) -> None:
    """A signal ends all of its processes, with exit code 0."""
    server = start(*_SERVE, "--workers", workers)
    said = f"http://127.0.0.1:{server.port}/"
    assert _eventually(lambda: said in server.said())
    if to_all:  # as a terminal does it
        os.killpg(server.process.pid, number)
    else:
        server.process.send_signal(number)
    assert server.process.wait(_PATIENCE_S) == 0
    assert _eventually(server.is_gone)
    assert server.said().count(" clippings in ") == 1  # whatever the number of workers
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("taken_by", ["another", "feedpress"])
def test_port_that_is_taken(start: Start, taken_by: str) -> None:
    """A port that can't be had is one line that says what to do, and exit code 1."""
    with ExitStack() as stack:
        if taken_by == "feedpress":
            port = start(*_SERVE).port
        else:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = listening.getsockname()[1]
        server = start("feedpress", "serve", "--port", str(port), wait=False)
        assert server.process.wait(_PATIENCE_S) == 1
    (line,) = server.said().splitlines()
    assert line.startswith(f"Error: port {port} of 127.0.0.1 can't be used: ")
    assert line.endswith(": Address already in use; choose another with --host or --port")


def test_host_that_is_not_ours(start: Start) -> None:
    """An address of another machine is told like a port that is taken."""
    server = start("feedpress", "serve", "--host", "192.0.2.1", "--port", "PORT", wait=False)
    assert server.process.wait(_PATIENCE_S) == 1
    (line,) = server.said().splitlines()
    assert line.startswith(f"Error: port {server.port} of 192.0.2.1 can't be used: ")


@pytest.mark.parametrize(
    "command",
    [_FLASK, _GUNICORN, (*_GUNICORN, "--workers", "2"), (*_GUNICORN, "--workers=2", "--preload")],
    ids=["flask", "gunicorn", "two workers", "preloaded"],
)
def test_other_servers(start: Start, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Under any server the bytes are the same, and each of its processes follows an edit."""
    ours, other = start(*_SERVE), start(*command)
    for path in ("/", "/atom.xml", "/rss.xml", "/projects/data-science/atom.xml"):
        assert other.get(path) == ours.get(path)
    _edit(tmp_path)
    assert _eventually(lambda: _is_new_in(ours))
    # Whichever worker answers, all have seen it when many answers in a row are new.
    assert _eventually(lambda: all(_is_new_in(other) for _ in range(20)))
    assert other.get("/atom.xml") == ours.get("/atom.xml")


@pytest.mark.parametrize(
    ("command", "environ"),
    [
        ((*_SERVE, "--url", "https://press.example.net/a"), {}),
        (_SERVE, {"FEEDPRESS_URL": "https://press.example.net/a"}),
        (
            (*_SERVE, "--url", "https://press.example.net/a/"),
            {"FEEDPRESS_URL": "https://passed-over.example/"},
        ),
        (_FLASK, {"FEEDPRESS_URL": "https://press.example.net/a"}),
    ],
    ids=["option", "variable", "option before variable", "flask"],
)
def test_public_address(start: Start, command: tuple[str, ...], environ: dict[str, str]) -> None:
    """The public address that is given at the start is in every feed, and the file's in none."""
    server = start(*command, **environ)
    for path in ("/atom.xml", "/rss.xml", "/projects/data-science/atom.xml"):
        feed = server.get(path)[1]
        assert f"https://press.example.net/a{path}".encode() in feed
        assert b"https://feeds.example.org" not in feed
        assert b"passed-over" not in feed


@pytest.mark.parametrize("command", [_SERVE, _FLASK], ids=["feedpress", "flask"])
def test_file_of_the_environment(start: Start, tmp_path: Path, command: tuple[str, ...]) -> None:
    """The file that FEEDPRESS_FILE names is served, and followed."""
    (tmp_path / "clippings.yaml").rename(tmp_path / "press.yaml")
    server = start(*command, FEEDPRESS_FILE="press.yaml")
    assert server.get("/atom.xml")[0] == 200
    (tmp_path / "press.yaml").rename(tmp_path / "clippings.yaml")
    _edit(tmp_path)
    (tmp_path / "clippings.yaml").rename(tmp_path / "press.yaml")
    assert _eventually(lambda: _is_new_in(server))


def test_file_that_is_not_there_yet(start: Start, tmp_path: Path) -> None:
    """Without a file everybody is asked to come back, until there is one."""
    (tmp_path / "clippings.yaml").rename(tmp_path / "later.yaml")
    server = start(*_SERVE)
    assert server.get("/atom.xml")[0] == 503
    assert "the file can't be opened: No such file or directory" in server.said()
    (tmp_path / "later.yaml").rename(tmp_path / "clippings.yaml")
    assert _eventually(lambda: server.get("/atom.xml")[0] == 200)


def test_app_for_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`create_app` makes the app of the settings, or without any of the environment's."""
    path = _ROOT / "clippings.yaml"
    monkeypatch.setenv("FEEDPRESS_FILE", str(path))
    clients: list[FlaskClient] = [
        app.test_client() for app in (feedpress.create_app(), feedpress.create_app(Settings(path)))
    ]
    feeds = [client.get("/atom.xml").data for client in clients]
    assert feeds[0] == feeds[1]
    assert feeds[0].startswith(b"<?xml")


_WORKER = """
from feedpress.delivery.server import worker_app
app = worker_app()
print(app.test_client().get("/atom.xml").status_code)
"""


def test_worker_makes_the_app_and_tells_of_it(tmp_path: Path) -> None:
    """A worker by itself has the app of the variables, and says in one line what it shows."""
    shutil.copy(_ROOT / "clippings.yaml", tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", _WORKER],
        cwd=tmp_path,
        env=os.environ | Settings(Path("clippings.yaml")).to_environ(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == "200\n"
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d clippings\.yaml: \d+ clippings in \d+ feeds; 16 warnings \(.*\)\n",
        ran.stderr,
    )
