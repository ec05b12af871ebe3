"""Serving the real list's Atom feed, beside nginx, other servers and other ways to make a feed.

    python bench/serve.py                       three rounds of 5 s for each server and request
    python bench/serve.py --rounds 5 --seconds 10
    python bench/serve.py --only feedpress --only granian-table

Every server has one worker on core 0; wrk is on core 1. In each round all are measured one after
the other, so that what slows the machine down slows all of them. "÷ nginx" is the ratio of the
medians, "paired" the median of the ratios within a round. Where wrk's processor is near 100 %, wrk
is what is measured, and the server could do more. gunicorn's sync worker closes each connection.
No figure is asserted: machines differ.
"""

import argparse
import gzip
import importlib.util
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import running
from peers import answers
from running import DidNotStart, Got, Servers

_HERE = Path(__file__).parent
_LIST = _HERE.parent / "clippings.yaml"
_PATH = "/atom.xml"
_BASE = "nginx"

#: Nobody is told a Last-Modified before its second has come; and logs and caches settle.
_SETTLES_IN_S = 3.0

# What the server says for itself, and not the app.
_OF_THE_SERVER = {"connection", "date", "keep-alive", "server", "transfer-encoding"}

_PYTHON = (sys.executable, "-m")
# As `feedpress.serving.server` has it.
_GRANIAN = (
    *(*_PYTHON, "granian", "--interface", "wsgi", "--host", running.HOST, "--workers", "1"),
    *("--blocking-threads", "1", "--no-ws", "--workers-kill-timeout", "5"),
    *("--log-level", "warning", "--factory"),
)
_GUNICORN = (*_PYTHON, "gunicorn", "--workers", "1", "--worker-class", "sync")

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that can be started."""

    about: str
    #: What has to be installed: programs and modules.
    needs: tuple[str, ...]
    command: Callable[[int], Sequence[str]]


def _python(*command: str) -> Callable[[int], Sequence[str]]:
    return lambda port: (*_PYTHON, *command, str(port))


def _granian(app: str) -> Callable[[int], Sequence[str]]:
    return lambda port: (*_GRANIAN, "--port", str(port), app)


def _gunicorn(app: str) -> Callable[[int], Sequence[str]]:
    return lambda port: (*_GUNICORN, "--bind", f"{running.HOST}:{port}", f"{app}()")


def _nginx(port: int) -> Sequence[str]:
    return "nginx", "-p", os.environ["FEEDPRESS_BENCH_NGINX"], "-c", f"{port}.conf"


_CONTENDERS: dict[str, Contender] = {
    "nginx": Contender("the exported files", ("nginx",), _nginx),
    "feedpress": Contender(
        "feedpress serve", (), _python("feedpress", "serve", str(_LIST), "--port")
    ),
    "granian-table": Contender(
        "a dictionary look-up", ("granian",), _granian("peers.table:create_app")
    ),
    "bjoern": Contender(
        "feedpress.create_app()", ("bjoern",), _python("peers.feedpress_on", "bjoern")
    ),
    "fastpysgi": Contender(
        "feedpress.create_app()", ("fastpysgi",), _python("peers.feedpress_on", "fastpysgi")
    ),
    "granian-flask": Contender(
        "a Flask view of ready bytes", ("granian",), _granian("peers.flask_ready:create_app")
    ),
    "django": Contender(
        "Django's syndication view, gunicorn",
        ("django", "gunicorn"),
        _gunicorn("peers.django_syndication:create_app"),
    ),
    "feedgen": Contender(
        "Flask and feedgen, gunicorn", ("gunicorn",), _gunicorn("peers.flask_feedgen:create_app")
    ),
}


def _identity(tag: str) -> Headers:
    return {}


def _gzip(tag: str) -> Headers:
    return {"Accept-Encoding": "gzip"}


def _not_modified(tag: str) -> Headers:
    return {"Accept-Encoding": "gzip", "If-None-Match": tag}


#: The kinds of requests: what they send, given the server's own tag of what it has compressed.
_KINDS: dict[str, Callable[[str], Headers]] = {
    "identity": _identity,
    "gzip": _gzip,
    "304": _not_modified,
}


def fault(kind: str, got: Got) -> str | None:
    """Say what is wrong with an answer, if anything is."""
    coding = got.header("content-encoding")
    if kind == "304":
        is_right = got.status == 304 and not got.body
        return None if is_right else f"{got.status} with {len(got.body)} bytes in place of 304"
    if got.status != 200 or not got.body:
        return f"{got.status} with {len(got.body)} bytes"
    if coding != ("gzip" if kind == "gzip" else None):
        return f"Content-Encoding is {coding}"
    body = gzip.decompress(got.body) if coding else got.body
    return None if b"<feed" in body else "there is no feed in the body"


@dataclass(frozen=True, slots=True)
class Target:
    """A server that answers, and what it is asked."""

    port: int
    requests: Mapping[str, Headers]
    sizes: Mapping[str, int]


def check(port: int) -> tuple[Target | None, str]:
    """Ask a server once for each kind; without a target, say why."""
    tag = running.ask_once(port, _PATH, _gzip("")).header("etag") or '"none"'
    requests = {kind: headers(tag) for kind, headers in _KINDS.items()}
    got = {kind: running.ask_once(port, _PATH, headers) for kind, headers in requests.items()}
    for kind, each in got.items():
        if wrong := fault(kind, each):
            return None, f"answers wrongly: {kind}: {wrong}"
    return Target(port, requests, {kind: len(each.body) for kind, each in got.items()}), ""


def record(target: Target) -> answers.Table:
    """Record what feedpress answers to each kind, without what the server adds."""
    table = {}
    for headers in target.requests.values():
        got = running.ask_once(target.port, _PATH, headers)
        kept = [(name, value) for name, value in got.headers if name not in _OF_THE_SERVER]
        key = answers.key(_PATH, headers.get("Accept-Encoding"), headers.get("If-None-Match"))
        table[key] = (f"{got.status} {HTTPStatus(got.status).phrase}", kept, got.body)
    return table


def export(folder: Path) -> None:
    """Write the files that nginx serves, and its configuration."""
    command = (*_PYTHON, "feedpress", "build", str(_LIST), "--output", str(folder))
    subprocess.run(command, check=True, capture_output=True)


def configure_nginx(folder: Path, port: int) -> None:
    """Write the rest of nginx's configuration, at its best."""
    text = f"""
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {running.HOST}:{port};
    root {folder}/export;
    include {folder}/export/.feedpress/nginx.conf;
  }}
}}
"""
    (folder / f"{port}.conf").write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Measured:
    """What wrk says."""

    rate: float
    p50: float
    p99: float
    #: How much of its core wrk took.
    busy: float
    errors: str


