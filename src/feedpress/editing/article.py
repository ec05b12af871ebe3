"""What a page says of the article on it, and where it says so.

First comes what publishers write for machines: JSON-LD, Open Graph, other metas. What is missing
then, trafilatura looks for in the text. It does not get to see JSON-LD: what it does with a
damaged block takes the square of its length. The clock is an argument.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate
from typing import Any
from urllib.parse import urljoin, urlsplit

from trafilatura.metadata import extract_metadata

from feedpress.editing import page_head, plain_text
from feedpress.editing.page_head import PageHead
from feedpress.editing.tracking import without_tracking
from feedpress.reading import values

JSON_LD, OPEN_GRAPH, META = "JSON-LD", "Open Graph", "meta"
TITLE_LINE, TEXT, ADDRESS = "the page's <title>", "the page's text", "the page's address"

_LONGEST_TYPED = 20_000  # characters that are looked at
_LONGEST_TEXT = 100_000  # characters of markup that the library searches
_Names = dict[str, tuple[str, ...]]  # by a clipping's key
_OPEN_GRAPH: _Names = {
    "title": ("og:title",),
    "source": ("og:site_name",),
    "published": ("article:published_time", "og:article:published_time", "og:published_time"),
    "summary": ("og:description",),
    "image": ("og:image:secure_url", "og:image", "og:image:url"),
    "language": ("og:locale",),
    "url": ("og:url",),
}
_META: _Names = {
    "title": (
        "citation_title", "dcterms.title", "dc.title", "parsely-title", "sailthru.title",
        "headline", "twitter:title",
    ),
    "source": (
        "citation_journal_title", "dcterms.publisher", "dc.publisher", "publisher",
        "application-name",
    ),
    "published": (
        "citation_publication_date", "citation_date", "dcterms.issued", "dc.date.issued",
        "dcterms.created", "dcterms.date", "dc.date", "parsely-pub-date", "sailthru.date",
        "datepublished", "publish-date", "publication_date", "pubdate", "date",
    ),
    "summary": (
        "description", "dcterms.description", "dc.description", "sailthru.description",
        "twitter:description",
    ),
    "image": ("twitter:image", "twitter:image:src", "image"),
    "language": ("dcterms.language", "dc.language", "content-language"),
}  # fmt: skip
# What a node of JSON-LD calls it.
_OF_ARTICLE: _Names = {
    "title": ("headline", "name"),
    "source": ("publisher",),
    "published": ("datePublished",),
    "summary": ("description",),
    "image": ("image", "thumbnailUrl"),
    "language": ("inLanguage",),
    "url": ("url", "mainEntityOfPage"),
}
_OF_PAGE = _OF_ARTICLE | {"image": ("primaryImageOfPage",), "url": ("url",)}
_OF_SITE: _Names = {"source": ("name",), "language": ("inLanguage",)}
_ARTICLES = re.compile(r"\w*Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report|Review")
_PAGES = re.compile(r"(?!Collection|Search)\w*WebPage|ItemPage")
_SITES = re.compile(r"WebSite|NewsMediaOrganization")
# What a JSON-LD value that is a node stands for, by key.
_FACES: _Names = {
    "image": ("url", "contentUrl"),
    "language": ("alternateName", "name"),
    "url": ("@id",),
}

_DAY = re.compile(r"(\d{4})([-/.]?)(\d\d?)\2(\d\d?)(?!\d)")
_DAY_IN_ADDRESS = re.compile(r"(?<!\d)(\d{4})[-/]?(\d\d?)[-/]?(\d\d?)(?!\d)")
_SITE_BEHIND = re.compile(r"[ ][|–—·•«»:-][ ]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a page says, and where."""

    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that a page says and that no clipping can hold."""

    key: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says of its article, by the keys of a clipping; the picture's text is `alt`."""

    found: dict[str, Finding]
    misfits: tuple[Misfit, ...] = ()
    #: How many blocks of JSON-LD are damaged, and were passed over.
    damaged: int = 0


