"""Combined feeds: several projects' clippings in one feed, found by name and listed nowhere."""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

import support
from feedpress import addresses, snapshot
from feedpress.delivery import memory, web
from feedpress.delivery.memory import Memory
from feedpress.delivery.responder import Responder
from feedpress.delivery.state import StateFolder
from feedpress.snapshot import Snapshot

_SECOND = timedelta(seconds=1)
_PROJECTS: Mapping[str, Mapping[str, Any]] = {
    "portal": {"title": "LA Business Portal"},
    "data": {"title": "Data & Science"},
    "arts": {"title": "Arts", "formerly": ["zoo", "art"]},
    "empty": {"title": "Empty"},
    "e5": {"title": "Fifth"},
    "e6": {"title": "Sixth"},
    "ended": {"title": "Ended", "retired": "2026-11-01"},
    "gone": {"title": "Gone", "retired": "2020-01-01"},
}
_CLIPPINGS: list[dict[str, Any]] = [
    {"id": "both", "title": "Both", "added": "2020-01-08", "projects": ["portal", "data"]},
    {"id": "portal-2", "title": "P2", "added": "2020-01-07", "projects": ["portal"]},
    {"id": "data-1", "title": "D1", "added": "2020-01-06", "projects": ["data", "ended"]},
    {"id": "old", "title": "Old <i>", "added": "2020-01-05", "projects": ["gone"], "summary": "O"},
    {"id": "portal-1", "title": "P1", "added": "2020-01-04", "projects": ["portal"]},
    {"id": "arts-1", "title": "A1", "added": "2020-01-03", "projects": ["arts"]},
    {"id": "other", "title": "Other", "added": "2020-01-02"},
]
_TAKEN_BACK = {
    "id": "taken-back",
    "title": "X",
    "added": "2020-01-09",
    "withdrawn": "2026-11-02",
    "projects": ["portal", "data"],
}
_NAMES = tuple(addresses.FEED_NAMES.values())


def _built(*more: dict[str, Any], **about: Any) -> Snapshot:
    return snapshot.build(
        support.publication([*more, *_CLIPPINGS], _PROJECTS, **about), support.NOW
    )


@pytest.fixture(scope="module")
def built() -> Snapshot:
    """The documents of a few projects, new, ended and gone."""
    return _built(hubs=["https://hub.example.net/"])


@pytest.fixture
def client(built: Snapshot) -> FlaskClient:
    """A client of their app, at an instant when every date is told."""
    return web.create_app(lambda: built, lambda: support.NOW + 9 * _SECOND).test_client()


def _ids(body: bytes) -> list[str]:
    """Give the local ids of an Atom feed's entries, in order."""
    found = support.parse(body).xpath("//a:entry/a:id/text()", namespaces=support.NAMESPACES)
    return [str(each).rpartition("/")[2] for each in found]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("data+portal", ["both", "portal-2", "data-1", "portal-1"], id="two"),
        pytest.param("data+empty", ["both", "data-1"], id="one without clippings"),
        pytest.param("e5+empty", [], id="none with clippings"),
        pytest.param("arts+ended", ["data-1", "arts-1"], id="one that has ended"),
        pytest.param("arts+gone", ["old", "arts-1"], id="one that is gone"),
        pytest.param(
            "arts+data+empty+gone+portal",
            ["both", "portal-2", "data-1", "old", "portal-1", "arts-1"],
            id="five",
        ),
    ],
)
def test_union(built: Snapshot, name: str, expected: list[str]) -> None:
    """A combined feed has every clipping of its projects once, and no notice of an end."""
    assert _ids(built.documents[f"/projects/{name}/atom.xml"].body) == expected


@pytest.mark.parametrize("file", ["atom.xml", "rss.xml"])
def test_entries_are_the_same_bytes(file: str) -> None:
    """An entry is the same in a combined feed as in every other, of a project that is gone, too."""
    about = {"feed_size": 2}
    built = _built(**about)
    entry = "entry" if file == "atom.xml" else "item"
    body = built.documents[f"/projects/arts+data+gone/{file}"].body.decode()
    entries = [part.partition(f"</{entry}>")[0] for part in body.split(f"<{entry}>")[1:]]
    paths = [path for path in built.documents if path.endswith(f"/{file}")]
    others = "".join(built.documents[path].body.decode() for path in (f"/{file}", *paths))
    assert len(entries) == 4
    assert all(f"<{entry}>{each}</{entry}>" in others for each in entries)


def test_it_has_what_its_projects_feeds_have() -> None:
    """It has what subscribers of each project have, and the rest is in the projects' archives."""
    built = _built(feed_size=1)
    own = [_ids(built.documents[f"/projects/{slug}/atom.xml"].body) for slug in ("data", "portal")]
    combined = _ids(built.documents["/projects/data+portal/atom.xml"].body)
    assert sorted(combined) == sorted({each for ids in own for each in ids})
    assert combined == ["both"]


