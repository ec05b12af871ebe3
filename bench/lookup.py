"""The call of the WSGI app alone, without a server, beside a dictionary look-up and a Flask view.

    python bench/lookup.py
    python bench/lookup.py --repeats 50 --milliseconds 50

Each call has an environ of its own, a copy, which counts for all three alike. Batches of calls
alternate between the three; the median of them is printed, and the median of the ratios to the
look-up in the same turn. What feedpress gives is recorded first, and the look-up gives the
same. The Flask view has feedpress's bytes of the feed; what is no feed it leaves to Flask.
No figure is asserted: machines differ.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from sys import stderr
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import feedpress
from peers import answers, flask_ready, table

_LIST = Path(__file__).parent.parent / "clippings.yaml"
_FEED = "/atom.xml"

#: Nobody is told a Last-Modified before its second has come.
_SETTLES_IN_S = 3.0
#: Where feedpress gives none, the condition has this one, and fails.
_LONG_AGO = "Sat, 01 Jan 2000 00:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an app gave to one call."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give a header's value."""
        return next((value for each, value in self.headers if each.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as the look-up knows it."""

    path: str = _FEED
    coding: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    method: str = "GET"

    @property
    def key(self) -> answers.Key:
        """Give its key among the answers."""
        return answers.key(
            self.path, self.coding, self.if_none_match, self.if_modified_since, self.method
        )

    @property
    def environ(self) -> WSGIEnvironment:
        """Give the least that a server has to give (PEP 3333), and the request's fields."""
        fields = {
            "HTTP_ACCEPT_ENCODING": self.coding,
            "HTTP_IF_NONE_MATCH": self.if_none_match,
            "HTTP_IF_MODIFIED_SINCE": self.if_modified_since,
        }
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{name: value for name, value in fields.items() if value is not None},
        }


def requests(app: WSGIApplication) -> dict[str, Request]:
    """Give a request for each kind of answer; the conditions have what the app says of its feed."""
    feed = call(app, Request(coding="gzip"))
    tag = feed.header("etag") or '"none"'
    weak = tag if tag.startswith("W/") else f"W/{tag}"
    since = feed.header("last-modified") or _LONG_AGO
    return {
        "200 identity": Request(),
        "200 gzip": Request(coding="gzip"),
        "200 br": Request(coding="br"),
        "304 one tag": Request(coding="gzip", if_none_match=tag),
        "304 list of tags": Request(coding="gzip", if_none_match=f'"one", "two", {tag}'),
        "304 weak tag": Request(coding="gzip", if_none_match=weak),
        "304 by date": Request(coding="gzip", if_modified_since=since),
        "HEAD": Request(coding="gzip", method="HEAD"),
        "404": Request("/nothing-here"),
        "308 no slash": Request("/projects/data-science"),
        "405 POST": Request(method="POST"),
        "OPTIONS": Request(method="OPTIONS"),
    }


def call(app: WSGIApplication, request: Request) -> Reply:
    """Call an app once and keep what it gives."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        begun.append((status, headers))
        return bytes

    answer = app(request.environ, start_response)
    body = b"".join(answer)
    _close(answer)
    status, headers = begun[-1]
    return Reply(status, headers, body)


def _ignore(
    status: str, headers: list[tuple[str, str]], exc_info: object = None, /
) -> Callable[[bytes], object]:
    return bytes  # what is to be written goes nowhere


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close:
        close()


def batch(app: WSGIApplication, environ: WSGIEnvironment, calls: int) -> float:
    """Give the microseconds that one of many calls takes."""
    start_response: StartResponse = _ignore
    start = time.perf_counter()
    for _ in range(calls):
        answer = app(environ.copy(), start_response)
        for _part in answer:
            pass
        _close(answer)
    return (time.perf_counter() - start) / calls * 1e6


def measure(
    apps: dict[str, WSGIApplication], request: Request, given: argparse.Namespace
) -> dict[str, list[float]]:
    """Measure all apps with one request in turn."""
    environ = request.environ
    calls = {
        name: max(1, round(given.milliseconds * 1000 / batch(app, environ, 20)))
        for name, app in apps.items()
    }
    results: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(given.repeats):
        for name, app in apps.items():
            results[name].append(batch(app, environ, calls[name]))
    return results


def record(app: WSGIApplication, kinds: dict[str, Request]) -> answers.Table:
    """Record the answers of an app."""
    replies = {request.key: call(app, request) for request in kinds.values()}
    return {key: (each.status, each.headers, each.body) for key, each in replies.items()}


def print_row(
    kind: str,
    apps: dict[str, WSGIApplication],
    request: Request,
    results: dict[str, list[float]],
) -> None:
    """Print what was given, the medians, and the ratios to the look-up."""
    cells = [f"{call(apps['feedpress'], request).status[:3]:>8}"]
    for name in apps:
        cells.append(f"{statistics.median(results[name]):12.2f}")
        if name != "table":
            pairs = zip(results[name], results["table"], strict=True)
            cells.append(f"{statistics.median(each / base for each, base in pairs):9.1f}")
    cells.append(f"{min(results['feedpress']):12.2f}")
    cells.append(f"{call(apps['flask'], request).status[:3]:>12}")
    print(f"{kind:18}" + "".join(cells))


def main() -> None:
    """Print a row for each kind of answer."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--repeats", type=int, default=30)
    arguments.add_argument("--milliseconds", type=float, default=20, help="that a batch takes")
    given = arguments.parse_args()
    os.environ["FEEDPRESS_FILE"] = str(_LIST)
    app = feedpress.create_app()
    time.sleep(_SETTLES_IN_S)
    kinds = requests(app)
    recorded = record(app, kinds)
    apps: dict[str, WSGIApplication] = {
        "table": table.make(recorded),
        "feedpress": app,
        "flask": flask_ready.make(recorded),
    }
    print(f"µs per call, medians of {given.repeats} batches of about {given.milliseconds:g} ms")
    print(
        f"{'':18}{'status':>8}{'table':>12}{'feedpress':>12}{'÷ table':>9}"
        f"{'Flask':>12}{'÷ table':>9}{'best of':>12}{'status':>12}"
    )
    print(f"{'':18}{'':8}{'':12}{'':12}{'':9}{'':12}{'':9}{'feedpress':>12}{'of Flask':>12}")
    for kind, request in kinds.items():
        print_row(kind, apps, request, measure(apps, request, given))
    app.extensions["feedpress"].stop()


if __name__ == "__main__":
    main()