def read_article(data: bytes, charset: str | None, address: str, now: datetime) -> Article:
    """Read a page that was found at an address; `charset` is what its server says."""
    head = page_head.parse_head(data, charset)
    reader = _Reader(head, address)
    for key in ("source", "title", "published", "summary", "language", "image"):
        reader.choose(key)
    if head.markup and not {"title", "published"} <= reader.found.keys():
        reader.search_text(now)
    reader.finish()
    return Article(reader.found, tuple(reader.misfits), head.damaged)


class _Reader:
    def __init__(self, head: PageHead, address: str) -> None:
        self.found: dict[str, Finding] = {}
        self.misfits: list[Misfit] = []
        self._head = head
        self._address = address
        self._by_id = {each["@id"]: each for each in head.nodes if isinstance(each.get("@id"), str)}
        articles = [each for each in head.nodes if _is(each, _ARTICLES)]
        # A page may describe others, too, that it leads to.
        here = (each for each in articles if self._is_here(each))
        self._article = next(here, articles[0] if articles else {})
        self._page = next((each for each in head.nodes if _is(each, _PAGES)), {})
        self._sites = [each for each in head.nodes if _is(each, _SITES)]

    def choose(self, key: str) -> None:
        """Take what is stated first and fits."""
        for value, where in self._stated(key):
            try:
                fitting = self._fitted(key, value)
            except ValueError as error:
                self.misfits.append(Misfit(key, where, str(error)))
                continue
            if fitting:
                self.found[key] = Finding(fitting, where)
                return

    def search_text(self, now: datetime) -> None:
        """Have the text searched for what is missing."""
        markup = self._head.markup[:_LONGEST_TEXT]
        # An extensive search would take the year of a copyright notice for a day.
        dates = {"original_date": True, "extensive_search": False, "max_date": f"{now:%Y-%m-%d}"}
        try:
            known = extract_metadata(markup, self._address, date_config=dates)
        except Exception:  # whatever a page makes it stumble over, the clipping can do without
            return
        for key, value in (("title", known.title), ("published", known.date)):
            if value and key not in self.found and (fitting := self._fitted(key, value)):
                self.found[key] = Finding(fitting, self._where(key, fitting))

    def finish(self) -> None:
        """Take the site's name off the title, and settle the address and the picture's text."""
        if title := self.found.get("title"):
            names = {_host(self._address), self._address.split("/")[2].casefold()}
            if source := self.found.get("source"):
                names.add(source.value.casefold())
            self.found["title"] = Finding(_without_site(title.value, names), title.where)
        self.found["url"] = self._canonical()
        image = self.found.get("image")
        alt = _text(self._head.metas.get("og:image:alt", ""), plain_text.LONGEST["alt"])
        if alt and image and image.value == self._open_graph_image():
            self.found["alt"] = Finding(alt, OPEN_GRAPH)

    def _stated(self, key: str) -> Iterator[tuple[str, str]]:
        described = [(self._article, _OF_ARTICLE), (self._page, _OF_PAGE)]
        described += [(site, _OF_SITE) for site in self._sites]
        for node, names in described:
            for name in names.get(key, ()):
                if value := self._plain(node.get(name), key):
                    yield html.unescape(value[:_LONGEST_TYPED]), JSON_LD
        for where, table in ((OPEN_GRAPH, _OPEN_GRAPH), (META, _META)):
            for name in table.get(key, ()):
                if value := self._head.metas.get(name):
                    yield value, where
        if key == "language" and self._head.language:
            yield self._head.language, "the page's <html>"

    def _plain(self, value: Any, key: str) -> str | None:
        """Return the text of a JSON-LD value: itself, a node's, or that of the first of many.

        A node may only point to another one.
        """
        for _ in range(4):
            if isinstance(value, list):
                value = value[0] if value else None
            elif isinstance(value, dict):
                node = self._by_id.get(value["@id"], value) if _is_reference(value) else value
                faces = (*_FACES.get(key, ("name",)), "@value")
                value = next((node[face] for face in faces if face in node), None)
        return value if isinstance(value, str) and value.strip() else None

    def _fitted(self, key: str, value: str) -> str:
        """Return a value as a clipping can hold it. Raises ValueError."""
        value = value[:_LONGEST_TYPED]
        match key:
            case "published":
                return _day(value)
            case "language":
                return values.language(value.strip().replace("_", "-"))
            case "image" | "url":
                return values.address(urljoin(self._address, value.strip()))
            case _:
                return _text(value, plain_text.LONGEST[key])

    def _where(self, key: str, value: str) -> str:
        """Return the place of something that was found without one."""
        if key == "published":
            dates = _DAY_IN_ADDRESS.finditer(urlsplit(self._address).path)
            days = {
                f"{int(y):04}-{int(m):02}-{int(d):02}" for y, m, d in (i.groups() for i in dates)
            }
            in_meta = any(value in each for each in self._head.metas.values())
            return ADDRESS if value in days else META if in_meta else TEXT
        return TITLE_LINE if value in self._head.title else TEXT

    def _canonical(self) -> Finding:
        """Return the address that the page itself names, if it can be believed."""
        here = urlsplit(self._address)
        stated = [(self._head.canonical or "", "the page's canonical link"), *self._stated("url")]
        for value, where in stated:
            try:
                address = self._fitted("url", value) if value.strip() else ""
            except ValueError:
                continue
            there = urlsplit(address)
            # Many a site names its front page on every page.
            is_front = there.path in ("", "/") and not there.query
            if _host(address) == _host(self._address) and not (is_front and here.path[1:]):
                return Finding(without_tracking(address), where)
        return Finding(without_tracking(self._address), ADDRESS)

    def _is_here(self, node: dict[str, Any]) -> bool:
        names = (self._plain(node.get(name), "url") for name in ("url", "mainEntityOfPage", "@id"))
        paths = {_path(self._address), _path(self._head.canonical or "")}
        return any(_path(name) in paths - {"", "/"} for name in names if name)

    def _open_graph_image(self) -> str | None:
        stated = (self._head.metas.get(name) for name in _OPEN_GRAPH["image"])
        value = next(filter(None, stated), "")
        try:
            return self._fitted("image", value)
        except ValueError:
            return None


