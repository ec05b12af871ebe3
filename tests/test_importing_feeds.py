"""Feeds as publishers have them become clippings that subscribers know already."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from feedpress import identity, times
from feedpress.editing.importing import feed_items, file_text, heading, html_text, xml_scan
from feedpress.editing.importing.items import MAX_BYTES, FeedInfo, Found, Identity, Item, Refused
from feedpress.model import Publication
from feedpress.reading import publication_file

_FEEDS = Path(__file__).parent / "data" / "imports"
_TODAY = date(2026, 11, 22)


def _read(name: str) -> Found:
    return feed_items.read_feed((_FEEDS / name).read_bytes())


def _written(found: Found, url: str | None = None) -> file_text.FileText:
    ids = [str(item.keys["id"]) for item in found.items if "id" in item.keys]
    about, _ = heading.about(found.head, heading.Wanted(url=url), ids, _TODAY)
    return file_text.write_file_text(about, found.items)


def _loaded(written: file_text.FileText) -> Publication:
    publication, problems = publication_file.load([("clippings.yaml", written.text.encode())])
    assert not [each for each in problems if each.severity == "error"]
    return publication


def _published(publication: Publication) -> Iterable[list[Any]]:
    for documents in (support.atom_documents, support.rss_documents):
        yield feedparser.parse(documents(publication)[0]).entries


@pytest.mark.parametrize("name", ["wordpress.xml", "blogger.atom", "netscape091.xml", "rdf.xml"])
def test_ids_stay_char_by_char(name: str) -> None:
    """What a reader takes for an entry's id in the old feed is its id in both new ones."""
    found = _read(name)
    before = feedparser.parse((_FEEDS / name).read_bytes())
    expected = {
        each.get("id") or each["link"]
        for each, item in zip(before.entries, found.items, strict=True)
        if not item.reason
    }
    publication = _loaded(_written(found))
    assert {clipping.id for clipping in publication.clippings} >= {
        str(item.keys["id"]) for item in found.items if not item.reason
    }
    for entries in _published(publication):
        assert {entry["id"] for entry in entries} == expected


def test_wordpress() -> None:
    """Of WordPress' RSS come texts without markup, times in UTC, projects and pictures."""
    written = _written(_read("wordpress.xml"), "https://feeds.city.example/")
    publication = _loaded(written)
    assert publication.title == "In the News – City of Example"
    assert publication.home == "https://www.city.example"
    assert (publication.tag, publication.language) == ("city.example,2026", "en-US")
    assert [project.slug for project in publication.projects] == ["technology", "parks-recreation"]
    one, other = publication.clippings
    assert one.id == "https://www.city.example/?p=12"
    assert one.title == "City opens portal & library"
    assert one.url == "https://www.city.example/2016/09/portal/"
    assert one.added
    assert one.added.time == datetime(2016, 9, 14, 17, tzinfo=UTC)
    assert one.summary == ("The city’s portal opens. […]\n\nThe post City opens appeared first.")
    assert one.image
    assert one.image.url == "https://www.city.example/a.jpg"
    assert [project.title for project in one.projects] == ["Technology", "Parks & Recreation"]
    assert other.id == "https://WWW.city.example/?p=11#"
    assert other.image
    assert other.image.url == "https://www.city.example/b.png"
    assert (written.projects, written.left_out) == (2, ())


def test_atom() -> None:
    """Of Atom come addresses relative to its base, sources, languages and later changes."""
    found = _read("blogger.atom")
    assert found.head.home == "https://blog.example/es/"
    assert found.head.subtitle == "Lo que otros escriben"
    assert (found.head.author, found.head.rights) == ("Equipo", "CC BY")
    one, other = _loaded(_written(found)).clippings
    assert one.title == "AT&T opens"
    assert one.url == "https://blog.example/es/2016/a.html"
    assert one.source
    assert one.source.name == "The Times"
    assert (one.summary, one.language) == ("One\n\nTwo", "en")
    assert one.updated
    assert one.updated.time == datetime(2016, 9, 20, 7, tzinfo=UTC)
    assert [(project.slug, project.title) for project in one.projects] == [
        ("datos", "Datos abiertos")
    ]
    assert (other.url, other.summary, other.language) == (None, "Todo el texto", None)


def test_feed_without_dates_and_ids() -> None:
    """Entries without a date get the feed's, in their order; those without an id their address."""
    found = _read("netscape091.xml")
    assert [item.keys["added"] for item in found.items] == [
        "2000-06-01T10:00:00Z",
        "2000-06-01T09:59:59Z",
    ]
    assert {item.identity for item in found.items} == {Identity.LINK}
    assert found.items[0].keys["title"] == "Café one"
    assert any("2 entries without a date got the feed's own" in note for note in found.notes)


