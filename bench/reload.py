"""An edit of a long list, from the saving until it is served, and what it costs meanwhile.

    python bench/reload.py                      10,000 clippings in 50 projects, five edits a series
    python bench/reload.py --clippings 1000 --edits 2
    python bench/reload.py --pause 5            a gentler load: each connection rests between two

feedpress serves the list on core 0. On core 1, one title in the middle is changed by renaming, and
asked for every 10 ms in the feed of its project and in its own page. In a second series eight
connections ask for the overall feed all the while, which has not changed for them; before each edit
they are watched for a quiet second, for comparison. The time of PyYAML's C loader alone, in a
process of its own on core 0, is the yardstick. No figure is asserted: machines differ.
"""

import argparse
import contextlib
import json
import os
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from operator import itemgetter
from pathlib import Path

import build
import running
from running import Got

_FEED_SIZE = 50
_POLL_S = 0.01
_QUIET_S = 1.0
_GIVES_UP_S = 120.0
_CONNECTIONS = 8
_FEED = "/atom.xml"
#: Nobody is told a Last-Modified before its second has come; and the start is over.
_SETTLES_IN_S = 3.0


# What the list is.


@dataclass(frozen=True, slots=True)
class Clipping:
    """A clipping that is edited, and a feed that has it."""

    clipping_id: str
    project: str


class List:
    """The list and its file."""

    def __init__(self, folder: Path, clippings: int, projects: int) -> None:
        (folder / "list").mkdir()
        (folder / "new").mkdir()  # elsewhere, so that only the renaming is to be seen
        self.path, self._new = folder / "list" / "clippings.yaml", folder / "new" / "clippings.yaml"
        build.write_file(self.path, clippings, projects, _FEED_SIZE)
        self._text = self.path.read_text(encoding="utf-8")

    def in_the_middle(self) -> list[Clipping]:
        """Give clippings of project feeds but not of the overall feed, from the middle outwards."""
        found = re.findall(
            r"^- id: (\S+)\n(?:  .+\n)*?  added: (\S+)\n  projects: \[(.+)\]$", self._text, re.M
        )
        newest = sorted(found, key=itemgetter(1), reverse=True)
        left = {clipping_id for clipping_id, _, _ in newest[:_FEED_SIZE]}
        # One before the last: whatever the order among equals is, it is in the feed.
        room: dict[str, int] = {}
        chosen = {}
        for clipping_id, _, titles in newest:
            for title in titles.split(", "):
                room[title] = room.get(title, 0) + 1
                if room[title] < _FEED_SIZE and clipping_id not in left:
                    chosen[clipping_id] = title.lower().replace(" ", "-")
        middle = len(found) // 2
        numbers = {clipping_id: number for number, (clipping_id, _, _) in enumerate(found)}
        nearest = sorted(chosen, key=lambda each: abs(numbers[each] - middle))
        return [Clipping(each, chosen[each]) for each in nearest]

    def edit(self, clipping: Clipping, mark: str) -> float:
        """Put a mark into a title and save; give the instant of the saving."""
        head = f"- id: {clipping.clipping_id}\n  title: "
        self._text = self._text.replace(head, f"{head}{mark} ", 1)
        self._new.write_text(self._text, encoding="utf-8")
        now = time.monotonic()
        self._new.replace(self.path)
        return now


# What runs in processes of its own: `reload.py --one JOB ARGUMENT`.


def load_with_pyyaml(file: str) -> None:
    """Print the seconds that PyYAML's C loader takes for a file."""
    import yaml

    start = time.perf_counter()
    with open(file, encoding="utf-8") as text:
        yaml.load(text, Loader=yaml.CSafeLoader)
    print(time.perf_counter() - start)


def list_paths(file: str) -> None:
    """Print the paths of all documents of a list."""
    from feedpress import snapshot
    from feedpress.reading import publication_file

    publication, _ = publication_file.load([(file, Path(file).read_bytes())])
    print(json.dumps(list(snapshot.build(publication, datetime.now(UTC)).documents)))


