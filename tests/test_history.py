"""Archive documents (RFC 5005): what is in which document, and what never changes again."""

import re
from typing import Any

import pytest
from lxml import etree

import support
from feedpress import snapshot
from feedpress.document import Document
from feedpress.feeds import feed, history
from feedpress.model import Publication

_ATOM, _RSS = "application/atom+xml", "application/rss+xml"
_BASE = "https://feeds.example.org"
_PROJECT = {"portal": {"title": "LA Business Portal"}}


def _clipping(number: int, **keys: Any) -> dict[str, Any]:
    added = f"2020-01-{number:02}T10:00:00Z"
    return {"id": f"c{number:02}", "title": f"{number}", "added": added, **keys}


def _publication(number: int, size: int = 2, **about: Any) -> Publication:
    clippings = [_clipping(n) for n in range(1, number + 1)]
    return support.publication(clippings, _PROJECT, feed_size=size, **about)


def _documents(loaded: Publication) -> dict[str, Document]:
    return dict(snapshot.build(loaded, support.NOW).documents)


def _titles(document: Document) -> list[str]:
    root = support.parse(document.body)
    paths = {_ATOM: "a:entry/a:title/text()", _RSS: "channel/item/title/text()"}
    found = root.xpath(paths[document.media_type], namespaces=support.NAMESPACES)
    return [str(title) for title in found]


def _links(document: Document) -> list[tuple[str, str]]:
    root = support.parse(document.body)
    head = root if document.media_type == _ATOM else root[0]
    links = head.findall("a:link", support.NAMESPACES)
    return [(link.get("rel"), link.get("href").removeprefix(_BASE)) for link in links]


def _marks(document: Document) -> list[str]:
    root = support.parse(document.body)
    found = root.xpath("//fh:*", namespaces=support.NAMESPACES)
    return [etree.QName(mark).localname for mark in found]


def _archives(documents: dict[str, Document]) -> dict[str, bytes]:
    return {path: each.body for path, each in documents.items() if "/archive/" in path}


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_feed_that_fits_is_complete(number: int, name: str) -> None:
    """While all clippings fit into the subscription document, there is no archive."""
    documents = _documents(_publication(number))
    assert _archives(documents) == {}
    assert _marks(documents[f"/{name}"]) == ["complete"]
    assert {rel for rel, _ in _links(documents[f"/{name}"])} <= {"self", "alternate"}


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
@pytest.mark.parametrize(
    ("number", "subscription", "archives"),
    [
        (3, ["3", "2"], [["2", "1"]]),
        (4, ["4", "3"], [["2", "1"], ["4", "3"]]),
        (5, ["5", "4"], [["2", "1"], ["4", "3"]]),
        (6, ["6", "5"], [["2", "1"], ["4", "3"], ["6", "5"]]),
    ],
)
def test_archives_are_cut_when_they_are_full(
    number: int, subscription: list[str], archives: list[list[str]], name: str
) -> None:
    """Archive N has the N-th feed_size clippings; what is in none of them is not left out."""
    documents = _documents(_publication(number))
    assert _titles(documents[f"/{name}"]) == subscription
    paths = [f"/archive/{n}/{name}" for n in range(1, len(archives) + 1)]
    assert [path for path in _archives(documents) if path.endswith(f"/{name}")] == paths
    assert [_titles(documents[path]) for path in paths] == archives


def test_what_is_in_no_archive_is_in_the_subscription_document() -> None:
    """An old clipping that changed is on top, and drives nothing out that is in no archive."""
    clippings = [_clipping(n) for n in range(1, 6)]
    for changed in clippings[:3]:
        changed["updated"] = "2021-01-01"
    documents = _documents(support.publication(clippings, feed_size=3))
    assert set(_titles(documents["/atom.xml"])) == {"1", "2", "3", "4", "5"}
    assert _titles(documents["/archive/1/atom.xml"])
    assert set(_titles(documents["/archive/1/atom.xml"])) == {"1", "2", "3"}
    assert "/archive/2/atom.xml" not in documents