def test_odd_entries() -> None:
    """What can't be a clipping yet stands at the end with the reason; nothing is invented."""
    found = _read("odd.xml")
    written = _written(found)
    kept = {str(item.keys["title"]): item for item in written.taken}
    assert kept["Number"].keys["id"] == "12345"
    assert kept["Number"].identity is Identity.NEW
    assert kept["No guid"].identity is Identity.LINK
    assert "id" not in kept["Nothing at all"].keys
    assert not {"id", "url", "image"} & kept["Bad link"].keys.keys()
    reasons = {each.item.name: each.reason for each in written.left_out}
    assert list(reasons) == ["entry 5", "entry 6", "entry 7", "entry 8", "entry 10"]
    assert "already the id of the clipping in entry 4" in reasons["entry 5"]
    assert written.numbered == ()
    assert "its date 'yesterday' can't be read" in reasons["entry 6"]
    assert reasons["entry 7"].startswith("it has no date")
    assert reasons["entry 8"].startswith("it has no title")
    for each in written.left_out:
        assert f"# {each.item.name}: " in written.text
    assert "'mailto:a@odd.example' was left out" in "\n".join(found.notes)
    assert found.head.language is None


def test_entries_that_look_exactly_alike() -> None:
    """Entries that would derive the same id all become clippings, each with its own id."""
    item = "<item><title>Same</title><pubDate>Wed, 14 Sep 2016 1%d:00:00 GMT</pubDate></item>"
    items = "".join(item % number for number in range(4))
    items += "<item><title>Broken</title></item>" + item.replace("Same", "Other") % 5
    found = feed_items.read_feed(_MANY % items.encode())
    written = _written(found)
    own = identity.derived_id("Same", None, None)
    assert [(each.name, each.keys["id"]) for each in written.numbered] == [
        ("entry 2", f"{own}-2"),
        ("entry 3", f"{own}-3"),
        ("entry 4", f"{own}-4"),
    ]
    assert [each.item.name for each in written.left_out] == ["entry 5"]
    assert len(written.taken) == 5
    clippings = _loaded(written).clippings
    assert [clipping.id for clipping in clippings[:4]] == [own, f"{own}-2", f"{own}-3", f"{own}-4"]
    assert [clipping.has_id for clipping in clippings] == [False, True, True, True, False]


def test_id_of_the_feed_is_not_given_away() -> None:
    """An entry that derives the id of another one gets a free one, and the other keeps its id."""
    own = identity.derived_id("Same", None, None)
    item = "<item><title>%s</title><guid isPermaLink='false'>%s</guid>%s</item>"
    date = "<pubDate>Wed, 14 Sep 2016 10:00:00 GMT</pubDate>"
    items = item % ("Same", "", date) + item % ("A", own, date) + item % ("B", f"{own}-2", date)
    written = _written(feed_items.read_feed(_MANY % items.encode()))
    assert [clipping.id for clipping in _loaded(written).clippings] == [f"{own}-3", own, f"{own}-2"]


def test_bad_image_and_language_are_kept_as_warnings() -> None:
    """What a clipping can do without keeps no entry out of the file."""
    about, _ = heading.about(FeedInfo(), heading.Wanted(), [], _TODAY)
    keys = {"title": "A", "added": "2020", "image": {"url": "a.png"}, "language": "?"}
    written = file_text.write_file_text(about, [Item("entry 1", keys)])
    assert written.left_out == ()
    assert len(_loaded(written).clippings) == 1


def test_what_was_left_out_can_be_put_in_again() -> None:
    """A comment at the end is a clipping once its lines are freed and what was missing is added."""
    text = _written(_read("rdf.xml")).text
    start, mark, rest = text.partition("# - title: Two\n")
    freed = (mark + rest).replace("# ", "", 1).replace("#   ", "  ") + "  added: 2005-03-02\n"
    publication, problems = publication_file.load([("clippings.yaml", (start + freed).encode())])
    assert [clipping.title for clipping in publication.clippings] == ["One", "Two"]
    assert not [each for each in problems if each.severity == "error"]


def test_feed_that_is_not_well_formed() -> None:
    """What can be made out of a broken feed is taken, and the person is told."""
    found = _read("broken.xml")
    assert [item.keys["id"] for item in found.items] == [
        "tag:broken.example,2016:1",
        "https://broken.example/2",
    ]
    assert found.items[0].keys["title"] == "Fish & chips"
    assert "the feed is not well-formed XML" in found.notes[0]


