"""What was taken back, what has ended and what was renamed, as subscribers and people see it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

import support
from feedpress import snapshot
from feedpress.feeds import feed
from feedpress.feeds.feed import Feed
from feedpress.model import Publication
from feedpress.serving import app
from feedpress.snapshot import Snapshot

_SECOND, _GRACE = timedelta(seconds=1), timedelta(days=90)
_PROJECTS = {"portal": {"title": "LA Business Portal"}, "data": {"title": "Data Science"}}
_ID = "tag:example.org,2016:clippings/gone"
_GONE = {
    "id": "gone",
    "title": "Embarrassing headline",
    "summary": "Embarrassing text.",
    "source": "The Source",
    "url": "https://embarrassing.example/",
    "added": "2026-06-01T10:00:00Z",
    "withdrawn": "2026-11-01T10:00:00Z",
    "projects": ["portal"],
}
_TAKEN_BACK = datetime(2026, 11, 1, 10, tzinfo=UTC)


def _published(*clippings: Mapping[str, Any], **about: Any) -> Publication:
    stays = {"id": "stays", "title": "Stays", "added": "2026-05-01", "projects": ["portal"]}
    return support.publication([stays, *clippings], _PROJECTS, **about)


def _client(built: Snapshot, now: datetime = support.NOW) -> FlaskClient:
    return app.build_app(lambda: built, lambda: now).test_client()


def _tombstones(built: Snapshot, path: str) -> list[dict[str, str]]:
    root = support.parse(built.documents[path].body)
    return [dict(each.attrib) for each in root.findall("at:deleted-entry", support.NAMESPACES)]


def _guids(built: Snapshot, path: str) -> list[str]:
    return [str(g) for g in support.parse(built.documents[path].body).xpath("//item/guid/text()")]


def test_withdrawn_clipping_is_nowhere() -> None:
    """Nothing of a withdrawn clipping but its id is in any document, and it is not counted."""
    built = snapshot.build(_published(_GONE), support.NOW)
    for path, document in built.documents.items():
        if path != "/clippings.schema.json":
            assert b"mbarrassing" not in document.body
            assert b"The Source" not in document.body
    assert built.clippings == 1


def test_page_of_a_withdrawn_clipping() -> None:
    """Its page answers 410, has no entity tag and is never "not modified"."""
    built = snapshot.build(_published(_GONE), support.NOW)
    client = _client(built)
    for headers in ({}, {"If-None-Match": "*"}, {"If-None-Match": f'"{_etag(built)}"'}):
        response = client.get("/clippings/gone/", headers=headers)
        assert response.status_code == 410
        assert "ETag" not in response.headers
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"<h1>This clipping was withdrawn</h1>" in response.data
    assert client.head("/clippings/gone/").status_code == 410
    assert client.get("/clippings/gone").headers["Location"] == "gone/"


def _etag(built: Snapshot) -> str:
    return built.documents["/clippings/gone/"].etag


def test_tombstone_in_every_atom_feed_that_had_it() -> None:
    """at:deleted-entry names the entry and when; no other feed declares its namespace."""
    built = snapshot.build(_published(_GONE), support.NOW)
    expected = [{"ref": _ID, "when": "2026-11-01T10:00:00+00:00"}]
    assert _tombstones(built, "/atom.xml") == expected
    assert _tombstones(built, "/projects/portal/atom.xml") == expected
    with_prefix = {p for p, d in built.documents.items() if b"atompub/tombstones" in d.body}
    assert with_prefix == {"/atom.xml", "/projects/portal/atom.xml"}
    root = support.parse(built.documents["/atom.xml"].body)
    assert root.nsmap["at"] == support.NAMESPACES["at"]
    children = [etree.QName(child).localname for child in root]
    assert children.index("deleted-entry") < children.index("entry")


def test_item_in_its_place_in_rss() -> None:
    """RSS has an item with the same guid that says so, dated by when it was taken back."""
    before = _published({k: v for k, v in _GONE.items() if k != "withdrawn"})
    there = snapshot.build(before, support.NOW)
    built = snapshot.build(_published(_GONE), support.NOW)
    for path in ("/rss.xml", "/projects/portal/rss.xml"):
        assert _guids(built, path) == _guids(there, path)
        item = support.parse(built.documents[path].body).find("channel/item")
        assert support.names_of_children(item) == [
            "title", "link", "description", "content:encoded", "guid", "pubDate", "atom:updated",
        ]  # fmt: skip
        assert support.text_at(item, "guid[@isPermaLink='false']") == _ID
        assert support.text_at(item, "title") == "This clipping was withdrawn"
        assert support.text_at(item, "link") == "https://feeds.example.org/clippings/gone/"
        assert support.text_at(item, "pubDate") == "Mon, 01 Jun 2026 10:00:00 GMT"
        assert support.text_at(item, "atom:updated") == "2026-11-01T10:00:00+00:00"
    assert _ID not in _guids(built, "/projects/data/rss.xml")


def test_subscribers_are_told_for_90_days() -> None:
    """Both notices go at one second; the page stays 410, and `updated` counts it for good."""
    loaded = _published(_GONE)
    last = snapshot.build(loaded, _TAKEN_BACK + _GRACE - _SECOND)
    after = snapshot.build(loaded, _TAKEN_BACK + _GRACE)
    assert _tombstones(last, "/atom.xml")
    assert _ID in _guids(last, "/rss.xml")
    assert last.next_due == _TAKEN_BACK + _GRACE
    assert after.next_due is None
    for document in after.documents.values():
        assert _ID.encode() not in document.body
        assert b"atompub/tombstones" not in document.body
    assert after.documents["/clippings/gone/"].status == 410
    for path in ("/atom.xml", "/projects/portal/atom.xml"):
        root = support.parse(after.documents[path].body)
        assert support.text_at(root, "a:updated") == "2026-11-01T10:00:00+00:00"
    channel = support.parse(after.documents["/rss.xml"].body)[0]
    assert support.text_at(channel, "lastBuildDate") == "Sun, 01 Nov 2026 10:00:00 GMT"


def test_withdrawn_at_its_second() -> None:
    """A withdrawal to come is ignored until it is due."""
    loaded = _published(_GONE)
    before = snapshot.build(loaded, _TAKEN_BACK - _SECOND)
    assert before.documents["/clippings/gone/"].status == 200
    assert _tombstones(before, "/atom.xml") == []
    assert before.next_due == _TAKEN_BACK
    assert snapshot.build(loaded, _TAKEN_BACK).documents["/clippings/gone/"].status == 410


@pytest.mark.parametrize(
    ("added", "withdrawn", "told"),
    [
        pytest.param("2026-11-01", "2026-11-01", True, id="on the day on which it was added"),
        pytest.param("2026-11-02", "2026-11-01", False, id="before it was added"),
        pytest.param("2026-11-02", "2026-11", False, id="in the month: its first day"),
        pytest.param("2026-10-31", "2026-11", True, id="in the month after"),
        pytest.param("2026-10-31", "2026", False, id="in the year: its first day"),
    ],
)
def test_when_a_withdrawal_leaves_a_trace(added: str, withdrawn: str, told: bool) -> None:
    """What was withdrawn before it was added was never there: no tombstone, and a 404."""
    clipping = _GONE | {"added": added, "withdrawn": withdrawn}
    built = snapshot.build(_published(clipping), support.NOW)
    assert bool(_tombstones(built, "/atom.xml")) is told
    assert (_ID in _guids(built, "/rss.xml")) is told
    assert _client(built).get("/clippings/gone/").status_code == (410 if told else 404)


def test_deletion_is_later_than_the_entry() -> None:
    """A reader compares `when` with the `updated` that it has: a deletion is always later."""
    same_day = _GONE | {"added": "2026-11-01", "updated": "2026-11-01T23:30:00-07:00"}
    loaded = _published(same_day | {"withdrawn": "2026-11-01"})
    there = _published({k: v for k, v in same_day.items() if k != "withdrawn"})
    entry = feed.build(there, support.NOW)[0].entries[0]
    (deleted,) = feed.build(loaded, support.NOW)[0].tombstones
    assert deleted.id == entry.id
    assert deleted.updated > entry.updated


def _retired(**keys: Any) -> Publication:
    projects = {
        "now": {"title": "It Was", "formerly": ["first", "second"], "retired": "2026-11-10", **keys}
    }
    clippings = [
        {"id": f"c{n}", "title": f"{n}", "added": f"2026-05-0{n}T10:00:00Z", "projects": ["now"]}
        for n in range(1, 6)
    ]
    return support.publication(clippings, projects, feed_size=2)


_ENDS = datetime(2026, 11, 10, 9, tzinfo=UTC)  # 1:00 in Los Angeles
_LAST = "tag:example.org,2016:projects/first/ended"


def _project(loaded: Publication, now: datetime) -> Feed:
    return feed.build(loaded, now)[1]


def test_project_ends_after_the_first_hour_of_its_day() -> None:
    """Until then nothing is to be seen of it; from then on the feed says that it has ended."""
    loaded = _retired()
    assert _project(loaded, _ENDS - _SECOND).ended is None
    before, after = (snapshot.build(loaded, now) for now in (_ENDS - _SECOND, _ENDS))
    assert not any(b"ended" in d.body for p, d in before.documents.items() if p != "/style.css")
    root = support.parse(after.documents["/projects/now/atom.xml"].body)
    first = root.find("{*}entry")
    assert support.text_at(first, "a:id") == _LAST
    assert support.text_at(first, "a:title") == "This feed has ended"
    link = first.find("{*}link")
    assert link.get("href") == "https://feeds.example.org/projects/now/"
    assert len(root.findall("{*}entry")) == 3
    assert _guids(after, "/projects/now/rss.xml")[0] == _LAST
    told = {path for path, each in after.documents.items() if _LAST.encode() in each.body}
    assert told == {f"/projects/now/{name}" for name in ("atom.xml", "rss.xml", "feed.json")}


def test_ended_entry_is_dated_on_its_day() -> None:
    """It is dated, and the feed with it, in the first hour of the day."""
    built = _project(_retired(), _ENDS)
    assert built.ended is not None
    assert _ENDS - timedelta(hours=1) <= built.ended.updated < _ENDS
    assert built.ended.published == built.ended.updated == built.updated


def test_pages_of_an_ended_project() -> None:
    """Front page and autodiscovery drop it at once; its page stays and says so."""
    built = snapshot.build(_retired(), _ENDS)
    for document in built.documents.values():
        if document.media_type == "text/html":
            assert b"projects/now/atom.xml" not in document.body
            assert b"projects/now/rss.xml" not in document.body
    assert "· ended" in " ".join(built.documents["/"].body.decode().split())
    page = built.documents["/projects/now/"].body
    assert b"<h2>This feed has ended</h2>" in page
    assert b"clippings/c1/" in page
    before = snapshot.build(_retired(), _ENDS - _SECOND).documents
    assert before["/"].body.count(b"projects/now/atom.xml") == 2  # discovery and the list
    assert "· ended" not in " ".join(before["/"].body.decode().split())


def test_clippings_of_an_ended_project_stay() -> None:
    """The feed of all clippings has them still, with the project as their category."""
    for now in (_ENDS, _ENDS + _GRACE):
        whole = feed.build(_retired(), now)[0]
        assert len(whole.entries) == 5
        assert all(entry.categories[0].term == "first" for entry in whole.entries)
        assert whole.ended is None


def test_feeds_are_gone_after_90_days() -> None:
    """All documents of its feeds answer 410, and the page stays; the feeds are not counted."""
    loaded = _retired()
    last, after = (snapshot.build(loaded, _ENDS + _GRACE - each) for each in (_SECOND, 0 * _SECOND))
    assert (last.feeds, after.feeds) == (2, 1)
    assert last.next_due == _ENDS + _GRACE
    assert after.next_due is None
    paths = {path for path in last.documents if path.startswith("/projects/now/")}
    assert {path for path in after.documents if path.startswith("/projects/now/")} == paths
    feeds = paths - {"/projects/now/", "/projects/now/embed/"}
    assert len(feeds) == 9
    client = _client(after)
    for path in feeds:
        assert last.documents[path].status == 200
        response = client.get(path, headers={"If-None-Match": "*"})
        assert response.status_code == 410
        assert "ETag" not in response.headers
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"<h1>This feed has ended</h1>" in response.data
    assert client.get("/projects/now/").status_code == 200
    assert client.get("/projects/now/embed/").status_code == 410
    assert not any(_LAST.encode() in each.body for each in after.documents.values())


@pytest.mark.parametrize("mount", ["", "/press", "/a/b"])
@pytest.mark.parametrize("former", ["first", "second"])
@pytest.mark.parametrize("end", ["", "/", "/atom.xml", "/rss.xml", "/archive/2/atom.xml"])
def test_former_addresses(end: str, former: str, mount: str) -> None:
    """Each address of each former slug leads straight to the one of today, wherever mounted."""
    built = snapshot.build(_retired(), support.NOW)
    made = app.build_app(lambda: built, lambda: support.NOW)
    client = Client(DispatcherMiddleware(NotFound(), {mount: made}) if mount else made)
    asked = f"{mount}/projects/{former}{end}"
    response = client.get(asked)
    assert response.status_code == 308
    assert "ETag" not in response.headers
    assert not response.headers["Location"].startswith(("/", "http"))
    there = urljoin(asked, response.headers["Location"])
    assert there == f"{mount}/projects/now{end or '/'}"
    assert client.get(there).status_code == 200


def test_every_document_of_a_renamed_project_has_a_redirect() -> None:
    """No former address is forgotten, and none leads to another redirect or to nothing."""
    built = snapshot.build(_retired(), support.NOW)
    paths = [path for path in built.documents if path.startswith("/projects/now/")]
    gone = snapshot.build(_retired(), _ENDS + _GRACE)
    for former in ("first", "second"):
        for path in paths:
            was = path.replace("/projects/now/", f"/projects/{former}/")
            assert was not in built.documents
            assert built.moved(was) == gone.moved(was) == path
        assert built.moved(f"/projects/{former}") == "/projects/now/"
        assert built.moved(f"/projects/{former}/archive/99/atom.xml") is None
        assert built.moved(f"/projects/{former}/atom.xml/") is None
    assert built.moved("/projects/now/atom.xml") is None
    assert built.moved("/projects/third/") is None
    assert built.moved("/projects") is None


def test_renaming_changes_no_id() -> None:
    """A rename moves a feed's address and leaves every id, and every category's term, alone."""
    clippings = [{"id": "a", "title": "A", "added": "2020", "projects": ["It"]}]
    old = support.publication(clippings, {"old": {"title": "It"}})
    new = support.publication(clippings, {"new": {"title": "It", "formerly": ["old"]}})
    before, after = (feed.build(each, support.NOW) for each in (old, new))
    assert [each.id for each in before] == [each.id for each in after]
    assert before[0].entries == after[0].entries
    assert (
        snapshot.build(old, support.NOW).documents["/atom.xml"]
        == (snapshot.build(new, support.NOW).documents["/atom.xml"])
    )


def test_project_that_was_never_renamed_has_no_redirect() -> None:
    """There are no redirects where nothing was called anything else."""
    assert dict(snapshot.build(_published(), support.NOW).formerly) == {}