def test_equal_instants_are_cut_by_id() -> None:
    """Clippings of one instant fill archives in the order of their ids."""
    same = [{"id": i, "title": i, "added": "2020-01-01T10:00:00Z"} for i in "cab"]
    built = feed.build(support.publication(same, feed_size=2), support.NOW)[0]
    (archive,) = history.archives(built)
    assert [entry.title for entry in archive] == ["a", "b"]


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_documents_lead_to_each_other(name: str) -> None:
    """prev-archive goes to the older document, next-archive to the newer, current to the first."""
    documents = _documents(_publication(6))

    def links(path: str) -> dict[str, str]:
        found = _links(documents[path])
        assert len(dict(found)) == len(found)
        return {rel: href for rel, href in found if rel != "alternate"}

    one, two, three = (f"/archive/{n}/{name}" for n in (1, 2, 3))
    current = f"/{name}"
    assert links(current) == {"self": current, "prev-archive": three}
    assert links(three) == {"self": three, "prev-archive": two, "current": current}
    assert links(two) == {
        "self": two, "prev-archive": one, "next-archive": three, "current": current,
    }  # fmt: skip
    assert links(one) == {"self": one, "next-archive": two, "current": current}
    assert _marks(documents[current]) == []
    assert [_marks(documents[path]) for path in (one, two, three)] == [["archive"]] * 3


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_lone_archive_is_not_marked(name: str) -> None:
    """An archive that leads to no other has no fh:archive: validators take it for a broken one."""
    documents = _documents(_publication(3))
    path = f"/archive/1/{name}"
    assert _marks(documents[path]) == _marks(documents[f"/{name}"]) == []
    assert ("current", f"/{name}") in _links(documents[path])
    assert b"syndication/history" not in documents[path].body


def test_archives_have_the_id_of_their_feed() -> None:
    """All documents of a feed are one feed, by its id and its title."""
    clippings = [_clipping(n, projects=["portal"]) for n in range(1, 6)]
    documents = _documents(support.publication(clippings, _PROJECT, feed_size=2))
    for folder, local in (("/", "feeds"), ("/projects/portal/", "projects/portal")):
        for path in (f"{folder}{name}atom.xml" for name in ("", "archive/1/", "archive/2/")):
            root = support.parse(documents[path].body)
            assert support.text_at(root, "a:id") == f"tag:example.org,2016:{local}"
    links = dict(_links(documents["/projects/portal/archive/2/rss.xml"]))
    assert links["prev-archive"] == "/projects/portal/archive/1/rss.xml"
    assert links["current"] == "/projects/portal/rss.xml"


def test_archive_is_dated_by_its_newest_change() -> None:
    """An archive document's `updated` is that of its newest entry, withdrawn ones included."""
    clippings = [_clipping(n) for n in range(1, 6)]
    clippings[0]["updated"] = "2021-01-01T00:00:00Z"
    clippings[2]["withdrawn"] = "2022-01-01T00:00:00Z"
    documents = _documents(support.publication(clippings, feed_size=2))
    dates = [
        support.text_at(support.parse(documents[f"/archive/{n}/atom.xml"].body), "a:updated")
        for n in (1, 2)
    ]
    assert dates == ["2021-01-01T00:00:00+00:00", "2022-01-01T00:00:00+00:00"]


def _without_next(body: bytes) -> bytes:
    return re.sub(rb' *<(?:atom:)?link [^>]*rel="next-archive"[^>]*/>\n', b"", body)


def _without_mark(body: bytes) -> bytes:
    body = re.sub(rb" *<fh:archive/>\n", b"", body)
    return body.replace(b' xmlns:fh="http://purl.org/syndication/history/1.0"', b"")


