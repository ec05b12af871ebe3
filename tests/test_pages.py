"""The pages for people, as HTML: what is on them, and what machines are told of them."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import html5lib
import pytest

import support
from feedpress import snapshot
from feedpress.model import Publication
from feedpress.site import search
from feedpress.snapshot import Snapshot

_TEMPLATES = Path(__file__).parent.parent / "src" / "feedpress" / "site" / "templates"
_MARKUP = "</title></script><script>alert(1)</script><b onclick=x>\"quoted\" & 'so'"
_ARABIC = "مدينة تفتح بوابتها"
_BASE = "https://feeds.example.org/"
_ROWS: list[dict[str, Any]] = [
    {
        "id": "full",
        "title": "City Opens Its Portal",
        "added": "2026-01-08",
        "url": "https://www.example.com/a?b=1&c=2",
        "source": "GovTech",
        "published": "2016-09-14",
        "projects": ["portal", "ended"],
        "summary": "First paragraph.\n\nSecond paragraph.",
        "language": "es",
    },
    {"id": "bare", "title": "Only a title", "added": "2026-01-07"},
    {
        "id": "markup",
        "title": _MARKUP,
        "summary": _MARKUP,
        "source": _MARKUP,
        "added": "2026-01-06",
        "projects": ["portal"],
    },
    {"id": "arabic", "title": _ARABIC, "added": "2026-01-05", "published": "2016-09"},
    {"id": "year", "title": "Of a year", "added": "2026-01-04", "published": "2014"},
    {"id": "taken-back", "title": "Gone", "added": "2026-01-03", "withdrawn": "2026-02-01"},
]
_PROJECTS = {
    "portal": {
        "title": "LA Business Portal",
        "url": "https://www.portal.example/x",
        "summary": "S",
    },
    "ended": {"title": "An ended one", "retired": "2026-11-01"},
    "empty": {"title": _MARKUP},
}


def _built(*rows: dict[str, Any], **about: Any) -> Snapshot:
    loaded = support.publication(rows or _ROWS, _PROJECTS, **about)
    return snapshot.build(loaded, support.NOW)


@pytest.fixture(scope="module")
def built() -> Snapshot:
    """The documents of a list that has clippings, projects and years of each kind."""
    return _built(feed_size=4, rights="© 2026 Somebody")


def _pages(of: Snapshot) -> Iterator[tuple[str, str]]:
    for path, document in of.documents.items():
        if document.media_type == "text/html":
            yield path, document.body.decode()


def _tree(of: Snapshot, path: str) -> Any:
    return support.html(of.documents[path].body.decode())


def _texts(of: Snapshot, path: str, xpath: str) -> list[str]:
    return [" ".join("".join(each.itertext()).split()) for each in _tree(of, path).xpath(xpath)]


def _data(of: Snapshot, path: str) -> Any:
    (element,) = _tree(of, path).xpath("//script[@type='application/ld+json']")
    return json.loads(element.text)


_LISTS = {
    "of each kind": _built(feed_size=4),
    "Spanish, with a colour": _built(language="es-MX", accent="#ffee00"),
    "Arabic": _built(language="ar", title=_ARABIC),
    "Dutch, without a catalogue": _built(language="nl"),
    "hostile": _built(title=_MARKUP, subtitle=_MARKUP, rights=_MARKUP, author={"name": _MARKUP}),
    "empty": snapshot.build(support.publication(), support.NOW),
}


@pytest.mark.parametrize("name", _LISTS)
def test_pages_are_strict_html(name: str) -> None:
    """Every page is HTML without a parse error, whatever was typed."""
    for _, text in _pages(_LISTS[name]):
        html5lib.HTMLParser(strict=True).parse(text)


@pytest.mark.parametrize("name", _LISTS)
def test_pages_ask_nobody_else(name: str) -> None:
    """A page has no style or script within it, and loads nothing but our own files, relative."""
    for path, text in _pages(_LISTS[name]):
        tree = support.html(text)
        assert not tree.xpath("//@style | //style | //@*[starts-with(name(), 'on')]")
        for script in tree.xpath("//script"):
            is_ours = urljoin(path, script.get("src", "")) == "/page.js"
            assert is_ours or script.get("type") == "application/ld+json"
        loaded = tree.xpath("//img/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
        for address in loaded:
            assert not urlsplit(address).netloc
            assert urljoin(path, address) in _LISTS[name].documents


@pytest.mark.parametrize("name", _LISTS)
def test_ids_on_a_page_are_unique_and_what_names_them_finds_them(name: str) -> None:
    """Labels, descriptions and links within a page lead to one element each."""
    for _, text in _pages(_LISTS[name]):
        tree = support.html(text)
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        named = tree.xpath("//@aria-labelledby | //@aria-controls | //@for | //@data-copy")
        named += [link[1:] for link in tree.xpath("//a/@href[starts-with(., '#')]")]
        assert set(named) <= set(ids)


@pytest.mark.parametrize("name", _LISTS)
def test_headings_leave_out_no_level(name: str) -> None:
    """Each page of something has one h1, and no heading stands more than a level below another."""
    for path, text in _pages(_LISTS[name]):
        # In the order in which they stand, without the box beside the text.
        main = support.html(text).xpath("//h1 | //main//h2 | //main//h3")
        levels = [int(each.tag[1]) for each in main]
        assert levels.count(1) == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", _LISTS)
def test_links_of_pages_lead_somewhere(name: str) -> None:
    """Every relative link is to a document."""
    documents = _LISTS[name].documents
    for path, text in _pages(_LISTS[name]):
        for link in support.html(text).xpath("//a/@href | //link/@href | //form/@data-index"):
            if not urlsplit(link).netloc:
                there = urlsplit(urljoin(path, link)).path
                assert there in documents, (path, link)


def test_every_clipping_is_reached_from_lists(built: Snapshot) -> None:
    """Front page, project and year lead to the clipping's own page, also where the title does not.

    Each clipping stands on the page of exactly one year, so that the whole list can be walked.
    """
    clippings = {p for p in built.documents if p.startswith("/clippings/")} - built.gone
    years = [path for path in built.documents if path.startswith("/years/")]
    linked = [
        urljoin(path, link)
        for path in years
        for link in _tree(built, path).xpath("//article//a/@href[contains(., 'clippings/')]")
    ]
    assert sorted(linked) == sorted(clippings)
    assert "clippings/full/" in _tree(built, "/").xpath("//article//@href")
    assert "../../clippings/full/" in _tree(built, "/projects/portal/").xpath("//article//@href")


def test_years(built: Snapshot) -> None:
    """A year has its articles by month, the newest first; those of no year have a page, too."""
    assert _texts(built, "/years/2016/", "//h1 | //main//h2 | //h3") == [
        *("2016", "September 2016", "City Opens Its Portal", _ARABIC)
    ]
    assert _texts(built, "/years/2014/", "//h1 | //main//h2") == ["2014", "Of a year"]
    assert _texts(built, "/years/undated/", "//h1") == ["Date not known"]
    assert _texts(built, "/", "//section[@id='years']//li") == [
        *("2016 2 clippings", "2014 1 clipping", "Date not known 2 clippings")
    ]


def test_a_month_that_is_not_known_comes_last() -> None:
    """On the page of a year, those whose month is not known stand below those of its months."""
    rows = [
        {"id": "a", "title": "Year", "added": "2026-01-09", "published": "2016"},
        {"id": "b", "title": "March", "added": "2026-01-08", "published": "2016-03"},
        {"id": "c", "title": "March 2", "added": "2026-01-07", "published": "2016-03-02"},
        {"id": "d", "title": "October", "added": "2026-01-06", "published": "2016-10-01"},
    ]
    assert _texts(_built(*rows), "/years/2016/", "//main//h2 | //h3") == [
        *("October 2016", "October", "March 2016", "March 2", "March"),
        *("Month not known", "Year"),
    ]


def test_neighbouring_years(built: Snapshot) -> None:
    """From each year links lead to the next and the one before, the undated being the last."""

    def around(path: str) -> list[tuple[str, str]]:
        nav = _tree(built, path).xpath("(//nav[@class='around'])[1]/a")
        return [(each.get("rel"), urljoin(path, each.get("href"))) for each in nav]

    assert around("/years/2016/") == [("prev", "/years/2014/")]
    assert around("/years/2014/") == [("next", "/years/2016/"), ("prev", "/years/undated/")]
    assert around("/years/undated/") == [("next", "/years/2014/")]
    assert not _tree(_built(_ROWS[1]), "/years/undated/").xpath("//nav")


def _alternates(of: Snapshot, path: str) -> list[str]:
    links = _tree(of, path).xpath("//link[@rel='alternate']")
    assert all(each.get("title") and each.get("type") for each in links)
    return [urljoin(path, each.get("href")) for each in links]


def test_autodiscovery(built: Snapshot) -> None:
    """Each page names the feeds that matter on it, the most fitting first, and none that ended."""
    whole = ["/atom.xml", "/rss.xml", "/feed.json"]
    own = [f"/projects/portal{path}" for path in whole]
    atoms = ["/projects/portal/atom.xml", "/projects/empty/atom.xml"]
    assert _alternates(built, "/") == [*whole, *atoms]
    assert _alternates(built, "/projects/portal/") == [*own, *whole]
    assert _alternates(built, "/projects/ended/") == whole
    assert _alternates(built, "/clippings/full/") == [*whole, "/projects/portal/atom.xml"]
    for path in ("/years/2016/", "/years/undated/", "/clippings/bare/", "/clippings/taken-back/"):
        assert _alternates(built, path) == whole


@pytest.mark.parametrize(
    ("path", "title", "description"),
    [
        ("/", "In the media", "In the media"),
        ("/projects/portal/", "LA Business Portal · In the media", "S"),
        ("/projects/ended/", "An ended one · In the media", "An ended one"),
        (
            "/clippings/full/",
            "City Opens Its Portal · In the media",
            "First paragraph. Second paragraph.",
        ),
        ("/clippings/bare/", "Only a title · In the media", "Only a title"),
        ("/years/2016/", "2016 · In the media", "In the media"),
        ("/years/undated/", "Date not known · In the media", "In the media"),
    ],
)
def test_head(built: Snapshot, path: str, title: str, description: str) -> None:
    """A page has a title, a description and one address, and says the same for Open Graph."""
    tree = _tree(built, path)
    assert tree.xpath("string(//title)") == title
    assert tree.xpath("//meta[@name='description']/@content") == [description]
    here = urljoin(_BASE, path)
    assert tree.xpath("//link[@rel='canonical']/@href") == [here]
    assert {
        each.get("property"): each.get("content") for each in tree.xpath("//meta[@property]")
    } == {
        "og:title": title,
        "og:type": "website",
        "og:url": here,
        "og:site_name": "In the media",
        "og:description": description,
    }


def test_description_is_cut() -> None:
    """A description has as much of a long summary as anybody shows."""
    row = {"id": "a", "title": "A", "added": "2026-01-01", "summary": "word\n\n" * 5000}
    (text,) = _tree(_built(row), "/clippings/a/").xpath("//meta[@name='description']/@content")
    assert text == "word " * 59 + "word…"


def test_open_graph_locale() -> None:
    """The language is told to Open Graph only where the region is known, which it asks for."""
    for language, expected in (("en-US", ["en_US"]), ("en", []), ("zh-Hant-TW", ["zh_TW"])):
        tree = _tree(_built(language=language), "/")
        assert tree.xpath("//meta[@property='og:locale']/@content") == expected


def test_what_is_gone_has_no_address_of_its_own(built: Snapshot) -> None:
    """The page in the place of what was taken back is for no search engine, and says why."""
    tree = _tree(built, "/clippings/taken-back/")
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not tree.xpath("//link[@rel='canonical'] | //meta[@property] | //script[not(@src)]")
    assert tree.xpath("string(//h1)") == "This clipping was withdrawn"


def test_linked_data_of_lists(built: Snapshot) -> None:
    """A list tells machines how many clippings it has, and names the first ten."""
    data = _data(built, "/")
    assert (data["@type"], data["url"], data["name"]) == ("CollectionPage", _BASE, "In the media")
    assert data["mainEntity"]["numberOfItems"] == 5
    assert [each["url"] for each in data["mainEntity"]["itemListElement"]][:2] == [
        *(f"{_BASE}clippings/full/", f"{_BASE}clippings/bare/")
    ]
    many = [{"id": f"c{n}", "title": "X", "added": "2026-01-01"} for n in range(12)]
    items = _data(_built(*many), "/")["mainEntity"]
    assert (items["numberOfItems"], len(items["itemListElement"])) == (12, 10)
    assert _data(built, "/projects/empty/")["mainEntity"]["itemListElement"] == []
    assert _data(built, "/years/2016/")["mainEntity"]["numberOfItems"] == 2


def test_linked_data_of_a_clipping(built: Snapshot) -> None:
    """A clipping's page is about an article that somebody else published, as far as it is known."""
    data = _data(built, "/clippings/full/")
    assert (data["@type"], data["isPartOf"]["publisher"]["name"]) == ("WebPage", "Innovation Team")
    assert data["about"] == {
        "@type": "Article",
        "headline": "City Opens Its Portal",
        "url": "https://www.example.com/a?b=1&c=2",
        "datePublished": "2016-09-14",
        "inLanguage": "es",
        "abstract": "First paragraph.\n\nSecond paragraph.",
        "publisher": {"@type": "Organization", "name": "GovTech"},
    }
    bare = _data(built, "/clippings/bare/")["about"]
    assert bare == {"@type": "Article", "headline": "Only a title"}
    assert _data(built, "/clippings/markup/")["about"]["headline"] == _MARKUP


