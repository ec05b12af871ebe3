"""The repository's own list: it says what the facts say, and every feed gives it back."""

import html
import io
import json
import unicodedata
from calendar import timegm
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
import yaml
from lxml import etree

import support
from feedpress import identity, snapshot, times
from feedpress.document import Document
from feedpress.feeds import feed
from feedpress.model import Clipping, Publication, When
from feedpress.review import lint

_DATA = Path(__file__).parent / "data"
_FACTS = json.loads((_DATA / "clippings-facts.json").read_text(encoding="utf-8"))
_SCHEMA = etree.RelaxNG(etree.parse(_DATA / "atom.rng"))

# Where the evidence shows that the page named the wrong source, by position on the page.
_RIGHT_SOURCES = {
    26: "KPCC",
    40: "The Christian Science Monitor",
    57: "Bloomberg Philanthropies",
}


@pytest.fixture
def first_publication(real_list: Publication) -> tuple[Clipping, ...]:
    """The clippings of the page, which stand below whatever was added since."""
    return real_list.clippings[-len(_FACTS) :]


def _written(when: When | None) -> str | None:
    if when is None:
        return None
    parts = [f"{when.year}", *(f"{part:02}" for part in (when.month, when.day) if part)]
    return "-".join(parts)


def test_list_says_what_the_facts_say(
    real_list: Publication, first_publication: tuple[Clipping, ...]
) -> None:
    """Title, address, source, date, projects and summary are the facts', and nothing is added."""
    names = {"data science": "Data Science", "RSO": "RSO Campaign"}
    names |= {"Business Portal": "LA Business Portal", "Gender Equity Campaign": "Gender Equity"}
    sources = {"GovTech": "Government Technology", "Socal Tech": "SoCal Tech"}
    for fact, clipping in zip(_FACTS, first_publication, strict=True):
        source = _RIGHT_SOURCES.get(fact["position"], fact["source"])
        assert clipping.title == (fact["title"] or "La 27e Région")
        assert clipping.summary == fact["summary"]
        assert clipping.url == fact["url"]
        assert (clipping.source and clipping.source.name) == sources.get(source, source)
        assert _written(clipping.published) == fact["published"]
        assert [project.title for project in clipping.projects] == [
            names.get(name, name) for name in fact["projects_as_listed"]
        ]
    listed = {name for fact in _FACTS for name in fact["projects_as_listed"]}
    titles = {names.get(name, name) for name in listed}
    assert len(titles) == 11
    assert titles <= {project.title for project in real_list.projects}


def test_page_order_is_kept(
    real_list: Publication, first_publication: tuple[Clipping, ...]
) -> None:
    """The feed shows the page's order: one batch, distinct seconds, the topmost newest."""
    entries = feed.build(real_list, support.NOW)[0].entries
    ids = [identity.entry_id(real_list.tag, clipping.id) for clipping in first_publication]
    assert [entry.id for entry in entries][-len(_FACTS) :] == ids
    assert len({entry.updated for entry in entries}) == len(entries)


def test_every_id_is_pinned_and_is_the_one_derived(
    first_publication: tuple[Clipping, ...],
) -> None:
    """Each clipping carries the id that was derived for it; the page's double got its own."""
    for fact, clipping in zip(_FACTS, first_publication, strict=True):
        source = _RIGHT_SOURCES.get(fact["position"], fact["source"])
        derived = identity.derived_id(clipping.title, fact["url"], source)
        assert clipping.has_id
        assert clipping.id == (f"{derived}-2" if fact["position"] == 12 else derived)


def test_check_warns_of_the_duplicates_of_the_page(real_list: Publication) -> None:
    """The page has one clipping twice and one article in two words; both are told, both stay."""
    found = lint.warnings(real_list, support.NOW)
    warned = [problem.place.line for problem in found if problem.code == "possible-duplicate"]
    places = {clipping.place.line: clipping for clipping in real_list.clippings}
    titles = [places[line].title for line in warned]
    assert titles[-2:] == [
        "L.A. Mayor Eric Garcetti on Award-Winning Data-Driven Governance",
        "LA Launches New Business Information Portal",
    ]


