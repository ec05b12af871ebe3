"""Sites of partners, as tests need them, and windows of a browser that say what they see."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Page


@dataclass
class Partner:
    """A site of somebody else: its pages are whatever a test puts there."""

    address: str
    pages: dict[str, tuple[str, bytes, Mapping[str, str]]] = field(default_factory=dict)

    def put(self, path: str, body: str, kind: str = "text/html", **headers: str) -> str:
        """Publish something; give its address. Underscores in headers' names are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (f"{kind}; charset=utf-8", body.encode(), named)
        return self.address + path

    def page(self, body: str, head: str = "", **headers: str) -> str:
        """Publish a whole page."""
        return self.put(
            "/",
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Partner</title>'
            f"{head}</head>"
            f"<body><main><h1>Partner</h1>{body}</main></body></html>",
            **headers,
        )


@contextmanager
def open_partner() -> Iterator[Partner]:
    """Serve the pages of a site, of an origin of its own."""
    pages: dict[str, tuple[str, bytes, Mapping[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body, headers = pages.get(self.path, ("text/plain", b"", {}))
            self.send_response(200 if self.path in pages else 404)
            for name, value in ({"Content-Type": kind} | dict(headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    pages["/favicon.ico"] = ("image/x-icon", b"", {})
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Partner(f"http://127.0.0.1:{server.server_port}", pages)
        finally:
            server.shutdown()
            thread.join()


class Window:
    """A window of the browser, what it asks for and what it complains of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.said: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.hosts.add(_origin(request.url)))
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        (self.errors if kind == "error" else self.said).append(text)

    def wait_until_told(self, text: str) -> None:
        """Wait until the browser's console has something with a text in it."""
        for _ in range(1000):
            if any(text in each for each in (*self.errors, *self.said)):
                return
            self.page.wait_for_timeout(10)
        raise AssertionError(f"nobody says {text!r}: {self.errors} {self.said}")


def _origin(url: str) -> str:
    return "" if url.startswith("data:") else "/".join(url.split("/")[:3])
