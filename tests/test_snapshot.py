"""Everything that is served, worked out once."""

import hashlib
import re
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

import support
from feedpress import snapshot
from feedpress.document import Document
from feedpress.feeds import atom, rss
from feedpress.feeds.feed import Entry
from feedpress.model import Publication
from feedpress.snapshot import Snapshot

_SECOND = datetime(2026, 11, 22, 19, tzinfo=UTC)


def _small() -> Publication:
    return support.publication(
        [
            {"id": "one", "title": "One & <only>", "added": "2020-01-02", "projects": ["portal"]},
            {"id": "two", "title": "Zwei", "added": "2020-01-01"},
            {"id": "draft", "title": "Draft", "added": "2020-01-03", "draft": True},
            {"id": "held-back", "title": "Nobody knows yet", "added": "2026-11-22T19:00:00Z"},
        ],
        {"portal": {"title": "LA Business Portal"}, "empty": {"title": "Nothing yet"}},
    )


@pytest.fixture(scope="module")
def small() -> Snapshot:
    """The documents of a small publication."""
    return snapshot.build(_small(), support.NOW)


def test_paths_and_media_types(small: Snapshot) -> None:
    """There is a page, and a feed in each format, of all and of each project, and no more."""
    html, atom, rss = "text/html", "application/atom+xml", "application/rss+xml"
    assert {path: each.media_type for path, each in small.documents.items()} == {
        "/": html,
        "/style.css": "text/css",
        "/feed.css": "text/css",
        "/page.js": "text/javascript",
        "/search.json": "application/json",
        "/icon.svg": "image/svg+xml",
        "/years/undated/": html,
        "/robots.txt": "text/plain",
        "/opml.xml": "text/x-opml",
        "/feed.json": "application/feed+json",
        "/embed.js": "text/javascript",
        "/embed.css": "text/css",
        "/embed/": html,
        "/projects/portal/embed/": html,
        "/projects/empty/embed/": html,
        "/projects/portal/feed.json": "application/feed+json",
        "/projects/empty/feed.json": "application/feed+json",
        "/clippings.schema.json": "application/schema+json",
        "/atom.xml": atom,
        "/rss.xml": rss,
        "/projects/portal/": html,
        "/projects/portal/atom.xml": atom,
        "/projects/portal/rss.xml": rss,
        "/projects/empty/": html,
        "/projects/empty/atom.xml": atom,
        "/projects/empty/rss.xml": rss,
        "/clippings/one/": html,
        "/clippings/two/": html,
    }


def test_text_says_that_it_is_utf_8(small: Snapshot) -> None:
    """Everything is text in UTF-8, and is labelled so."""
    for document in small.documents.values():
        assert document.body.decode("utf-8")
        assert document.content_type == f"{document.media_type}; charset=utf-8"


def test_entity_tag_is_of_the_bytes(small: Snapshot) -> None:
    """Equal bytes have equal entity tags and others have others, whatever the path or the day."""
    for document in small.documents.values():
        assert document.etag == hashlib.sha256(document.body).hexdigest()[:16]
    later = snapshot.build(_small(), support.NOW + timedelta(days=1))
    for path, document in small.documents.items():
        assert (later.documents[path].etag == document.etag) is (
            later.documents[path].body == document.body
        )
    assert later.documents["/atom.xml"].etag != small.documents["/atom.xml"].etag
    assert (
        later.documents["/projects/portal/atom.xml"]
        == (small.documents["/projects/portal/atom.xml"])
    )


def test_same_bytes_when_built_twice(real_list: Publication) -> None:
    """The same publication at the same instant gives the same documents."""
    first = snapshot.build(real_list, support.NOW)
    assert snapshot.build(real_list, support.NOW) == first
    assert first.clippings == len(real_list.clippings)
    assert first.feeds == len(real_list.projects) + 1


def test_time_alone_changes_nothing(real_list: Publication) -> None:
    """While nothing is due, the same documents come out years later."""
    now, later = (snapshot.build(real_list, support.NOW + timedelta(days=d)) for d in (0, 3650))
    assert now.next_due is None
    assert later == now


def test_next_due(small: Snapshot) -> None:
    """A snapshot knows the instant from which on it is out of date."""
    assert small.next_due == _SECOND
    assert snapshot.build(_small(), _SECOND).next_due is None


def test_held_back_clipping_is_nowhere_before_its_second() -> None:
    """What is held back is in no document until its second comes, and then it is everywhere."""
    before = snapshot.build(_small(), _SECOND - timedelta(microseconds=1))
    at_it = snapshot.build(_small(), _SECOND)
    for document in before.documents.values():
        assert b"Nobody knows yet" not in document.body
        assert b"held-back" not in document.body
    told = {path for path, each in at_it.documents.items() if b"Nobody knows yet" in each.body}
    own = "/clippings/held-back/"
    feeds = {"/atom.xml", "/rss.xml", "/feed.json"}
    assert told == {"/", *feeds, "/embed/", "/years/undated/", "/search.json", own}
    assert (before.clippings, at_it.clippings) == (2, 3)