def wrk(target: Target, kind: str, seconds: int, connections: int) -> Measured:
    """Load a server for some seconds."""
    fields = [f"-H{name}: {value}" for name, value in target.requests[kind].items()]
    url = f"http://{running.HOST}:{target.port}{_PATH}"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *fields, url]
    before = os.times()
    ran = subprocess.run(
        running.on_core(running.GENERATOR_CORE, command), check=True, capture_output=True, text=True
    )
    after = os.times()
    used = sum(after[2:4]) - sum(before[2:4])
    return _measured(ran.stdout, used / (after.elapsed - before.elapsed))


def _measured(output: str, busy: float) -> Measured:
    rate = re.search(r"Requests/sec: +([\d.]+)", output)
    faults = re.findall(r"(Socket errors: .+|Non-2xx or 3xx responses: \d+)", output)
    errors = "; ".join(faults)
    return Measured(
        float(rate[1]) if rate else 0,
        _percentile(output, 50),
        _percentile(output, 99),
        busy,
        errors,
    )


def _percentile(output: str, percent: int) -> float:
    """Give a percentile in milliseconds."""
    found = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m)$", output, re.MULTILINE)
    units = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
    return float(found[1]) * units[found[2]] if found else float("nan")


#: The measurements of each server for each kind, round by round.
Results = dict[tuple[str, str], list[Measured]]


def measure(targets: Mapping[str, Target], given: argparse.Namespace) -> Results:
    """Measure in rounds, all servers one after the other for each kind."""
    results: Results = defaultdict(list)
    for number in range(given.rounds):
        for kind in _KINDS:
            for name, target in targets.items():
                measured = wrk(target, kind, given.seconds, given.connections)
                results[name, kind].append(measured)
                told = f"round {number + 1} of {given.rounds}, {kind}, {name}"
                print(f"{told}: {measured.rate:,.0f}/s {measured.errors}", file=sys.stderr)
    return results