class _Connection:
    """A connection that asks for the feed again as soon as it has the answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((running.HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self._got = b""

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.sent = time.monotonic()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes] | None:
        """Read what has come; give the status and the head, once the answer is whole."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise SystemExit("the server closed a connection")
        self._got += part
        head, ended, body = self._got.partition(b"\r\n\r\n")
        status = int(head[9:12] or 0)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if not ended or (status != 304 and len(body) < int(length[1] if length else 0)):
            return None
        self._got = b""
        return status, head


def generate_load(port: str, pause_ms: str, file: str) -> None:
    """Ask on several connections until a signal; write when each asked, how long, what it got."""
    pause, records, tag = float(pause_ms) / 1000, array("d"), b'"none"'
    ready, resting = selectors.DefaultSelector(), list[tuple[float, _Connection]]()
    is_over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: is_over.append(number))

    def request() -> bytes:
        fields = b"Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\nIf-None-Match: " + tag
        return b"GET " + _FEED.encode() + b" HTTP/1.1\r\n" + fields + b"\r\n\r\n"

    for _ in range(_CONNECTIONS):
        connection = _Connection(int(port))
        ready.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(request())
    while not is_over:
        for key, _ in ready.select(_rest(resting)):
            if answer := key.data.answer():
                records.extend((key.data.sent, time.monotonic(), answer[0]))
                if found := re.search(rb"(?i)\r\netag: *(\S+)", answer[1]):
                    tag = found[1]
                resting.append((time.monotonic() + pause, key.data))
        while resting and resting[0][0] <= time.monotonic():
            resting.pop(0)[1].ask(request())
    Path(file).write_bytes(records.tobytes())


def _rest(resting: Sequence[tuple[float, _Connection]]) -> float:
    return max(0.0, resting[0][0] - time.monotonic()) if resting else 0.5


_JOBS: dict[str, Callable[..., None]] = {
    "pyyaml": load_with_pyyaml,
    "paths": list_paths,
    "load": generate_load,
}


def _job(name: str, *arguments: str) -> list[str]:
    return [sys.executable, __file__, "--one", name, *arguments]


def _printed_by(core: int, name: str, *arguments: str) -> str:
    command = running.on_core(core, _job(name, *arguments))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# The measurements.


@dataclass(frozen=True, slots=True)
class Edit:
    """When an edit was saved, and the seconds until the feed and the page had it."""

    saved: float
    feed: float
    page: float

    @property
    def seconds(self) -> float:
        """Give the seconds until both had it."""
        return max(self.feed, self.page)


def follow(port: int, clippings: List, clipping: Clipping, mark: str) -> Edit:
    """Edit a title and ask until it is served."""
    connection = HTTPConnection(running.HOST, port, timeout=_GIVES_UP_S)
    feed = f"/projects/{clipping.project}{_FEED}"
    wanted = {feed: "", f"/clippings/{clipping.clipping_id}/": ""}
    with contextlib.closing(connection):
        for path in wanted:  # tags of now: only what changes is sent
            wanted[path] = running.ask(connection, path, {}).header("etag") or '"none"'
        saved = clippings.edit(clipping, mark)
        served: dict[str, float] = {}
        while len(served) < len(wanted):
            for path in wanted.keys() - served.keys():
                got = running.ask(connection, path, {"If-None-Match": wanted[path]})
                if mark.encode() in got.body:
                    served[path] = time.monotonic() - saved
            if time.monotonic() - saved > _GIVES_UP_S:
                raise SystemExit(f"{mark} is not served: {wanted.keys() - served.keys()}")
            time.sleep(_POLL_S)
    page = next(each for each in served if each != feed)
    return Edit(saved, served[feed], served[page])