def _is(node: dict[str, Any], kinds: re.Pattern[str]) -> bool:
    types = node.get("@type")
    each_type = types if isinstance(types, list) else [types]
    names = (each.rpartition("/")[2][:60] for each in each_type if isinstance(each, str))
    return any(kinds.fullmatch(name) for name in names)


def _is_reference(node: dict[str, Any]) -> bool:
    return isinstance(node.get("@id"), str) and node.keys() <= {"@id", "@type"}


def _host(address: str) -> str:
    """Return the name of a site, the same for those who read it on the telephone."""
    host = urlsplit(address).hostname or ""
    return re.sub(r"^(?:www|m|mobile|amp)\.", "", host)


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _day(value: str) -> str:
    """Return the day, month or year of an ISO 8601 date, in the zone that it names.

    Raises ValueError.
    """
    value = value.strip()
    if found := _DAY.match(value):
        year, _, month, day = found.groups()
        typed = f"{year}-{int(month):02}-{int(day):02}"
    elif mailed := parsedate(value[:100]):
        typed = "{:04}-{:02}-{:02}".format(*mailed)
    else:
        typed = value
    values.when(typed)
    return typed


def _text(value: str, longest: int) -> str:
    return plain_text.one_line(plain_text.without_tags(value), longest)


def _without_site(title: str, names: Iterable[str]) -> str:
    """Take the name of the site off a title's end."""
    ends = [found for found in _SITE_BEHIND.finditer(title) if found.start()]
    behind = title[ends[-1].end() :] if ends else ""
    return title[: ends[-1].start()].rstrip() if behind.casefold() in names else title