@pytest.mark.parametrize("size", [1, 50])
@pytest.mark.parametrize("file", _NAMES)
def test_it_never_says_that_it_is_complete(file: str, size: int) -> None:
    """It has no archives, and no reader may conclude from it that something was deleted."""
    built = _built(feed_size=size)
    body = built.documents[f"/projects/data+portal/{file}"].body
    for word in (b"complete", b"archive", b"purl.org/syndication/history"):
        assert word not in body
    assert "/projects/data+portal/archive/1/atom.xml" not in built.documents


def test_head(built: Snapshot) -> None:
    """Its id is made of the projects' first slugs, its title of their titles."""
    root = support.parse(built.documents["/projects/arts+data/atom.xml"].body)
    told = {path: support.text_at(root, path) for path in ("a:id", "a:title", "a:updated")}
    assert told == {
        "a:id": "tag:example.org,2016:projects/data+zoo",
        "a:title": "Arts + Data & Science",
        "a:updated": root.xpath("a:entry/a:updated", namespaces=support.NAMESPACES)[0].text,
    }
    links = {
        each.get("rel"): each.get("href") for each in root.findall("a:link", support.NAMESPACES)
    }
    assert links == {
        "self": "https://feeds.example.org/projects/arts+data/atom.xml",
        "alternate": "https://example.org/media/",
    }


def test_renaming_does_not_change_its_id() -> None:
    """A project that is renamed leaves the feed's id as it was, and the old address leads on."""
    renamed = {**_PROJECTS, "z": {"title": "Data & Science", "formerly": ["data"]}}
    del renamed["data"]
    clippings = [{**each, "projects": []} for each in _CLIPPINGS]
    before = snapshot.build(support.publication(clippings, _PROJECTS), support.NOW)
    after = snapshot.build(support.publication(clippings, renamed), support.NOW)
    ids = {
        support.text_at(support.parse(built.documents[path].body), "a:id")
        for built, path in [
            (before, "/projects/data+portal/atom.xml"),
            (after, "/projects/portal+z/atom.xml"),
        ]
    }
    assert len(ids) == 1
    moved = "/projects/data+portal/atom.xml"
    assert after.moved(moved) == "/projects/portal+z/atom.xml"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("e5+e6", "2016-01-01T00:00:00+00:00", id="neither entries nor tombstones"),
        pytest.param("ended+gone", "data-1", id="the end of a project is no change of it"),
        pytest.param("arts+portal", "2026-11-03T05:53:37+00:00", id="a withdrawal is one"),
    ],
)
def test_updated(name: str, expected: str) -> None:
    """Its date is that of the newest entry or withdrawal in it, else that of the tag."""
    documents = _built(_TAKEN_BACK).documents
    updated = support.text_at(
        support.parse(documents[f"/projects/{name}/atom.xml"].body), "a:updated"
    )
    whole = support.parse(documents["/atom.xml"].body)
    of_entry = support.text_at(whole, f"a:entry[contains(a:id, '/{expected}')]/a:updated")
    assert updated
    assert updated.startswith(of_entry or expected)


def test_what_was_taken_back() -> None:
    """What was taken back is told once, in Atom as a tombstone and in RSS as a notice."""
    documents = _built(_TAKEN_BACK).documents
    atom, rss = (
        support.parse(documents[f"/projects/data+portal/{name}"].body)
        for name in ("atom.xml", "rss.xml")
    )
    tombstones = atom.findall("at:deleted-entry", support.NAMESPACES)
    assert [each.get("ref") for each in tombstones] == ["tag:example.org,2016:clippings/taken-back"]
    guids = [str(each) for each in rss.xpath("//item/guid/text()")]
    assert guids.count("tag:example.org,2016:clippings/taken-back") == 1
    assert len(guids) == 5


def test_withdrawal_from_a_project_that_is_gone() -> None:
    """A clipping of a project whose feeds are no more leaves its tombstone in what combines it."""
    taken_back = {**_TAKEN_BACK, "projects": ["gone"]}
    documents = _built(taken_back).documents
    assert b"deleted-entry" in documents["/projects/arts+gone/atom.xml"].body
    assert b"clippings/taken-back<" in documents["/projects/arts+gone/rss.xml"].body