def test_subscribe_box(built: Snapshot) -> None:
    """Every page shows the addresses of the feed that fits it, which is never one that ended."""
    for path, folder in (
        ("/", ""),
        ("/projects/portal/", "projects/portal/"),
        ("/projects/ended/", ""),
        ("/clippings/full/", ""),
        ("/years/undated/", ""),
    ):
        box = _tree(built, path).xpath("//section[@id='subscribe']")[0]
        shown = [f"{_BASE}{folder}{name}" for name in ("atom.xml", "rss.xml", "feed.json")]
        assert box.xpath(".//input/@value") == shown
        for reader in box.xpath(".//ul[@class='readers']//@href"):
            (asked,) = [*parse_qs(urlsplit(reader).query).values()] or [[urlsplit(reader).path]]
            assert unquote(asked[0]).endswith(shown[0])


def test_nothing_is_dead_without_a_script(built: Snapshot) -> None:
    """What needs the script is hidden until it runs: every button, and the search."""
    for _, text in _pages(built):
        tree = support.html(text)
        assert all(each.get("hidden") is not None for each in tree.xpath("//button | //form"))
        assert all(each.get("readonly") is not None for each in tree.xpath("//section//input"))


def test_project_page(built: Snapshot) -> None:
    """A project's page has its title, summary, address and clippings; an ended one says so."""
    tree = _tree(built, "/projects/portal/")
    assert tree.xpath("string(//h1)") == "LA Business Portal"
    (link,) = tree.xpath("//header[@class='heading']//a")
    assert (link.get("href"), link.text) == ("https://www.portal.example/x", "portal.example")
    assert _texts(built, "/projects/ended/", "//main//h2") == ["This feed has ended", "1 clipping"]
    assert "There are no clippings yet." in _texts(built, "/projects/empty/", "//section/p")