def test_nobody_can_change_a_snapshot(small: Snapshot) -> None:
    """The documents of a snapshot are read-only."""
    with pytest.raises(TypeError, match="item assignment"):
        small.documents["/"] = Document(b"", "text/plain")  # type: ignore[index] # the point


def test_public_address_moves_every_document_that_names_it() -> None:
    """At another public address, no document names the old one."""
    moved = snapshot.build(replace(_small(), url="https://press.example.net/a/"), support.NOW)
    for document in moved.documents.values():
        if document.media_type in ("text/html", "application/atom+xml", "application/rss+xml"):
            assert b"https://feeds.example.org" not in document.body
    assert b'href="https://press.example.net/a/atom.xml"' in moved.documents["/atom.xml"].body


def test_feeds_and_clippings_are_counted_as_they_are_served() -> None:
    """Held back and withdrawn clippings do not count, nor do feeds that are gone."""
    loaded = support.publication(
        [
            {"title": "Here", "added": "2020"},
            {"title": "Taken back", "added": "2020", "withdrawn": "2020-01-02"},
            {"title": "Held back", "added": "2030"},
        ],
        {
            "lately": {"title": "Ended lately", "retired": "2026-11-01"},
            "long-ago": {"title": "Ended long ago", "retired": "2020"},
        },
    )
    built = snapshot.build(loaded, support.NOW)
    assert (built.clippings, built.feeds) == (1, 2)


def test_status_of_documents(small: Snapshot) -> None:
    """Only what was there once and is no more is 410; what is there is 200."""
    assert {each.status for each in small.documents.values()} == {200}
    assert dict(small.formerly) == {}


def _rows(number: int, **first: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "id": f"c{each}",
            "title": f"Clipping {each}",
            "added": f"2020-01-{each + 1:02}",
            "projects": [("portal", "empty")[each % 2]],
        }
        for each in range(number)
    ]
    rows[0] |= first
    return rows


def _publication(*rows: dict[str, object], **about: object) -> Publication:
    projects = {"portal": {"title": "LA Business Portal"}, "empty": {"title": "Nothing yet"}}
    return support.publication(rows, projects, feed_size=4, **about)


_CHANGES: dict[str, Publication] = {
    "nothing": _publication(*_rows(10)),
    "a title": _publication(*_rows(10, title="Another")),
    "seen again": _publication(*_rows(10, updated="2026-11-01")),
    "one more": _publication(*_rows(11)),
    "one less": _publication(*_rows(9)),
    "another order": _publication(*reversed(_rows(10))),
    "withdrawn": _publication(*_rows(10, withdrawn="2026-11-01")),
    "feed's title": _publication(*_rows(10), title="Elsewhere"),
    "cache time": _publication(*_rows(10), cache_minutes=5),
    "a hub": _publication(*_rows(10), hubs=["https://hub.example.org/"]),
    "address": replace(_publication(*_rows(10)), url="https://press.example.net/"),
    "a project's slug": support.publication(
        [row | {"projects": []} for row in _rows(10)],
        {"gate": {"title": "LA Business Portal", "formerly": ["portal"]}},
        feed_size=4,
    ),
}


@cache
def _built(change: str) -> Snapshot:
    return snapshot.build(_CHANGES[change], support.NOW)


@pytest.mark.parametrize("new", _CHANGES)
@pytest.mark.parametrize("old", _CHANGES)
def test_the_snapshot_before_changes_no_byte(old: str, new: str) -> None:
    """What is taken over from the snapshot before is what would have been made anew."""
    assert snapshot.build(_CHANGES[new], support.NOW, _built(old)) == _built(new)


def test_what_is_the_same_is_taken_over() -> None:
    """What has the same bytes as before is not made again, in no coding; the others are new."""
    before = snapshot.build(_CHANGES["nothing"], support.NOW)
    after = snapshot.build(_publication(*_rows(10, updated="2026-11-01")), support.NOW, before)
    kept = {path for path in after.documents.ready if _kept(path, before, after)}
    assert after.documents.ready.keys() - kept == {
        folder + name
        for folder in ("/", "/projects/portal/")
        for name in ("", "atom.xml", "rss.xml", "feed.json", "embed/")
    }


def _kept(path: str, before: Snapshot, after: Snapshot) -> bool:
    return after.documents[path].codings is before.documents[path].codings


