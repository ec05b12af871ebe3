"""Start servers on a core of their own, ask them, and end them whatever happens."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
#: What is measured has one core, and what asks has another.
SERVER_CORE, GENERATOR_CORE = 0, 1

_STARTS_IN_S = 60.0
_ENDS_IN_S = 10.0


@dataclass(frozen=True, slots=True)
class Got:
    """An answer; names of headers are in lower case."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give a header's value."""
        return dict(self.headers).get(name)


class DidNotStart(Exception):
    """A server that has no answer; the message is the end of what it said."""


def require(*programs: str) -> None:
    """End with a word of help where a program or the second core is missing."""
    if missing := [each for each in programs if not shutil.which(each)]:
        raise SystemExit(f"this benchmark needs {' and '.join(missing)}")
    if not {SERVER_CORE, GENERATOR_CORE} <= os.sched_getaffinity(0):
        raise SystemExit("this benchmark needs the cores 0 and 1")


def on_core(core: int, command: Sequence[str]) -> list[str]:
    """Give the command that runs another one on one core."""
    return ["taskset", "-c", str(core), *command]


def free_port() -> int:
    """Give a port that nobody has at the moment."""
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def ask(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> Got:
    """Ask for a path with these headers and `Host`, and no other."""
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    fields = tuple((name.lower(), value) for name, value in response.getheaders())
    return Got(response.status, response.reason, fields, body)


def ask_once(port: int, path: str, headers: Mapping[str, str]) -> Got:
    """Ask on a connection of its own."""
    connection = HTTPConnection(HOST, port, timeout=_STARTS_IN_S)
    with contextlib.closing(connection):
        return ask(connection, path, headers)


class Servers:
    """The servers that were started. Each is a process group, so that none of its own is left."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._started: list[subprocess.Popen[bytes]] = []

    def start(
        self, name: str, command: Sequence[str], port: int, environ: Mapping[str, str], path: str
    ) -> int:
        """Start a server and wait until it answers for a path; give its process group.

        Raises DidNotStart.
        """
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                on_core(SERVER_CORE, command),
                env={**os.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        if not _answers(process, port, path):
            self._end(process)
            said = log.read_text(errors="replace").strip().splitlines()
            raise DidNotStart(said[-1] if said else "it said nothing")
        return process.pid

    def end(self) -> None:
        """End all of them, first asked, then forced."""
        for process in self._started:
            _signal(process.pid, signal.SIGTERM)
        for process in self._started:
            self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_ENDS_IN_S)
        _signal(process.pid, signal.SIGKILL)  # what is left of the group
        process.wait()


@contextlib.contextmanager
def servers(logs: Path) -> Iterator[Servers]:
    """Give a place to start servers in; at its end all are ended, after a signal, too."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    started = Servers(logs)
    try:
        yield started
    finally:
        # A second Ctrl-C must not leave half of them.
        ctrl_c = signal.signal(signal.SIGINT, signal.SIG_IGN)
        started.end()
        signal.signal(signal.SIGINT, ctrl_c)
        signal.signal(signal.SIGTERM, before)


def members(group: int) -> list[int]:
    """Give the processes of a group, its leader first."""
    pids = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return sorted((pid for pid in pids if _group_of(pid) == group), key=lambda pid: pid != group)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _answers(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    ends = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError, HTTPException):
            ask_once(port, path, {})
            return True
        time.sleep(0.05)
    return False