def test_clipping_page(built: Snapshot) -> None:
    """A clipping's page has all that is known, its own address, and what is not known is said."""
    full = _tree(built, "/clippings/full/")
    assert full.xpath("string(//h1)") == "City Opens Its Portal"
    assert _texts(built, "/clippings/full/", "//*[@class='dateline']") == [
        "GovTech, 14 September 2016"
    ]
    assert full.xpath("//time/@datetime") == ["2016-09-14"]
    assert full.xpath("//div[@class='lead']/@lang") == ["es"]
    (read,) = full.xpath("//a[@class='read']")
    assert (read.get("href"), read.text) == (
        *("https://www.example.com/a?b=1&c=2", "Read the article at example.com"),
    )
    assert full.xpath("//input[@id='permalink']/@value") == [f"{_BASE}clippings/full/"]
    assert _texts(built, "/clippings/full/", "//p[@class='projects']/a") == [
        *("LA Business Portal", "An ended one")
    ]
    bare = _tree(built, "/clippings/bare/")
    assert not bare.xpath("//*[@class='dateline' or @class='lead' or @class='read']")
    assert "The address of the article is not known." in bare.xpath("string(//main)")


def test_front_page_has_every_project_and_its_feed(built: Snapshot) -> None:
    """The front page has the newest clippings, and all projects with their number and feed."""
    assert _texts(built, "/", "//section[@id='projects']//li") == [
        "LA Business Portal 2 clippings · Atom",
        "An ended one 1 clipping · ended",
        f"{_MARKUP} 0 clippings · Atom",
    ]
    assert len(_tree(built, "/").xpath("//article")) == 4
    assert "All 5 clippings, by year" in _texts(built, "/", "//main//a")


