"""Debian's Chromium, driven by Playwright, and a server with one of everything to look at.

With FEEDPRESS_SCREENSHOTS=FOLDER each page that is looked at is left there as a picture.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import support
from servers import Server, starting

WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")

_PATIENCE_MS = 10_000
_AXE = Path(__file__).parent / "npm" / "node_modules" / "axe-core" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Kind:
    """A kind of page or feed, by one that there is of it."""

    name: str
    path: str
    status: int = 200


#: Every kind of page for people.
PAGES = (
    Kind("front", "/"),
    Kind("project", "/projects/portal/"),
    Kind("empty-project", "/projects/empty/"),
    Kind("ended-project", "/projects/ended/"),
    Kind("clipping", "/clippings/full/"),
    Kind("clipping-of-which-little-is-known", "/clippings/bare/"),
    Kind("withdrawn-clipping", "/clippings/withdrawn/", 410),
    Kind("year", "/years/2016/"),
    Kind("no-year", "/years/undated/"),
    Kind("embed", "/embed/"),
    Kind("embed-of-a-project", "/projects/portal/embed/"),
    Kind("preview", "/preview/"),
)
#: Every kind of feed, and the list of feeds.
FEEDS = (
    Kind("atom", "/atom.xml"),
    Kind("rss", "/rss.xml"),
    Kind("json", "/feed.json"),
    Kind("opml", "/opml.xml"),
    Kind("archive-atom", "/archive/1/atom.xml"),
    Kind("archive-rss", "/archive/1/rss.xml"),
    Kind("project-atom", "/projects/portal/atom.xml"),
    Kind("empty-atom", "/projects/empty/atom.xml"),
    Kind("empty-rss", "/projects/empty/rss.xml"),
    Kind("ended-atom", "/projects/ended/atom.xml"),
)
#: Not a page of HTML, but what somebody sees who follows a wrong link.
NOT_FOUND = Kind("not-found", "/nothing/", 404)

ARABIC = "مدينة لوس أنجلوس تطلق بوابة الأعمال"


def file_text() -> str:
    """Return the text of a file with one of everything that pages and feeds can show."""
    lately = f"{datetime.now(UTC) - timedelta(days=10):%Y-%m-%d}"
    return support.file_text(
        [
            {
                "id": "full",
                "title": "AT&T <b>: a title",
                "url": "https://news.example.org/a?b=1&c=2",
                "source": "Government Technology",
                "published": "2016-09-14",
                "added": "2016-09-15T17:05:00Z",
                "projects": ["Portal"],
                "summary": "One & two.\n\nThree <i>.",
                "image": {"url": "https://news.example.org/a.jpg", "alt": "A picture"},
            },
            {"id": "plain", "title": "Plain", "added": "2016-08-01", "summary": "A plain text."},
            {"id": "arabic", "title": ARABIC, "added": "2016-07-01", "language": "ar"},
            {"id": "bare", "title": "Nothing is known of this one", "added": "2016-06-01"},
            {"id": "month", "title": "W" * 80, "published": "2016-05", "source": "A" * 60},
            {"id": "withdrawn", "title": "Back", "added": "2016-04-01", "withdrawn": lately},
            {"id": "year", "title": "Of a year", "published": "2012", "projects": ["Ended"]},
            {"id": "draft", "title": "A draft", "added": "2016-01-01", "draft": True},
            {"id": "later", "title": "Held back", "added": "2100-01-01"},
        ],
        {
            "portal": {"title": "Portal", "summary": "One point of entry."},
            "empty": {"title": "Nothing yet"},
            "ended": {"title": "Ended", "retired": lately},
        },
        subtitle="What others say of <us>",
        rights="CC BY 4.0",
        feed_size=3,
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; where there is none, skip what needs it."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@contextmanager
def serving(folder: Path, text: str) -> Iterator[str]:
    """Serve a file with a preview, at the address that it gives; every link begins with that."""
    (folder / "clippings.yaml").write_text(text, encoding="utf-8")
    with starting(folder) as start:
        server: Server = start(
            "feedpress", "serve", "--port", "PORT", "--url", "http://127.0.0.1:PORT/", "--preview"
        )
        yield f"http://127.0.0.1:{server.port}"


class Visit:
    """A page of a server in a window of its own, and what the browser complains of."""

    def __init__(self, browser: Browser, site: str, **window: Any) -> None:
        self._site = site
        self._context = browser.new_context(
            permissions=["clipboard-read", "clipboard-write"], **window
        )
        self._context.set_default_timeout(_PATIENCE_MS)
        self.page: Page = self._context.new_page()
        self.complaints: list[str] = []
        self._expected = ""
        page = self.page
        page.on("console", lambda said: self._note(said.type, f"{said.text} {said.location}"))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("requestfailed", lambda request: self._note("error", f"failed: {request.url}"))
        page.on("request", lambda request: self._note_request(request.url))

    def open(self, kind: Kind) -> None:
        """Open a path and wait for all that it loads."""
        if kind.status != 200:
            # The browser says so of every such document.
            self._expected = f"the server responded with a status of {kind.status} "
        answer = self.page.goto(self._site + kind.path)
        assert answer
        assert answer.status == kind.status

    def shoot(self, name: str) -> None:
        """Leave a picture where FEEDPRESS_SCREENSHOTS says."""
        if folder := os.environ.get("FEEDPRESS_SCREENSHOTS"):
            # Else Playwright hides the caret by a style, which the page's policy refuses.
            path = Path(folder) / f"{name}.png"
            # Of XML, Playwright can't find out how long it is.
            is_html = bool(self.page.evaluate("document.body !== null"))
            self.page.screenshot(path=path, full_page=is_html, caret="initial")

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _note(self, kind: str, text: str) -> None:
        is_expected = self._expected and self._expected in text
        if kind in ("warning", "error") and not is_expected:
            self.complaints.append(f"{kind}: {text}")

    def _note_request(self, url: str) -> None:
        if not url.startswith(f"{self._site}/"):
            self.complaints.append(f"a request to {url}")


@contextmanager
def visiting(browser: Browser, site: str, **window: Any) -> Iterator[Visit]:
    """Open a window, of some width or colour scheme, and close it at the end."""
    visit = Visit(browser, site, **window)
    try:
        yield visit
    finally:
        visit.close()


def window(width: int, scheme: str = "light") -> dict[str, Any]:
    """Return what a window of a width is made of."""
    return {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}


def barriers(page: Page) -> list[str]:
    """Tell what on a page keeps people from using it, as axe-core finds it by all of its rules."""
    assert _AXE.exists(), "axe-core is not installed; run: make test, or npm ci in tests/npm"
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async () => {
          const { violations } = await axe.run(document, { resultTypes: ["violations"] });
          return violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
        }"""
    )
    return found


def overflow(page: Page) -> int:
    """Tell how many pixels of a page are beyond its right edge."""
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width
