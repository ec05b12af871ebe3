"""Real servers on real ports: they answer, follow the file, and end without a trace."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import feedpress
from feedpress.settings import Settings
from servers import GUNICORN, PATIENCE_S, SERVE, Server, Start, ask, eventually, starting

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parent.parent
_NEW = """clippings:
- {id: brand-new-1984, title: Brand new, added: 2026-11-22T17:30:00Z}
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers in a folder of their own with a copy of the real list."""
    shutil.copy(_ROOT / "clippings.yaml", tmp_path)
    with starting(tmp_path) as start_one:
        yield start_one


_FLASK = ("flask", "--app", "feedpress", "run", "--port", "PORT")


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
    server = start(*SERVE)
    where = f"clippings.yaml: listening at http://127.0.0.1:{server.port}/ (Ctrl-C ends it)"
    # The port is open to others only once there is something to give.
    assert server.said().splitlines()[1] == where

    _edit(tmp_path)
    assert eventually(lambda: _is_new_in(server))
    assert eventually(lambda: server.said().count(" clippings in ") == 2)
    line = r"\d\d:\d\d:\d\d clippings\.yaml: (\d+) clippings in \d+ feeds"
    first, edited = (re.fullmatch(line, said) for said in server.said().splitlines()[::2])
    assert first
    assert edited
    assert int(edited[1]) == int(first[1]) + 1

    path = tmp_path / "clippings.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("publication:", "publication: [", 1), encoding="utf-8")
    assert eventually(lambda: "the last good version stays:" in server.said())
    number = good[: good.index("\npublication:")].count("\n") + 2
    assert eventually(lambda: f"clippings.yaml:{number}:" in server.said())
    assert _is_new_in(server)

    path.write_text(good.replace("title: Brand new", "title: Mended"), encoding="utf-8")
    assert eventually(lambda: b"<title>Mended</title>" in server.get("/atom.xml")[1])
    assert "Traceback" not in server.said()


def test_real_answers(start: Start) -> None:
    """Over real HTTP, pages, feeds, redirects and refusals are as they are in the app."""
    server = start(*SERVE)
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
    server = start(*SERVE, "--workers", workers)
    said = f"http://127.0.0.1:{server.port}/"
    assert eventually(lambda: said in server.said())
    if to_all:  # as a terminal does it
        os.killpg(server.process.pid, number)
    else:
        server.process.send_signal(number)
    assert server.process.wait(PATIENCE_S) == 0
    assert eventually(server.is_gone)
    assert server.said().count(" clippings in ") == 1  # whatever the number of workers
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("taken_by", ["another", "feedpress"])
def test_port_that_is_taken(start: Start, taken_by: str) -> None:
    """A port that can't be used is reported in one line with a fix, and exit code 1."""
    with ExitStack() as stack:
        if taken_by == "feedpress":
            port = start(*SERVE).port
        else:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = listening.getsockname()[1]
        server = start("feedpress", "serve", "--port", str(port), wait=False)
        assert server.process.wait(PATIENCE_S) == 1
    (line,) = server.said().splitlines()
    assert line.startswith(f"Error: port {port} of 127.0.0.1 can't be used: ")
    assert line.endswith(": Address already in use; choose another with --host or --port")


def test_host_that_is_not_ours(start: Start) -> None:
    """An address of another machine is told like a port that is taken."""
    server = start("feedpress", "serve", "--host", "192.0.2.1", "--port", "PORT", wait=False)
    assert server.process.wait(PATIENCE_S) == 1
    (line,) = server.said().splitlines()
    assert line.startswith(f"Error: port {server.port} of 192.0.2.1 can't be used: ")