@pytest.mark.parametrize("file", _NAMES)
@pytest.mark.parametrize(
    ("asked", "there"),
    [
        pytest.param("portal+data", "data+portal", id="another order"),
        pytest.param("data+portal+data", "data+portal", id="a repeat"),
        pytest.param("zoo+data", "arts+data", id="a former slug"),
        pytest.param("portal+art+data+zoo", "arts+data+portal", id="two of the same project"),
        pytest.param("data+data", "data", id="one project, repeated"),
        pytest.param("zoo+arts", "arts", id="one project, by two slugs"),
        pytest.param("gone+gone", "gone", id="one project, which is gone"),
        pytest.param("e5+e6+e5+e6+e5+e6+e5", "e5+e6", id="many repeats"),
        pytest.param("portal%2Bdata", "data+portal", id="with the plus escaped"),
        pytest.param("portal%2bdata", "data+portal", id="escaped in small letters"),
    ],
)
def test_one_redirect(client: FlaskClient, asked: str, there: str, file: str) -> None:
    """Other names of the same projects lead, in one step, to the one that they have."""
    response = client.get(f"/projects/{asked}/{file}?utm_source=x")
    assert response.status_code == 308
    assert response.headers["Location"] == f"../../projects/{there}/{file}"
    path = f"/projects/{there}/{file}"
    assert urljoin(f"/projects/{asked}/{file}", response.headers["Location"]) == path
    assert client.get(path).status_code == (410 if there == "gone" else 200)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("data+unknown/atom.xml", id="unknown project"),
        pytest.param("unknown+unknown/atom.xml", id="unknown project, repeated"),
        pytest.param("portal+unknown+data/rss.xml", id="unknown one, out of order"),
        pytest.param("arts+data+e5+e6+empty+portal/atom.xml", id="six"),
        pytest.param("portal+arts+data+e5+e6+empty/atom.xml", id="six, out of order"),
        pytest.param("data+/atom.xml", id="nothing behind the plus"),
        pytest.param("+data/atom.xml", id="nothing before it"),
        pytest.param("data++portal/atom.xml", id="nothing between two"),
        pytest.param("+/atom.xml", id="a plus alone"),
        pytest.param("data portal/atom.xml", id="a space"),
        pytest.param("data+PORTAL/atom.xml", id="large letters"),
        pytest.param("data+portal/", id="its page"),
        pytest.param("data+portal", id="its page without a slash"),
        pytest.param("portal+data/", id="its page, out of order"),
        pytest.param("data+portal/archive/1/atom.xml", id="an archive"),
        pytest.param("data+portal/atom.xml/", id="a slash too many"),
        pytest.param("data+portal//atom.xml", id="two slashes"),
        pytest.param("data+portal/nothing.xml", id="another file"),
        pytest.param("a+" * 50_000 + "b/atom.xml", id="very many"),
    ],
)
def test_nothing_there(client: FlaskClient, path: str) -> None:
    """What is no combination of two to five known projects is not there."""
    assert client.get(f"/projects/{path}").status_code == 404


def test_every_order_leads_to_one_address(client: FlaskClient) -> None:
    """Of all orders one is the address, and each other leads to it."""
    orders = ["+".join(order) for order in permutations(("arts", "data", "empty", "portal"))]
    answers = [client.get(f"/projects/{order}/atom.xml") for order in orders]
    assert [answer.status_code for answer in answers].count(200) == 1
    locations = {answer.headers.get("Location") for answer in answers}
    assert locations == {None, "../../projects/arts+data+empty+portal/atom.xml"}


@pytest.mark.parametrize("file", _NAMES)
def test_conditional_requests(client: FlaskClient, file: str) -> None:
    """It is answered as whatever is made on demand: tags, dates, codings and HEAD work."""
    path = f"/projects/data+portal/{file}"
    whole = client.get(path)
    tag, date = whole.headers["ETag"], whole.headers["Last-Modified"]
    shown = "" if file == "feed.json" else ", Sec-Fetch-Dest"
    assert whole.headers["Vary"] == f"Accept-Encoding{shown}"
    for condition in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        assert client.get(path, headers=condition).status_code == 304
    news = {"If-None-Match": '"0123456789abcdef"', "A-IM": "feed"}
    assert client.get(path, headers=news).status_code == 200
    coded = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert coded.headers["ETag"] == f'{tag[:-1]}-gzip"'
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert client.post(path).status_code == 405


def test_link_names_no_hub(client: FlaskClient) -> None:
    """It links to itself and to the publication's home, and to no hub: none is told of it."""
    link = client.get("/projects/data+portal/atom.xml").headers["Link"]
    assert link == (
        "<https://feeds.example.org/projects/data+portal/atom.xml>; "
        'rel="self"; type="application/atom+xml", '
        '<https://example.org/media/>; rel="alternate"; type="text/html"'
    )


def test_listed_nowhere(built: Snapshot) -> None:
    """It is there when it is asked for, and in no list: so no export has it."""
    path = "/projects/data+portal/atom.xml"
    assert path in built.documents
    assert built.documents.get(path)
    assert not [each for each in built.documents if "+" in each]
    assert len(list(built.documents)) == len(built.documents)
    assert not [each for pair in built.redirects() for each in pair if "+" in each]


