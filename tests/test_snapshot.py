"""Everything that is served, worked out once."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import support
from feedpress import snapshot
from feedpress.model import Publication
from feedpress.snapshot import Document, Snapshot

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


def test_every_document_says_that_it_is_utf_8(small: Snapshot) -> None:
    """Each document is text in UTF-8, and is labelled so."""
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
    assert told == {"/", "/atom.xml", "/rss.xml", "/clippings/held-back/"}
    assert (before.clippings, at_it.clippings) == (2, 3)


def test_nobody_can_change_a_snapshot(small: Snapshot) -> None:
    """The documents of a snapshot are read-only."""
    with pytest.raises(TypeError, match="item assignment"):
        small.documents["/"] = Document(b"", "text/plain", "")  # type: ignore[index] # the point


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