def test_logo_is_shown_where_it_is_ours() -> None:
    """A logo at the public address is on pages; no page asks another host for one."""
    ours = _built(logo=f"{_BASE}theme/logo.svg")
    assert _tree(ours, "/").xpath("//img/@src") == ["theme/logo.svg"]
    assert _tree(ours, "/years/2016/").xpath("//img/@src") == ["../../theme/logo.svg"]
    assert _tree(ours, "/").xpath("//meta[@property='og:image']/@content") == [
        f"{_BASE}theme/logo.svg"
    ]
    assert not _tree(_built(logo="https://other.example/logo.svg"), "/").xpath("//img")


def test_home_is_linked_where_it_is_another_page(built: Snapshot) -> None:
    """The page that the publication belongs to is in the foot, unless it is this one."""
    assert "https://example.org/media/" in _tree(built, "/").xpath("//footer//@href")
    assert len(_tree(_built(home=_BASE), "/").xpath("//footer//a")) == 2


def test_search_index(built: Snapshot) -> None:
    """The index has path, title, source with date, and summary of every clipping that is shown."""
    rows = json.loads(built.documents["/search.json"].body)
    assert rows[0] == [
        "clippings/full/",
        "City Opens Its Portal",
        "GovTech, 14 September 2016",
        "First paragraph.\n\nSecond paragraph.",
    ]
    assert rows[1] == ["clippings/bare/", "Only a title", "", ""]
    assert {f"/{row[0]}" for row in rows} <= set(built.documents)
    assert len(rows) == 5


def test_search_index_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Summaries share the room that there is, and a title has no more than anybody types."""
    monkeypatch.setattr(search, "_ROOM", 20)
    row = {"title": "T" * 1000, "added": "2026-01-01", "summary": "0123456789ab"}
    cut = _built(row | {"id": "a"}, row | {"id": "b"})
    for _, title, _, summary in json.loads(cut.documents["/search.json"].body):
        assert (title, summary) == ("T" * 300 + "…", "0123456789…")


def test_real_front_page_is_small(real_list: Publication) -> None:
    """The front page is under 50 KB, and comes with style and script in half of that, packed."""
    documents = snapshot.build(real_list, support.NOW).documents
    assert len(documents["/"].body) < 50_000
    together = ("/", "/style.css", "/page.js")
    assert sum(len(documents[path].codings["gzip"]) for path in together) < 25_000


def test_templates_trust_nothing() -> None:
    """No template switches escaping off, and none has a style or a handler within it."""
    for path in sorted(_TEMPLATES.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        if path.name != "preview.html":
            assert not re.search(r"\|\s*safe|autoescape|\sstyle=|\son[a-z]+=", text), path