@pytest.mark.parametrize("path", ["/projects/data+unknown/atom.xml", "/nowhere", ""])
def test_what_is_not_there_is_no_key(built: Snapshot, path: str) -> None:
    """A name of nothing is no key, as in any mapping."""
    keys: Container[object] = built.documents
    assert path not in keys
    assert None not in keys
    with pytest.raises(KeyError):
        built.documents[path]


def test_same_bytes_from_any_process(built: Snapshot) -> None:
    """The same file gives the same bytes, whatever was there before it."""
    path = "/projects/data+portal/atom.xml"
    loaded = support.publication(_CLIPPINGS, _PROJECTS, hubs=["https://hub.example.net/"])
    later = snapshot.build(loaded, support.NOW, _built(_TAKEN_BACK))
    assert later.documents[path].body == built.documents[path].body


def test_before_there_is_a_snapshot() -> None:
    """While nothing can be published, it is not there yet."""
    answer = web.create_app(lambda: None).test_client().get("/projects/data+portal/atom.xml")
    assert answer.status_code == 503


def test_publication_without_anything() -> None:
    """Without clippings a combined feed is empty, and without projects there is none."""
    built = snapshot.build(support.publication([], _PROJECTS), support.NOW)
    assert _ids(built.documents["/projects/data+portal/atom.xml"].body) == []
    none = snapshot.build(support.publication(), support.NOW)
    assert "/projects/data+portal/atom.xml" not in none.documents


_ASKED = tuple(f"/projects/{a}+{b}/atom.xml" for a, b in pairwise(sorted(_PROJECTS)))


def _told(responder: Responder, path: str, now: datetime) -> datetime:
    answer = responder.answer({"PATH_INFO": path}, lambda: now)
    assert answer
    return parsedate_to_datetime(dict(answer.headers)["Last-Modified"])


def test_date_lasts_as_long_as_the_bytes() -> None:
    """Its Last-Modified stays over edits that do not touch it, and follows those that do."""
    remembered, later = Memory(), support.NOW + 60 * _SECOND
    path = "/projects/arts+data/atom.xml"
    dates = []
    for more in ([], [{"id": "x", "title": "X", "added": "2020"}], [_TAKEN_BACK]):
        dates.append(_told(Responder(_built(*more), remembered), path, later))
    assert dates[0] == dates[1] < dates[2]


@pytest.mark.parametrize("folder", [False, True])
def test_what_is_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: bool
) -> None:
    """Only the dates of what was asked for last are kept, in the state's folder, too."""
    monkeypatch.setattr(memory, "_MOST_COMBINED", 3)
    state = StateFolder(tmp_path) if folder else None
    remembered, later = Memory(state), support.NOW + 60 * _SECOND
    first = Responder(_built(), remembered)
    before = {path: _told(first, path, later) for path in _ASKED}
    _told(first, _ASKED[-3], later)  # known in the responder, and not asked anew
    second = Responder(_built({"id": "x", "title": "X", "added": "2020"}), remembered)
    assert len(_ASKED) > 3
    for path in reversed(_ASKED):  # the newest first, so that none is put out by another
        kept = path in _ASKED[-3:]
        assert (_told(second, path, later) == before[path]) is kept
    if state:
        ahead = second.snapshot.documents.ready
        assert len([path for path in state.dates() if path and path not in ahead]) == 3


def test_forgotten_date_is_never_one_of_other_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A date that was forgotten is followed by a later one, whatever the bytes were meanwhile."""
    monkeypatch.setattr(memory, "_MOST_COMBINED", 1)
    remembered, later = Memory(), support.NOW + 60 * _SECOND
    path, other = _ASKED[:2]
    seen: dict[datetime, bytes] = {}
    for step in range(6):
        built = _built(*([{**_CLIPPINGS[5], "id": "y", "projects": ["arts", "data"]}] * (step % 2)))
        responder = Responder(built, remembered)
        for _ in range(2):
            told = _told(responder, path, later)
            assert seen.setdefault(told, built.documents[path].body) == built.documents[path].body
            _told(responder, other, later)
    assert len(seen) == 6


def test_documents_made_ahead_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever somebody asks for, the feeds that are polled keep their dates."""
    monkeypatch.setattr(memory, "_MOST_COMBINED", 1)
    remembered, later = Memory(), support.NOW + 60 * _SECOND
    first = Responder(_built(), remembered)
    before = {path: _told(first, path, later) for path in ("/style.css", *_ASKED, "/atom.xml")}
    second = Responder(_built({"id": "x", "title": "X", "added": "2020"}), remembered)
    assert _told(second, "/style.css", later) == before["/style.css"]
    assert _told(second, "/atom.xml", later) > before["/atom.xml"]