@pytest.mark.parametrize("name", ["laughs.xml", "outside.xml", "broken-laughs.xml"])
def test_entities_are_refused(name: str) -> None:
    """A feed that declares entities is not read, wherever it hides them."""
    with pytest.raises(Refused, match="declares entities"):
        _read(name)
    if name == "laughs.xml":
        with pytest.raises(Refused, match="declares entities"):
            feed_items.read_feed((_FEEDS / name).read_text("utf-8").encode("utf-16"))


_MANY = b"<rss version='2.0'><channel>%s</channel></rss>"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b" " * (MAX_BYTES + 1), "more than 16,777,216 bytes"),
        (_MANY % (b"<item/>" * 10_001), "more than 10,000 entries"),
        (_MANY % (b"<category>a</category>" * 1_001), "more than 1,000 elements"),
        (_MANY % b"<item>%s</item>" % (b"<a/>" * 1_001), "more than 1,000 elements"),
        (b"<rss %s/>" % b" ".join(b"a%d=''" % n for n in range(101)), "more than 100 attributes"),
        (b"<a>" * 101 + b"</a>" * 101, "elements in elements"),
        (b"<rss>" + b" & " * 400_000, "too large to be guessed at"),
        (b"<html><p>Hello</p></html>", "this is no feed"),
        (b"/etc/hostname", "this is no feed"),
        (_MANY % b"<title>&#xD800; & x</title>", "too broken to be read"),
    ],
    ids=[
        "bytes",
        "entries",
        "head",
        "parts",
        "attributes",
        "deep",
        "broken",
        "html",
        "name",
        "half",
    ],
)
def test_refused(data: bytes, told: str) -> None:
    """What is no feed, or out of all proportion, is refused with the reason."""
    with pytest.raises(Refused, match=told):
        feed_items.read_feed(data)


def test_largest_feed() -> None:
    """As many entries as are allowed come through."""
    item = "<item><guid>https://a.example/%d</guid><title>T</title></item>"
    items = "".join(item % number for number in range(10_000)).encode()
    assert len(feed_items.read_feed(_MANY % items).items) == 10_000


def test_address_of_the_feed() -> None:
    """Links are relative to the address that the feed came from."""
    item = b"<item><title>A</title><link>b</link><guid isPermaLink='false'>x</guid></item>"
    found = feed_items.read_feed(_MANY % item, "https://a.example/feeds/rss")
    assert found.items[0].keys["url"] == "https://a.example/feeds/b"


def test_ids_that_other_documents_hide() -> None:
    """An id with a reference that can't be resolved is not guessed from the first look."""
    doctype = b'<!DOCTYPE rss SYSTEM "x.dtd">'
    assert xml_scan.ids(doctype + _MANY % b"<item><guid>&x;</guid></item>") is None
    unknown = b"<?xml version='1.0' encoding='x-none'?>%s<rss/>"
    assert xml_scan.ids(unknown % b"") is None
    with pytest.raises(Refused, match="declares entities"):
        xml_scan.ids(unknown % b"<!DOCTYPE rss [<!ENTITY a 'b'>]>")
    assert xml_scan.ids(b"<guid>a</guid>") == ()


def test_entries_that_are_counted_otherwise() -> None:
    """Where the first look and feedparser see other entries, feedparser's ids are taken."""
    nested = b"<item><title>A</title><guid>urn:ab:c</guid></item>"
    data = _MANY % nested + b"<!-- -->"
    odd = data.replace(b"<channel>", b"<channel xmlns:x='urn:x'><x:item><x:guid/></x:item>")
    assert [item.keys["id"] for item in feed_items.read_feed(odd).items if item.keys.get("id")] == [
        "urn:ab:c"
    ]


