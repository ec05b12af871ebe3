"""Answers are the same however they come about, and what is kept of them is bounded."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

import support
from feedpress import snapshot
from feedpress.serving import negotiation
from feedpress.serving.negotiation import Negotiator
from feedpress.serving.responses import Response
from feedpress.serving.validators import ValidatorHistory
from feedpress.snapshot import Snapshot

_LATER = support.NOW + timedelta(minutes=5)


def _snapshot(number: int, edits: int = 0, **about: object) -> Snapshot:
    clippings = [
        {
            "id": f"c{index}",
            "title": f"Clipping {index}" + ("!" if index < edits else ""),
            "added": f"2020-01-{index % 28 + 1:02}",
            "projects": ["portal"],
        }
        for index in range(number)
    ]
    clippings.append({"id": "x", "title": "X", "added": "2019", "withdrawn": "2019-02-01"})
    loaded = support.publication(clippings, {"portal": {"title": "Portal"}}, **about)
    return snapshot.build(loaded, support.NOW)


_BEFORE, _NOW = _snapshot(20, feed_size=5), _snapshot(20, edits=20, feed_size=5)


def _fresh() -> Negotiator:
    """Return a negotiator that has answered nothing, and whose history has an earlier snapshot."""
    history = ValidatorHistory()
    history.update(_BEFORE)
    return Negotiator(_NOW, history)


def _requests(number: int) -> list[dict[str, str]]:
    draw = random.Random(5)  # noqa: S311 # the same requests at each run
    paths = [*_NOW.documents, "/nowhere"]
    fields = {
        "HTTP_ACCEPT_ENCODING": ["gzip", "br", "gzip, br", "identity", "", "*;q=0"],
        "HTTP_IF_NONE_MATCH": ["<now>", "<now-gzip>", "<old>", "*", "", '"0a"', "W/<now>"],
        "HTTP_IF_MODIFIED_SINCE": ["<date>", "Thu, 01 Jan 1970 00:00:00 GMT", "junk"],
        "HTTP_SEC_FETCH_DEST": ["document", "empty"],
    }
    drawn = []
    for _ in range(number):
        path = draw.choice(paths)
        now, old = (
            each.documents[path].etag if path in each.documents else "0" for each in (_NOW, _BEFORE)
        )
        put_in = {"<now>": f'"{now}"', "<now-gzip>": f'"{now}-gzip"', "<old>": f'"{old}"'}
        put_in |= {"W/<now>": f'W/"{now}"', "<date>": "Sun, 22 Nov 2026 18:00:03 GMT"}
        environ = {"PATH_INFO": path}
        for field, values in fields.items():
            if draw.random() < 0.5:
                value = draw.choice(values)
                environ[field] = put_in.get(value, value)
        drawn.append(environ)
    return drawn


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    """One that has answered much answers as one that was just made, and all answers occur."""
    used = _fresh()
    statuses = set()
    for environ in _requests(1500):
        answer = used.respond(environ, _LATER)
        assert answer == _fresh().respond(environ, _LATER)
        statuses.add(answer.status[:3] if answer else "none")
    assert statuses == {"200", "304", "410", "none"}


def test_answers_are_the_same_when_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that are larger than the bound are answered all the same."""
    requests = _requests(500)
    kept = [_fresh().respond(environ, _LATER) for environ in requests]
    monkeypatch.setattr(negotiation, "_MADE_BYTES", 100)
    one = _fresh()
    assert [one.respond(environ, _LATER) for environ in requests] == kept
    assert len(one._made) == 0


def test_documents_that_are_made_when_asked_for_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is kept of them stays within the bound, and what was asked for long ago goes first."""
    bound = 40_000
    monkeypatch.setattr(negotiation, "_MADE_BYTES", bound)
    one = _fresh()
    seldom = [path for path in _NOW.documents if path not in _NOW.documents.ready]
    for path in (*seldom, *seldom):
        assert one.respond({"PATH_INFO": path}, _LATER)
        kept = {each: made.document.codings for each, made in one._made.items()}
        assert sum(len(body) for codings in kept.values() for body in codings.values()) <= bound
        assert path in kept
    assert list(one._made)[-3:] == seldom[-3:]
    assert 1 < len(one._made) < len(seldom)
    assert set(one._prepared) <= set(_NOW.documents.ready)


def test_unknown_paths_are_not_remembered() -> None:
    """Whoever asks for what is not there leaves nothing behind."""
    one = _fresh()
    for number in range(1000):
        path = f"/nowhere/{number}"
        assert one.respond({"PATH_INFO": path}, _LATER) is None
        assert one.not_found(_LATER).status == "404 Not Found"
    assert not one._prepared
    assert not one._made
    assert not any("nowhere" in path for path in one._history._dates)


@pytest.mark.parametrize("path", ["/clippings/c3/", "/archive/1/rss.xml", "/atom.xml"])
def test_many_ask_for_the_same_at_once(path: str) -> None:
    """Threads that ask at once for a document that was not made yet get equal answers."""
    threads = 4
    environ = {"PATH_INFO": path, "HTTP_ACCEPT_ENCODING": "br"}
    for _ in range(10):
        one, barrier = _fresh(), threading.Barrier(threads)

        def ask(one: Negotiator = one, barrier: threading.Barrier = barrier) -> Response | None:
            barrier.wait()
            return one.respond(environ, _LATER)

        with ThreadPoolExecutor(threads) as pool:
            answers = [asked.result() for asked in [pool.submit(ask) for _ in range(threads)]]
        assert answers == [_fresh().respond(environ, _LATER)] * threads


def test_nothing_that_is_kept_outlives_its_headers() -> None:
    """At every instant a long-used negotiator gives the very answers that a fresh one gives."""
    due = support.NOW + timedelta(hours=2)
    later = {"id": "later", "title": "Later", "added": due.isoformat()}
    rows = [{"id": f"c{n}", "title": f"C {n}", "added": "2020"} for n in range(3)]
    shown = snapshot.build(support.publication([later, *rows]), support.NOW)
    used = Negotiator(shown, ValidatorHistory())
    instants = [due - timedelta(minutes=90, milliseconds=each) for each in (1, 0, -1, -1000)]
    instants += [due - timedelta(seconds=30) + timedelta(milliseconds=250 * n) for n in range(130)]
    for now in instants:
        for path in ("/atom.xml", "/clippings/c1/", "/clippings/c1"):
            fresh = Negotiator(shown, ValidatorHistory())
            answer = used.respond({"PATH_INFO": path}, now)
            assert answer == fresh.respond({"PATH_INFO": path}, now)