def edits(
    port: int, clippings: List, chosen: Sequence[Clipping], series: str
) -> Iterator[tuple[float, Edit]]:
    """Edit one title after another; give with each when the quiet second before it began."""
    for number, clipping in enumerate(chosen):
        time.sleep(_QUIET_S)  # what comes after the edit before
        quiet = time.monotonic()
        time.sleep(_QUIET_S)
        edit = follow(port, clippings, clipping, f"Edited-{series}-{number}")
        print(f"{series}, edit {number + 1}: {edit.seconds:.2f} s", file=sys.stderr)
        yield quiet, edit


@dataclass(slots=True)
class Latencies:
    """The latencies of requests in some windows of time."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, records: "array[float]", start: float, end: float) -> None:
        """Take in the requests that were under way in a window."""
        for at in range(0, len(records), 3):
            sent, answered, status = records[at : at + 3]
            if sent < end and answered > start:
                self.seconds.append(answered - sent)
                self.statuses[int(status)] = self.statuses.get(int(status), 0) + 1

    def __str__(self) -> str:
        """Give percentiles in milliseconds, and how many requests there were."""
        if not self.seconds:
            return "no request"
        ordered = sorted(self.seconds)
        cells = [ordered[int(part * (len(ordered) - 1))] * 1000 for part in (0.5, 0.99, 1)]
        counts = ", ".join(f"{n:,} × {status}" for status, n in sorted(self.statuses.items()))
        return "".join(f"{cell:10.2f}" for cell in cells) + f"{len(ordered):11,}  {counts}"


def edits_under_load(
    port: int, clippings: List, chosen: Sequence[Clipping], pause_ms: float, folder: Path
) -> tuple[list[Edit], Latencies, Latencies]:
    """Edit while others ask; give the edits, and the latencies before them and meanwhile."""
    file = folder / "latencies"
    command = _job("load", str(port), str(pause_ms), str(file))
    load = subprocess.Popen(running.on_core(running.GENERATOR_CORE, command))
    try:
        seen = list(edits(port, clippings, chosen, "loaded"))
    finally:
        load.send_signal(signal.SIGTERM)
        load.wait(_GIVES_UP_S)
    records = array("d", file.read_bytes())
    quiet, meanwhile = Latencies(), Latencies()
    for start, edit in seen:
        quiet.add(records, start, edit.saved)
        meanwhile.add(records, edit.saved, edit.saved + edit.seconds)
    return [edit for _, edit in seen], quiet, meanwhile


@dataclass(frozen=True, slots=True)
class Memory:
    """What the processes of a server have resident, in MB."""

    parent: float
    workers: list[float]
    #: In all, each shared page once.
    pss: float | None

    def __str__(self) -> str:
        """Give the columns of a table."""
        pss = "-" if self.pss is None else f"{self.pss:.0f}"
        workers = " + ".join(f"{each:.0f}" for each in self.workers)
        return f"{self.parent:10.0f}{workers or '-':>16}{pss:>10}"


def memory(group: int) -> Memory:
    """Look at a server's memory."""
    pids = running.members(group)
    rss = [_kilobytes(Path(f"/proc/{pid}/status"), "VmRSS") for pid in pids]
    try:
        pss = sum(_kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in pids) / 1024
    except OSError:
        pss = None
    parent, *workers = (each / 1024 for each in rss)
    return Memory(parent, sorted(workers, reverse=True), pss)


def _kilobytes(file: Path, name: str) -> int:
    found = re.search(rf"^{name}: +(\d+) kB$", file.read_text().replace("\t", " "), re.MULTILINE)
    return int(found[1]) if found else 0


def ask_for_all(port: int, paths: Sequence[str]) -> tuple[int, dict[int, int]]:
    """Ask for each path once; give the bytes of all bodies, and how many had each status."""
    connection = HTTPConnection(running.HOST, port, timeout=_GIVES_UP_S)
    size, statuses = 0, dict[int, int]()
    with contextlib.closing(connection):
        for path in paths:
            got: Got = running.ask(connection, path, {})
            size += len(got.body)
            statuses[got.status] = statuses.get(got.status, 0) + 1
    return size, statuses


