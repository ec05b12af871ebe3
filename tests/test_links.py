"""Every link of every page of the real list leads somewhere, and every feed can be found."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin

import feedparser
import html5lib
import pytest
import trafilatura.feeds
from werkzeug.test import Client

import support
from feedpress import snapshot
from feedpress.reading import publication_file
from feedpress.serving import app
from servers import SERVE, starting

_LIST = Path(__file__).parent.parent / "clippings.yaml"
_BASE = "https://feeds.example.org/"
_FEEDS = ("application/atom+xml", "application/rss+xml", "application/feed+json")
#: Documents that no page leads to: they are asked for by name, or named by what is no page.
_UNLINKED = re.compile(
    r"/clippings\.schema\.json|/robots\.txt|/feed\.css"
    r"|/embed\.(js|css)|/(projects/[^/]+/)?embed/|/(projects/[^/]+/)?archive/\d+/[^/]+"
)


class _Link(NamedTuple):
    """A link, the page that it is on, and what it is for."""

    page: str
    address: str
    rel: str
    media_type: str
    title: str


class _Page(NamedTuple):
    """What an address of ours answers, with what is on it where it is a page."""

    status: int
    media_type: str
    body: bytes
    links: tuple[_Link, ...]
    ids: frozenset[str]


def _client() -> Client:
    loaded, _ = publication_file.load([(_LIST.name, _LIST.read_bytes())])
    assert loaded.url == _BASE
    built = snapshot.build(loaded, support.NOW)
    return Client(app.build_app(lambda: built, lambda: support.NOW))


def _links(page: str, elements: list[Any]) -> Iterator[_Link]:
    for element in elements:
        addresses = [element.get(name) for name in ("href", "src", "action", "data-index")]
        if element.tag == "meta" and element.get("property") in ("og:url", "og:image"):
            addresses.append(element.get("content"))
        for address in filter(None, addresses):
            rel, kind = element.get("rel", ""), element.get("type", "")
            yield _Link(page, urljoin(page, address), rel, kind, element.get("title", ""))


@cache
def _crawl() -> Mapping[str, _Page]:
    """Follow every link of ours from the front page on; give what was found, by address."""
    client, found, waiting = _client(), dict[str, _Page](), [_BASE]
    while waiting:
        address = waiting.pop()
        if address in found or not address.startswith(_BASE):
            continue
        answer = client.get("/" + address.removeprefix(_BASE))
        elements = []
        if answer.mimetype == "text/html":
            parser = html5lib.HTMLParser(namespaceHTMLElements=False)
            elements = list(parser.parse(answer.data, transport_encoding="utf-8").iter())
        links = tuple(_links(address, elements))
        ids = frozenset(each.get("id", "") for each in elements)
        found[address] = _Page(answer.status_code, answer.mimetype or "", answer.data, links, ids)
        waiting += [urldefrag(link.address).url for link in links]
    return found


def _autodiscovery() -> list[_Link]:
    return [
        link
        for page in _crawl().values()
        for link in page.links
        if link.rel == "alternate" and link.media_type in _FEEDS
    ]


def test_every_link_leads_somewhere() -> None:
    """What a page of ours links to of ours is there, with the fragment that it names."""
    found = _crawl()
    assert len(found) > 30
    for page in found.values():
        for link in page.links:
            if not link.address.startswith(_BASE):
                assert urljoin(link.address, "/") != "/", link
                continue
            address, fragment = urldefrag(link.address)
            assert found[address].status == 200, link
            assert not fragment or fragment in found[address].ids, link


def test_every_document_can_be_reached() -> None:
    """From the front page links lead to all that is served and is for people or for readers."""
    loaded, _ = publication_file.load([(_LIST.name, _LIST.read_bytes())])
    served = snapshot.build(loaded, support.NOW).documents
    reached = {f"/{address.removeprefix(_BASE)}" for address in _crawl()}
    assert {path for path in served if not _UNLINKED.fullmatch(path)} <= reached


def test_clippings_without_an_article_can_be_reached() -> None:
    """A clipping's own page is where its title leads when the article has no address."""
    loaded, _ = publication_file.load([(_LIST.name, _LIST.read_bytes())])
    own = {f"{_BASE}clippings/{each.slug}/" for each in loaded.clippings if not each.url}
    assert len(own) == 22
    assert own <= {*_crawl()}


def test_pages_are_what_search_engines_are_told() -> None:
    """A canonical link, where there is one, names the page itself by its public address."""
    for address, page in _crawl().items():
        assert {link.address for link in page.links if link.rel == "canonical"} <= {address}


def test_every_feed_named_by_autodiscovery_is_one() -> None:
    """It is there, is of the type that the link says, has its title, and names itself so."""
    links = _autodiscovery()
    assert {link.media_type for link in links} >= set(_FEEDS[:2])
    for link in {link.address: link for link in links}.values():
        served = _crawl()[link.address]
        assert (served.status, served.media_type) == (200, link.media_type)
        title, own = _read(served)
        assert link.title.startswith(title)
        assert own == link.address


def _read(served: _Page) -> tuple[str, str]:
    """Return a feed's title and the address that it says it has."""
    if served.media_type.endswith("json"):
        feed = json.loads(served.body)
        return feed["title"], feed["feed_url"]
    parsed = feedparser.parse(io.BytesIO(served.body))
    assert not parsed.bozo
    (own,) = (link.href for link in parsed.feed.links if link.rel == "self")
    return parsed.feed.title, own


@pytest.mark.parametrize("path", ["", "projects/data-science/"])
def test_every_page_names_its_own_feed_first(path: str) -> None:
    """Readers that ask no question take the first: a project's on its page, else all."""
    (first, *_) = [link for link in _autodiscovery() if link.page == _BASE + path]
    assert first.address == f"{_BASE}{path}atom.xml"


@pytest.mark.slow
def test_feed_finder_finds_the_feeds_of_a_page(tmp_path: Path) -> None:
    """trafilatura, given a page of a running server, finds that page's own feeds."""
    (tmp_path / _LIST.name).write_bytes(_LIST.read_bytes())
    with starting(tmp_path) as start:
        server = start(*SERVE, "--url", "http://127.0.0.1:PORT/")
        front = f"http://127.0.0.1:{server.port}/"
        for page in (front, f"{front}projects/data-science/"):
            text = server.get("/" + page.removeprefix(front))[1].decode()
            about = trafilatura.feeds.FeedParameters(front.rstrip("/"), "127.0.0.1", page)
            found = trafilatura.feeds.determine_feed(text, about)
            assert {f"{page}atom.xml", f"{page}rss.xml"} <= {*found}
