"""Props that the tests share: small files, and feeds read back by an XML parser."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from feedpress.feeds import atom, history, rss
from feedpress.feeds import feed as feeds
from feedpress.feeds.feed import Entry, Feed
from feedpress.model import Publication
from feedpress.reading import publication_file

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
ABOUT = {
    "title": "In the media",
    "url": "https://feeds.example.org/",
    "tag": "example.org,2016",
    "home": "https://example.org/media/",
    "timezone": "America/Los_Angeles",
    "author": {"name": "Innovation Team", "email": "team@example.org"},
}


def file_text(
    clippings: Iterable[Mapping[str, Any]] = (),
    projects: Mapping[str, Any] | None = None,
    sources: Mapping[str, Any] | None = None,
    **about: Any,
) -> str:
    """Return the text of a file; texts may be any that YAML can hold."""
    sections = {
        "publication": ABOUT | about,
        "projects": projects or {},
        "sources": sources or {},
        "clippings": list(clippings),
    }
    return "".join(f"{key}: {yaml_value(value)}\n" for key, value in sections.items())


def yaml_value(value: Any) -> str:
    """Write a value in YAML's flow style, with every unusual character as an escape."""
    if isinstance(value, Mapping):
        items = (f"{yaml_value(key)}: {yaml_value(each)}" for key, each in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(yaml_value, value))}]"
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    return json.dumps(value)


def _escaped(character: str) -> str:
    if character in '"\\' or not character.isprintable() or character == "\ufeff":
        return f"\\U{ord(character):08X}"
    return character


def publication(*args: Any, **kwargs: Any) -> Publication:
    """Return the publication of a file without problems; arguments as for `file_text`."""
    text = file_text(*args, **kwargs)
    loaded, problems = publication_file.load([("clippings.yaml", text.encode())])
    assert not problems, problems
    return loaded


def atom_documents(loaded: Publication, now: datetime = NOW) -> list[bytes]:
    """Return the Atom document of every feed, the feed of all clippings first."""
    built = feeds.build(loaded, now)
    entries = atom.render_entries((*built[0].entries, *_ends(built)))
    return [atom.render(history.documents(feed)[0], entries) for feed in built]


def rss_documents(loaded: Publication, now: datetime = NOW) -> list[bytes]:
    """Return the RSS document of every feed, the feed of all clippings first."""
    built = feeds.build(loaded, now)
    items = rss.render_items((*built[0].entries, *built[0].tombstones, *_ends(built)))
    return [rss.render(history.documents(feed)[0], items) for feed in built]


def _ends(built: Iterable[Feed]) -> Iterator[Entry]:
    return (feed.ended for feed in built if feed.ended)


def parse(document: bytes) -> Any:
    """Parse XML strictly, without entities or the network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(document, parser)


def html(page: str) -> Any:
    """Parse a page leniently, for XPath."""
    return etree.HTML(page)


def text_at(element: Any, path: str) -> str | None:
    """Return the text at an XPath with the prefixes a (Atom), dc, content and media."""
    found = element.xpath(path, namespaces=NAMESPACES)
    return (found[0].text or "") if found else None


def names_of_children(element: Any) -> list[str]:
    """Return each child element's name, with a prefix if its namespace is not the parent's."""
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}
    own = etree.QName(element).namespace
    names = []
    for child in element:
        name = etree.QName(child)
        prefix = "" if name.namespace == own else f"{prefixes[name.namespace]}:"
        names.append(prefix + name.localname)
    return names


def python_path(folder: Path) -> str:
    """Return PYTHONPATH with a folder in front, for the processes that a test starts."""
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