def print_edits(title: str, seen: Sequence[Edit], yardstick: float) -> None:
    """Print the medians of a series of edits."""
    medians = [statistics.median(getattr(e, key) for e in seen) for key in ("feed", "page")]
    both = statistics.median(edit.seconds for edit in seen)
    most = max(edit.seconds for edit in seen)
    cells = "".join(f"{each:10.2f}" for each in (*medians, both, both / yardstick, most))
    print(f"{title:24}{cells}{len(seen):8}")


def print_memory(rows: dict[str, Memory], size: int, statuses: dict[int, int], paths: int) -> None:
    """Print what is resident, and what the documents come to."""
    print(f"\n{'resident MB':24}{'parent':>10}{'workers':>16}{'sum (Pss)':>10}")
    for title, row in rows.items():
        print(f"{title:24}{row}")
    counts = ", ".join(f"{number:,} × {status}" for status, number in sorted(statuses.items()))
    bound = 4 * size / 2**20 + 150
    print(f"{paths:,} documents ({counts}) have {size / 2**20:.1f} MB; ", end="")
    print(f"4 times that and 150 MB are {bound:.0f} MB")


def run(given: argparse.Namespace, folder: Path) -> None:
    """Make the list, serve it, measure, and print the tables."""
    clippings = List(folder, given.clippings, given.projects)
    file = str(clippings.path)
    chosen = clippings.in_the_middle()
    if len(chosen) < 2 * given.edits:
        raise SystemExit("there are not as many clippings to edit; give more with --clippings")
    loads = [float(_printed_by(running.SERVER_CORE, "pyyaml", file)) for _ in range(3)]
    paths: list[str] = json.loads(_printed_by(running.GENERATOR_CORE, "paths", file))
    port = running.free_port()
    command = [sys.executable, "-m", "feedpress", "serve", file, "--port", str(port)]
    rows: dict[str, Memory] = {}
    with running.servers(folder) as found:
        group = found.start("feedpress", command, port, {}, _FEED)
        time.sleep(_SETTLES_IN_S)
        rows["after the start"] = memory(group)
        size, statuses = ask_for_all(port, paths)
        rows["after all was asked for"] = memory(group)
        quiet = [edit for _, edit in edits(port, clippings, chosen[: given.edits], "quiet")]
        rows["after the quiet edits"] = memory(group)
        loaded, before, meanwhile = edits_under_load(
            port, clippings, chosen[given.edits : 2 * given.edits], given.pause, folder
        )
        rows["after all edits"] = memory(group)
    yardstick = statistics.median(loads)
    print(f"{given.clippings:,} clippings in {given.projects} projects")
    print(f"PyYAML's C loader alone: {yardstick:.2f} s")
    print(f"\n{'seconds until served':24}{'feed':>10}{'page':>10}{'both':>10}", end="")
    print(f"{'÷ PyYAML':>10}{'longest':>10}{'edits':>8}")
    print_edits("quiet", quiet, yardstick)
    print_edits(f"{_CONNECTIONS} connections ask", loaded, yardstick)
    print(f"\n{'latency in ms':24}{'p50':>10}{'p99':>10}{'max':>10}{'requests':>11}")
    print(f"{'before the edits':24}{before}")
    print(f"{'while one is worked out':24}{meanwhile}")
    print_memory(rows, size, statuses, len(paths))


def main() -> None:
    """Measure, or do one job for the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--clippings", type=int, default=10_000)
    arguments.add_argument("--projects", type=int, default=50)
    arguments.add_argument("--edits", type=int, default=5, help="in each of the two series")
    arguments.add_argument(
        *("--pause",), type=float, default=0, help="milliseconds between two of a connection"
    )
    arguments.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        _JOBS[given.one[0]](*given.one[1:])
        return
    running.require("taskset")
    os.sched_setaffinity(0, {running.GENERATOR_CORE})
    with tempfile.TemporaryDirectory() as name:
        run(given, Path(name))


if __name__ == "__main__":
    main()
