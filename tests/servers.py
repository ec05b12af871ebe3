"""Servers in processes of their own that tests start, ask and end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 20
SERVE = ("feedpress", "serve", "--port", "PORT")
GUNICORN = ("gunicorn", "feedpress:create_app()", "--bind", "127.0.0.1:PORT")

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reply:
    """What came back: status, all header fields as they were sent, and the body."""

    status: int
    fields: Fields
    body: bytes


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
        """Return whether it answers at all."""
        try:
            return self.get("/atom.xml")[0] > 0
        except (OSError, http.client.HTTPException):
            return False

    def said(self) -> str:
        """Return what it has said so far."""
        return self.said_in.read_text(encoding="utf-8")

    def is_gone(self) -> bool:
        """Return whether no process of it is left."""
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
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


Start = Callable[..., Server]


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Yield a function that starts a server in a folder and waits for it; at the end, end them all.

    `PORT` in the arguments becomes `port` or a free one; `before` is a command that runs it.
    """
    inherited = {name: value for name, value in os.environ.items() if "FEEDPRESS" not in name}
    with ExitStack() as stack:

        def run(
            *command: str,
            wait: bool = True,
            before: Iterable[str] = (),
            port: int | None = None,
            **environ: str,
        ) -> Server:
            port = port or free_port()
            said_in = folder / f"said-{port}.txt"
            process = subprocess.Popen(
                [
                    *before,
                    sys.executable,
                    "-m",
                    *(each.replace("PORT", str(port)) for each in command),
                ],
                cwd=folder,
                env=inherited | environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context(said_in.open("ab")),
                start_new_session=True,
            )
            server = Server(process, port, said_in)
            stack.callback(server.end)
            assert not wait or eventually(server.answers), server.said()
            return server

        yield run


def eventually(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold while one is patient."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def ask(
    port: int, method: str, path: str, fields: Iterable[tuple[str, str]] = (), rest: bytes = b""
) -> Reply:
    """Ask over a connection of its own, and read until it ends: whatever came is in the body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: reader.example", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields]
    asked = "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n" + rest
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall(asked)
        with connection.makefile("rb") as answer:
            version, status, _ = answer.readline().decode("latin-1").split(" ", 2)
            assert version == "HTTP/1.1"
            told = http.client.parse_headers(answer).items()
            return Reply(int(status), tuple(told), answer.read())