def start(found: Servers, names: Iterable[str], folder: Path) -> tuple[dict[str, Target], Headers]:
    """Start servers and ask each once; give those that answer well, and what is with the others."""
    targets, others = {}, {}
    for name in names:
        if missing := [each for each in _CONTENDERS[name].needs if not _is_installed(each)]:
            others[name] = f"not installed: {', '.join(missing)}"
            continue
        try:
            target, why = check(_start(found, name, folder))
        except (DidNotStart, OSError) as error:
            target, why = None, f"did not start: {error}"
        if target:
            targets[name] = target
        else:
            others[name] = why
    return targets, others


def _start(found: Servers, name: str, folder: Path) -> int:
    port = running.free_port()
    if name == "nginx":
        configure_nginx(folder, port)
    command = _CONTENDERS[name].command(port)
    found.start(name, command, port, {"PYTHONPATH": str(_HERE)}, _PATH)
    return port


def _is_installed(need: str) -> bool:
    return bool(shutil.which(need) or importlib.util.find_spec(need))


def prepare(found: Servers, folder: Path) -> Target:
    """Start feedpress, and make of its answers what the others need."""
    os.environ["FEEDPRESS_FILE"] = str(_LIST)
    os.environ["FEEDPRESS_BENCH_NGINX"] = str(folder)
    os.environ[answers.VARIABLE] = str(folder / "answers")
    port = _start(found, "feedpress", folder)
    time.sleep(_SETTLES_IN_S)
    target, why = check(port)
    if target is None:
        raise SystemExit(f"feedpress {why}")
    table = record(target)
    answers.save(table, folder / "answers")
    export(folder / "export")
    return target


def print_table(kind: str, results: Results, targets: Mapping[str, Target]) -> None:
    """Print the medians of a kind of request and their ratios."""
    print(f"\n{kind}")
    titles = ("requests/s", "÷ nginx", "paired", "p50 ms", "p99 ms", "÷ nginx", "bytes", "wrk CPU")
    print(f"{'':15}" + "".join(f"{title:>11}" for title in titles))
    base = results.get((_BASE, kind), [])
    for name, target in targets.items():
        rounds = results[name, kind]
        rate, p50, p99 = (_median(rounds, key) for key in ("rate", "p50", "p99"))
        paired = [each.rate / other.rate for each, other in zip(rounds, base, strict=False)]
        cells = (
            f"{rate:,.0f}",
            f"{rate / _median(base, 'rate'):.3f}",
            f"{statistics.median(paired or [float('nan')]):.3f}",
            f"{p50:.3f}",
            f"{p99:.3f}",
            f"{p99 / _median(base, 'p99'):.2f}",
            f"{target.sizes[kind]:,}",
            f"{_median(rounds, 'busy'):.0%}",
        )
        print(f"{name:15}" + "".join(f"{cell:>11}" for cell in cells))


def _median(rounds: Sequence[Measured], key: str) -> float:
    values: list[float] = [getattr(each, key) for each in rounds]
    return statistics.median(values or [float("nan")])


def print_notes(results: Results, others: Headers) -> None:
    """Print which servers are left out and why, and of what wrk complained."""
    print()
    for name, why in others.items():
        print(f"{name:15}{why}")
    for (name, kind), rounds in results.items():
        if errors := [each.errors for each in rounds if each.errors]:
            print(f"{name:15}{kind}: {' / '.join(errors)}")


def main() -> None:
    """Start the servers, measure them in rounds, and print a table for each kind."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument(
        *("--only",), action="append", choices=_CONTENDERS, help="and nginx; may be repeated"
    )
    given = arguments.parse_args()
    running.require("taskset", "wrk")
    names = [name for name in _CONTENDERS if not given.only or name in (*given.only, _BASE)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker may be another user
        with running.servers(folder) as found:
            feedpress = prepare(found, folder)
            targets, others = start(found, [n for n in names if n != "feedpress"], folder)
            targets["feedpress"] = feedpress
            targets = {name: targets[name] for name in names if name in targets}
            results = measure(targets, given)
    print(f"{given.rounds} rounds of {given.seconds} s, {given.connections} connections")
    for name in targets:
        print(f"{name:15}{_CONTENDERS[name].about}")
    for kind in _KINDS:
        print_table(kind, results, targets)
    print_notes(results, others)


if __name__ == "__main__":
    main()