def test_long_texts_are_cut() -> None:
    """A summary ends at a paragraph or a word; an article that stands in the feed sooner."""
    words = "word " * 1_000
    encoded = f"<item><title>A</title><description>{words}</description></item>"
    found = feed_items.read_feed(_MANY % encoded.encode())
    summary = str(found.items[0].keys["summary"])
    assert summary.endswith("word …")
    assert len(summary) <= 2_002
    assert "1 summary cut short, with … at the end" in found.notes
    assert html_text.shortened("a" * 20, 10) == "aaaaaaaaaa …"
    assert html_text.shortened("a" * 8 + "\n\n" + "b" * 8, 12) == "aaaaaaaa\n\n…"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        (" \n", ""),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("<p>One\n two</p> <p>three<br>four</p>", "One two\n\nthree\nfour"),
        ("a<script>b</script><style>c</style><!-- d -->e", "ae"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("x\0y\ud800", "xy?"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    """HTML becomes the text that it shows."""
    assert html_text.of_html(html) == text


def test_projects_are_told_apart() -> None:
    """Categories that are written alike are one project; other ones never share a short name."""
    titles = ["C", "C++", "c", "東京", "data-science", "Data Science", "", "C#"]
    categories = "".join(f"<category>{title}</category>" for title in titles)
    data = _MANY % f"<item><title>A</title>{categories}</item>".encode()
    publication = _loaded(_written(_with_date(feed_items.read_feed(data))))
    slugs = {project.title: project.slug for project in publication.projects}
    assert list(slugs) == ["C", "C++", "東京", "data-science", "Data Science", "C#"]
    assert slugs["C"] == "c"
    assert slugs["C++"].startswith("c-")
    assert len(set(slugs.values())) == 6
    assert [project.title for project in publication.clippings[0].projects] == list(slugs)


def _with_date(found: Found) -> Found:
    items = (replace(i, reason=None, keys={**i.keys, "added": "2020"}) for i in found.items)
    return replace(found, items=tuple(items))


def test_too_many_projects() -> None:
    """More projects than anybody keeps are refused, unless none are wanted."""
    items = "".join(f"<item><title>{n}</title><category>c{n}</category></item>" for n in range(501))
    found = _with_date(feed_items.read_feed(_MANY % items.encode()))
    with pytest.raises(Refused, match="501 projects or categories, more than 500"):
        _written(found)
    about, _ = heading.about(found.head, heading.Wanted(), [], _TODAY)
    assert file_text.write_file_text(about, found.items, with_projects=False).projects == 0
    long = f"<item><title>A</title><category>{'x' * 201}</category></item>"
    left = _written(_with_date(feed_items.read_feed(_MANY % long.encode()))).left_out
    assert "more than 200 characters" in left[0].reason


def test_file_that_could_not_be_read() -> None:
    """What would make a file that nobody can read is refused before it is written."""
    about, _ = heading.about(FeedInfo(), heading.Wanted(), [], _TODAY)
    with pytest.raises(Refused, match="can't be written as a file"):
        file_text.write_file_text(replace(about, tag="nothing"), [])


@pytest.mark.parametrize(
    ("home", "ids", "feed_id", "tag"),
    [
        ("https://www.a.example/x", [], None, "a.example,2026"),
        (None, [], None, "example.org,2026"),
        ("https://127.0.0.1/", [], None, "example.org,2026"),
        ("https://a.example/", ["tag:a.example,2026:x"], None, "a.example,2026-11-22"),
        ("https://a.example/", ["tag:b.example,2016:x"], "tag:b.example,2016:feeds", None),
        ("https://a.example/", [], "tag:b:feeds", "a.example,2026"),
    ],
)
def test_tag(home: str | None, ids: list[str], feed_id: str | None, tag: str | None) -> None:
    """The tag is the home page's domain and this year, or what feedpress' own feed has."""
    head = FeedInfo(home=home, id=feed_id)
    about, _ = heading.about(head, heading.Wanted(), ids, _TODAY)
    assert about.tag == (tag or "b.example,2016")


# feedparser takes some pairs of Latin-1 characters for damaged UTF-8, and repairs them.
_WORDS = st.text(st.sampled_from("abc XYZ 019 &<>\"':#-é東😀"), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
_DAYS = st.integers(631_152_000, 1_767_225_600).map(
    lambda seconds: times.to_rfc3339(datetime.fromtimestamp(seconds, UTC))
)
_IDS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True) | st.from_regex(
    r"(https?://[a-z]{1,5}[!#$&-;=?-Z_a-z~]{0,20}|urn:[a-z]{2,4}:[!#$&-;=?-Z_a-z~]{1,9})",
    fullmatch=True,
)


@given(
    st.lists(
        st.fixed_dictionaries({"id": _IDS, "title": _WORDS.filter(bool), "added": _DAYS}),
        max_size=4,
        unique_by=lambda each: each["id"],
    )
)
@settings(deadline=None)
def test_round_trip(clippings: list[dict[str, str]]) -> None:
    """A feed that feedpress made is imported with the same ids, titles and instants."""
    before = support.publication(clippings, language="en")
    for documents, is_atom in ((support.atom_documents, True), (support.rss_documents, False)):
        written = _written(feed_items.read_feed(documents(before)[0]), before.url)
        assert written.left_out == ()
        after = _loaded(written)
        assert _known(after) == _known(before)
        titles = {_as_seen(each.title, is_atom) for each in after.clippings}
        assert titles == {_as_seen(each.title, is_atom) for each in before.clippings}


def _as_seen(title: str, is_atom: bool) -> str:
    # In RSS nobody can tell a title that looks like markup from markup.
    return title if is_atom or not set("&<") & set(title) else ""


def _known(publication: Publication) -> set[tuple[str, datetime]]:
    return {
        (
            identity.entry_id(publication.tag, each.id),
            times.instant(times.first_shown(each), publication.timezone, each.id),
        )
        for each in publication.clippings
    }