@pytest.mark.parametrize(
    "command",
    [_FLASK, GUNICORN, (*GUNICORN, "--workers", "2"), (*GUNICORN, "--workers=2", "--preload")],
    ids=["flask", "gunicorn", "two workers", "preloaded"],
)
def test_other_servers(start: Start, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Under any server the bytes are the same, and each of its processes follows an edit."""
    ours, other = start(*SERVE), start(*command)
    for path in ("/", "/atom.xml", "/rss.xml", "/projects/data-science/atom.xml"):
        assert other.get(path) == ours.get(path)
    _edit(tmp_path)
    assert eventually(lambda: _is_new_in(ours))
    # Whichever worker answers, all have seen it when many answers in a row are new.
    assert eventually(lambda: all(_is_new_in(other) for _ in range(20)))
    assert other.get("/atom.xml") == ours.get("/atom.xml")


@pytest.mark.parametrize(
    ("command", "environ"),
    [
        ((*SERVE, "--url", "https://press.example.net/a"), {}),
        (SERVE, {"FEEDPRESS_URL": "https://press.example.net/a"}),
        (
            (*SERVE, "--url", "https://press.example.net/a/"),
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


@pytest.mark.parametrize("command", [SERVE, _FLASK], ids=["feedpress", "flask"])
def test_file_of_the_environment(start: Start, tmp_path: Path, command: tuple[str, ...]) -> None:
    """The file that FEEDPRESS_FILE names is served, and followed."""
    (tmp_path / "clippings.yaml").rename(tmp_path / "press.yaml")
    server = start(*command, FEEDPRESS_FILE="press.yaml")
    assert server.get("/atom.xml")[0] == 200
    (tmp_path / "press.yaml").rename(tmp_path / "clippings.yaml")
    _edit(tmp_path)
    (tmp_path / "clippings.yaml").rename(tmp_path / "press.yaml")
    assert eventually(lambda: _is_new_in(server))


def test_file_that_is_not_there_yet(start: Start, tmp_path: Path) -> None:
    """Without a file everybody is asked to come back, until there is one."""
    (tmp_path / "clippings.yaml").rename(tmp_path / "later.yaml")
    server = start(*SERVE)
    assert server.get("/atom.xml")[0] == 503
    assert "the file can't be opened: No such file or directory" in server.said()
    (tmp_path / "later.yaml").rename(tmp_path / "clippings.yaml")
    assert eventually(lambda: server.get("/atom.xml")[0] == 200)


def _told(server: Server) -> tuple[int, dict[str, str], bytes]:
    """Return an answer without what tells of the server and the moment."""
    reply = ask(server.port, "GET", "/atom.xml")
    fields = {name.lower(): value for name, value in reply.fields}
    return (
        reply.status,
        {k: v for k, v in fields.items() if k not in ("date", "server")},
        reply.body,
    )


@pytest.mark.parametrize("command", [SERVE, _FLASK], ids=["feedpress", "flask"])
def test_broken_from_the_start(start: Start, tmp_path: Path, command: tuple[str, ...]) -> None:
    """With a broken file, every client is asked to come back later, until the file is fixed."""
    path = tmp_path / "clippings.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("publication:", "publication: [", 1), encoding="utf-8")
    server = start(*command)
    status, fields, _ = _told(server)
    assert (status, fields["retry-after"]) == (503, "60")
    assert "clippings.yaml can't be published, nothing is published yet:" in server.said()
    told = json.loads(server.get("/healthz")[1])
    assert (told["status"], told["errors"]) == ("down", 1)
    path.write_text(good, encoding="utf-8")
    assert eventually(lambda: server.get("/atom.xml")[0] == 200)
    assert json.loads(server.get("/healthz")[1])["status"] == "ok"


@pytest.mark.parametrize(
    ("command", "environ"),
    [
        ((*SERVE, "--state", "kept/here"), {}),
        ((*SERVE, "--workers", "2"), {"FEEDPRESS_STATE": "kept/here"}),
        (GUNICORN, {"FEEDPRESS_STATE": "kept/here"}),
    ],
    ids=["option", "variable", "gunicorn"],
)
def test_restart_with_a_broken_file(
    start: Start, tmp_path: Path, command: tuple[str, ...], environ: dict[str, str]
) -> None:
    """With a folder for the state, a restart changes nothing, the dates of answers included."""
    first = start(*command, **environ)
    assert eventually(lambda: "last-modified" in _told(first)[1])
    before = _told(first)
    first.end()
    with (tmp_path / "clippings.yaml").open("a", encoding="utf-8") as file:
        file.write("oops\n")
    again = start(*command, **environ)
    assert _told(again) == before
    assert before[0] == 200
    assert eventually(lambda: "the last good version stays:" in again.said())
    assert json.loads(again.get("/healthz")[1])["status"] == "stale"


def test_folder_for_the_state_that_can_not_be_had(start: Start, tmp_path: Path) -> None:
    """Where the state can't be kept, that is one line at the start, and exit code 1."""
    (tmp_path / "taken").write_text("")
    server = start(*SERVE, "--state", "taken/here", wait=False)
    assert server.process.wait(PATIENCE_S) == 1
    (line,) = server.said().splitlines()
    assert line.startswith("Error: the folder 'taken/here' can't keep the state: Not a directory; ")


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
from feedpress.cli.serve import worker_app
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
        r"\d\d:\d\d:\d\d clippings\.yaml: \d+ clippings in \d+ feeds\n",
        ran.stderr,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("options", [[], ["--state", "state"]], ids=["", "state"])
def test_reload_takes_the_newest_good_version(
    start: Start, tmp_path: Path, workers: str, options: list[str]
) -> None:
    """SIGHUP replaces the workers, which go on from the last good version, not from the first."""
    server = start(*SERVE, "--workers", workers, *options)
    _edit(tmp_path)
    assert eventually(lambda: all(_is_new_in(server) for _ in range(20)))
    path = tmp_path / "clippings.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(f"{good}oops\n", encoding="utf-8")
    assert eventually(lambda: "the last good version stays:" in server.said())
    server.process.send_signal(signal.SIGHUP)
    reported = server.said().count("the last good version stays:")
    for _ in range(100):
        assert _is_new_in(server)
    assert eventually(
        lambda: server.said().count("the last good version stays:") >= reported + int(workers)
    )
    assert all(_is_new_in(server) for _ in range(20))
    assert json.loads(server.get("/healthz")[1])["status"] == "stale"
    assert server.get("/healthz/strict")[0] == 503
    path.write_text(good.replace("title: Brand new", "title: Fixed"), encoding="utf-8")
    assert eventually(lambda: b"<title>Fixed</title>" in server.get("/atom.xml")[1])
    assert "Traceback" not in server.said()


_KEEPING = """
import gc, weakref
from itertools import count
from feedpress.serving import server
class Circle:
    def __init__(self):
        self.me = self
gc.disable()
builds, circle = count(1), weakref.ref(Circle())
found = []
for build in range(20):
    server._freeze(builds)
    found.append(circle() is not None)
print(found.index(False) + 1, gc.get_freeze_count() > 1000)
"""


def test_what_flask_leaves_behind_is_collected() -> None:
    """What is not searched for garbage at each build is searched at every tenth."""
    ran = subprocess.run(
        [sys.executable, "-c", _KEEPING], check=True, capture_output=True, text=True
    )
    assert ran.stdout == "10 True\n"
