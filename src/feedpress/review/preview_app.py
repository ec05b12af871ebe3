"""The page for editors, in front of what everybody gets: it follows the file and is never kept.

It shows what is held back. So it is given only to requests for this machine by name, that a page
of another site can't make through a name of its own that leads here.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache, partial
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from feedpress import urls
from feedpress.errors import FeedpressError
from feedpress.model import Publication
from feedpress.reading import publication_file
from feedpress.reading.problems import Problem, sorted_problems
from feedpress.reading.publication_file import Files, Reading
from feedpress.review import diff, lint, revisions
from feedpress.review.changes import Change
from feedpress.review.preview import build_page, render_page
from feedpress.review.reports.excerpts import excerpt
from feedpress.review.reports.passages import Texts
from feedpress.serving.reload import Reloader
from feedpress.serving.responses import Headers, Response
from feedpress.settings import PreviewMode as For

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: Characters of a line that are shown.
_ROOM = 80

_LOCAL = ("localhost", "127.0.0.1", "::1")
_ONLY_LOCAL = b"The preview is only for this machine. Open it at localhost instead.\n"

# The page runs a script of its own. No other site may use it, and no cache may keep it.
_HEADERS: Headers = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class _State(NamedTuple):
    """What the page depends on, apart from the clock."""

    newest: Files
    errors: tuple[Problem, ...]
    since: datetime | None
    snapshot: object


class PreviewMiddleware:
    """A WSGI app (PEP 3333) in front of another, with a page for editors."""

    def __init__(
        self,
        other: "WSGIApplication",
        reloader: Reloader,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._other = other
        self._reloader = reloader
        self._clock = clock
        self._numbers = count(1)
        # The version to compare with if git knows no other.
        self._first: Publication | None = None
        self._made: tuple[_State, Response] | None = None
        self._started = clock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        if self._reloader.settings.preview is For.LOCAL and not _is_local(environ):
            answer = _response(_ONLY_LOCAL, urls.TEXT, status="403 Forbidden")
        elif environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._other(environ, start_response)
        elif environ["PATH_INFO"] == urls.PREVIEW:
            answer = self._page()
        elif environ["PATH_INFO"] in _FILES:
            answer = _file(environ["PATH_INFO"])
        else:
            return self._other(environ, start_response)
        start_response(answer.status, [*answer.headers])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _page(self) -> Response:
        current = self._reloader.current()  # which starts it, if nobody has
        health = self._reloader.health()
        state = _State(self._reloader.newest, health.errors, health.since, current)
        # By identity: comparing ten thousand clippings takes longer than making the page.
        made = self._made
        if made is None or any(new is not old for new, old in zip(state, made[0], strict=True)):
            self._made = made = (state, self._rendered(state))
        return made[1]

    def _rendered(self, state: _State) -> Response:
        now, reading = self._clock(), publication_file.examine(state.newest)
        publication = reading.publication
        # Those of the server also say if the files can't be opened now.
        more = (each for each in state.errors if each not in reading.problems)
        warnings = lint.warnings(publication, now) if publication else ()
        problems = sorted_problems((*reading.problems, *more, *warnings))
        changes, why_none = self._changes(reading, now)
        shown = build_page(
            str(self._reloader.settings.file),
            reading,
            problems,
            changes,
            now,
            is_published=not state.since,
            why_no_changes=why_none,
            excerpt=partial(_excerpt, Texts(state.newest)),
        )
        # Another process has other states.
        tag = f"{self._started.timestamp():.6f}-{next(self._numbers)}"
        return _response(render_page(shown, tag), urls.HTML, ("ETag", f'"{tag}"'))

    def _changes(self, reading: Reading, now: datetime) -> tuple[tuple[Change, ...], str]:
        new = reading.publication
        if new is None or reading.errors:
            return (), "Fix the errors to see what subscribers will see."
        self._first = self._first or new
        file = self._reloader.settings.file
        try:
            old, _ = publication_file.load(revisions.read_revision(file, "HEAD"))
        except FeedpressError:
            old, since = self._first, "since the preview was started"
        else:
            since = "since the last commit"
        return tuple(diff.compare(old, new, now)), f"No change {since}."


def _excerpt(texts: Texts, problem: Problem) -> str:
    passage = texts.passage(problem)
    return "\n".join(excerpt(passage, _ROOM)) if passage else ""


def _is_local(environ: "WSGIEnvironment") -> bool:
    """Return whether a request names this machine: a stranger's name may lead here, too."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname in _LOCAL
    except ValueError:
        return False


_FILES = {
    urls.PREVIEW_SCRIPT: ("preview.js", urls.JAVASCRIPT),
    urls.PREVIEW_STYLE_SHEET: ("preview.css", urls.CSS),
}


@cache
def _file(path: str) -> Response:
    name, media_type = _FILES[path]
    body = resources.files("feedpress.review").joinpath(name).read_bytes()
    return _response(body, media_type)


def _response(
    body: bytes, media_type: str, *more: tuple[str, str], status: str = "200 OK"
) -> Response:
    content_type = ("Content-Type", f"{media_type}; charset=utf-8")
    content = (content_type, ("Content-Length", str(len(body))))
    return Response(status, (*content, *more, *_HEADERS), body)