def test_only_what_changed_is_turned_into_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clippings that did not change are not turned into XML again, in any format."""
    before = snapshot.build(_CHANGES["nothing"], support.NOW)
    rendered: list[str] = []
    for module in (atom, rss):
        element = module._element

        def note(entry: Entry, element: Callable[[Entry], object] = element) -> object:
            rendered.append(entry.id)
            return element(entry)

        monkeypatch.setattr(module, "_element", note)
    snapshot.build(_publication(*_rows(10, updated="2026-11-01")), support.NOW, before)
    assert rendered == ["tag:example.org,2016:clippings/c0"] * 2
    snapshot.build(_CHANGES["nothing"], support.NOW)
    assert len(rendered) > 2  # it would have noticed others


def test_what_hardly_anybody_asks_for_is_made_when_somebody_does(small: Snapshot) -> None:
    """Single clippings, years, archives and the search's index are not made ahead."""
    built = snapshot.build(_CHANGES["nothing"], support.NOW)
    later = {path for path in built.documents if path not in built.documents.ready}
    assert later == {path for path in built.documents if _is_asked_for_seldom(path)}
    assert len(built.documents) == len(set(built.documents))
    for path in later:
        assert built.documents[path] == built.documents[path]
    assert "/nowhere" not in built.documents
    with pytest.raises(KeyError):
        built.documents["/nowhere"]


def _is_asked_for_seldom(path: str) -> bool:
    return bool(re.match(r".*/archive/|/clippings/|/years/|/search.json", path))


def test_no_more_is_made_ahead_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that comes to very many bytes is published all the same, bit by bit."""
    whole = snapshot.build(_CHANGES["nothing"], support.NOW)
    monkeypatch.setattr(snapshot, "_AHEAD_BYTES", 5000)
    bounded = snapshot.build(_CHANGES["nothing"], support.NOW)
    assert bounded == whole
    assert 0 < len(bounded.documents.ready) < len(whole.documents.ready)
    assert bounded.documents.ready.keys() >= {"/atom.xml"}
    assert sum(len(each.body) for each in bounded.documents.ready.values()) < 5000 + max(
        len(each.body) for each in whole.documents.values()
    )


def test_hubs_are_told_by_what_is_polled() -> None:
    """A subscription document names its hubs (WebSub §4) in the feed and in its links."""
    hub = "https://hub.example.org/"
    built = snapshot.build(_CHANGES["a hub"], support.NOW)
    for path in ("/atom.xml", "/rss.xml", "/projects/portal/atom.xml", "/archive/1/rss.xml"):
        document = built.documents[path]
        xpath = "//*[local-name()='link'][@rel='hub']/@href"
        expected = [] if "archive" in path else [hub]
        assert support.parse(document.body).xpath(xpath) == expected
        assert [link.href for link in document.links if link.rel == "hub"] == expected


def test_ttl_is_the_cache_time() -> None:
    """RSS says for how many minutes a feed may be kept, whatever is held back."""
    later = {"id": "later", "title": "Later", "added": "2026-11-22T18:05:00Z"}
    for rows in (_rows(10), [later, *_rows(10)]):
        built = snapshot.build(_publication(*rows, cache_minutes=5), support.NOW)
        assert support.parse(built.documents["/rss.xml"].body).findtext("channel/ttl") == "5"
        assert built.cache_time == timedelta(minutes=5)


def test_redirects_are_what_has_moved() -> None:
    """All that is listed as moved has moved there, and nothing is listed that has a document."""
    projects = {
        "portal": {"title": "Portal", "formerly": ["gate", "door"]},
        "gone": {"title": "Gone", "formerly": ["went"], "retired": "2020-01-01"},
    }
    rows = [{"id": f"c{n}", "title": "X", "added": "2020", "projects": ["portal"]} for n in "1234"]
    built = snapshot.build(support.publication(rows, projects, feed_size=2), support.NOW)
    listed = dict(built.redirects())
    assert len(listed) == len(list(built.redirects()))
    for path, there in listed.items():
        assert built.moved(path) == there
        assert path not in built.documents
        assert there in built.documents
    under = [path for path in built.documents if path.startswith("/projects/portal/")]
    assert {path.replace("portal", "gate") for path in under} <= listed.keys()
    assert {"/projects/gate", "/projects/door/archive/2/rss.xml", "/projects/went/atom.xml"} <= (
        listed.keys()
    )


def test_what_is_gone_is_listed() -> None:
    """The paths that answer 410 are known without making their documents."""
    rows = [
        {"id": "one", "title": "One", "added": "2020", "withdrawn": "2020-03-01"},
        {"id": "two", "title": "Two", "added": "2020", "projects": ["over"]},
    ]
    projects = {"over": {"title": "Over", "retired": "2020-01-01"}}
    built = snapshot.build(support.publication(rows, projects), support.NOW)
    assert built.gone == {p for p, each in built.documents.items() if each.status == 410}
    assert built.gone >= {"/clippings/one/", "/projects/over/atom.xml"}


@pytest.mark.parametrize("ahead", [0, 2**20])
def test_nothing_of_older_snapshots_stays(ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is let go as soon as the next one is there, whatever that took from it."""
    monkeypatch.setattr(snapshot, "_AHEAD_BYTES", ahead)
    before = snapshot.build(_CHANGES["nothing"], support.NOW)
    documents, path = weakref.ref(before.documents), "/projects/empty/atom.xml"
    after = snapshot.build(_publication(*_rows(10, updated="2026-11-01")), support.NOW, before)
    assert after.documents[path] == before.documents[path]
    del before
    assert documents() is None