def test_what_is_added_on_top_leaves_archives_as_they_were() -> None:
    """A new clipping changes no archive but for the link to the one that follows.

    The very first one gets its mark together with that link.
    """
    before: dict[str, bytes] = {}
    for number in range(13):
        after = _archives(_documents(_publication(number, size=3)))
        assert set(before) <= set(after)
        for path, body in before.items():
            if after[path] == body:
                continue
            assert len(after) > len(before)  # a new archive follows
            assert b"next-archive" not in body
            assert b"next-archive" in after[path]
            bare = _without_next(after[path])
            assert (_without_mark(bare) if "/1/" in path else bare) == body
        before = after
    assert len(before) == 12


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_withdrawn_clipping_keeps_its_slot(name: str) -> None:
    """What is taken back leaves its archive, and no other clipping moves into its place."""
    clippings = [_clipping(n) for n in range(1, 7)]
    clippings[1]["withdrawn"] = "2020-02-01"
    documents = _documents(support.publication(clippings, feed_size=2))
    archives = [_titles(documents[f"/archive/{n}/{name}"]) for n in (1, 2, 3)]
    assert archives == [["1"], ["4", "3"], ["6", "5"]]


def test_archive_of_nothing_but_withdrawn_clippings_stays() -> None:
    """An archive all of whose clippings were taken back stays, so that the chain holds."""
    clippings = [_clipping(n) for n in range(1, 7)]
    for each in clippings[2:4]:
        each["withdrawn"] = "2020-02-01"
    documents = _documents(support.publication(clippings, feed_size=2))
    assert _titles(documents["/archive/2/atom.xml"]) == []
    assert ("next-archive", "/archive/3/atom.xml") in _links(documents["/archive/2/atom.xml"])


def test_what_was_never_there_has_no_slot() -> None:
    """Drafts, what is held back, and what was withdrawn before it was added fill no archive."""
    keys: list[dict[str, Any]] = [{"draft": True}, {"added": "2030-01-01"}]
    keys += [{"withdrawn": "2019-12-31"}]
    never = [{**_clipping(n), **each} for n, each in enumerate(keys, 10)]
    here = [_clipping(n) for n in range(1, 4)]
    documents = _documents(support.publication([*never, *here], feed_size=3))
    assert _archives(documents) == {}
    assert _marks(documents["/atom.xml"]) == ["complete"]


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_changed_old_entry_is_told_again(name: str) -> None:
    """A changed entry is on top of the subscription document, and stays in its archive."""
    clippings = [_clipping(n) for n in range(1, 7)]
    clippings[0]["updated"] = "2021-01-01"
    documents = _documents(support.publication(clippings, feed_size=2))
    assert _titles(documents[f"/{name}"]) == ["1", "6"]
    assert _titles(documents[f"/archive/1/{name}"]) == ["1", "2"]


def test_withdrawing_gives_up_no_archive() -> None:
    """A feed that had more than fits keeps its archives, however many are taken back."""
    rows = [{"id": f"c{n}", "title": f"{n}", "added": f"{2000 + n}"} for n in range(3)]
    rows[1] |= {"withdrawn": "2026-11-01"}
    built = feed.build(support.publication(rows, feed_size=2), support.NOW)[0]
    polled, archive = history.documents(built)
    assert (polled.is_complete, archive.archive) == (False, 1)
    assert [entry.title for entry in archive.entries] == ["0"]
    assert archive.tombstones == ()


def test_what_was_taken_back_leaves_a_gap() -> None:
    """No older entry comes into the subscription document again in place of a withdrawn one."""
    rows = [{"id": f"c{n}", "title": f"{n}", "added": f"{2000 + n}"} for n in range(9)]
    before = feed.build(support.publication(rows, feed_size=3), support.NOW)[0]
    rows[8] |= {"withdrawn": "2026-11-01"}
    after = feed.build(support.publication(rows, feed_size=3), support.NOW)[0]
    assert [entry.title for entry in before.recent] == ["8", "7", "6"]
    assert [entry.title for entry in after.recent] == ["7", "6"]