def test_list_is_easy_to_read(real_list: Publication) -> None:
    """No tab, no trailing space, composed letters, and the file begins with how to write it."""
    text = (Path(__file__).parent.parent / "clippings.yaml").read_text(encoding="utf-8")
    assert "\t" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip(" ")]
    assert unicodedata.is_normalized("NFC", text)
    assert text.startswith("#")


@pytest.fixture(scope="module")
def documents(real_list: Publication) -> dict[str, Document]:
    """Every document of the list."""
    return dict(snapshot.build(real_list, support.NOW).documents)


def _raw(real_list: Publication) -> dict[str, dict[str, Any]]:
    """Return the clippings by their entries' ids, as another YAML parser reads the file."""
    path = Path(__file__).parent.parent / "clippings.yaml"
    raw = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506 - texts only
    return {identity.entry_id(real_list.tag, each["id"]): each for each in raw["clippings"]}


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_feedparser_gives_back_what_the_file_says(
    real_list: Publication, documents: dict[str, Document], name: str
) -> None:
    """Every feed of the list parses without complaint and gives each field back."""
    raw = _raw(real_list)
    also = {"rso": "RSO Campaign", "business portal": "LA Business Portal"}
    also |= {"gender equity campaign": "Gender Equity", "govtech": "Government Technology"}
    paths = [path for path in documents if path.endswith(f"/{name}")]
    assert len(paths) == len(real_list.projects) + 2  # all clippings, and the archive of all
    for path in paths:
        # feedparser strips what it takes for markup; these texts have none.
        parsed = feedparser.parse(
            io.BytesIO(documents[path].body),
            response_headers={"content-type": documents[path].content_type},
        )
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert any(
            link.rel == "self" and link.href == f"https://feeds.example.org{path}"
            for link in parsed.feed.links
        )
        for entry in parsed.entries:
            said = raw[entry.id]
            own_page = f"https://feeds.example.org/clippings/{said['id']}/"
            assert entry.title == said["title"]
            assert entry.link == said.get("url", own_page)
            source = said.get("source")
            assert entry.get("author") == (source and _named(source, also))
            added = datetime.fromisoformat(said["added"])
            assert timegm(entry.published_parsed) == added.timestamp()
            assert timegm(entry.updated_parsed) == added.timestamp()
            # A description of RSS is HTML, and feedparser gives it back as HTML.
            summary = html.unescape(entry.summary) if name == "rss.xml" else entry.summary
            assert summary == said["summary"]
            titles = [project.title for project in real_list.projects]
            labels = [tag.label or tag.term for tag in entry.get("tags", [])]
            wanted = [_named(each, also) for each in said.get("projects", [])]
            assert [label.casefold() for label in labels] == [each.casefold() for each in wanted]
            assert set(labels) <= set(titles)


def _named(name: str, also: dict[str, str]) -> str:
    names = also | {"socal tech": "SoCal Tech", "data science": "Data Science"}
    return names.get(name.casefold(), name)


def test_atom_feeds_fit_the_schema(documents: dict[str, Document]) -> None:
    """Every Atom feed of the list is valid by the schema of RFC 4287."""
    for path, document in documents.items():
        if path.endswith("/atom.xml"):
            _SCHEMA.assertValid(support.parse(document.body))


def test_every_address_is_absolute_and_public(documents: dict[str, Document]) -> None:
    """Each link of a feed is an http address, and those of our own lead to a document."""
    for path, document in documents.items():
        if not path.endswith(".xml"):
            continue
        root = support.parse(document.body)
        links = root.xpath("//@href | //link/text() | //@xmlUrl | //@htmlUrl")
        assert links
        for link in map(str, links):
            assert link.startswith(("http://", "https://"))
            if link.startswith("https://feeds.example.org/"):
                assert link.removeprefix("https://feeds.example.org") in documents


def test_entries_are_dated_as_the_file_says(real_list: Publication) -> None:
    """An entry's instant is `added`, whatever the date of its article."""
    by_id = {identity.entry_id(real_list.tag, each.id): each for each in real_list.clippings}
    for entry in feed.build(real_list, support.NOW)[0].entries:
        added = by_id[entry.id].added
        assert added is not None
        assert entry.published == times.due(added, real_list.timezone)
