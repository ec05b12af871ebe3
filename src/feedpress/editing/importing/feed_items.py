"""An RSS or Atom feed, in any of their forms, to the items that it has.

The only module that imports feedparser, which is an optional extra. It is told neither to clean
HTML nor to resolve addresses in it, for nothing of the HTML is kept but its text.
"""

import calendar
import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser

from feedpress import identity, times, urls
from feedpress.editing.importing import html_text, xml_scan
from feedpress.editing.importing.items import (
    MAX_BYTES,
    FeedInfo,
    Found,
    Identity,
    Item,
    ProjectRef,
    Refused,
    in_one_line,
    several,
)
from feedpress.editing.yaml_writing import Value
from feedpress.reading import values
from feedpress.reading.problems import quoted

# What is not well-formed takes feedparser the square of its length.
_MAX_BROKEN_BYTES = 1024 * 1024
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")
_LONGEST_SUMMARY = 2_000
_LONGEST_EXCERPT = 600  # of an article that stands in the feed as a whole


def read_feed(data: bytes, address: str | None = None) -> Found:
    """Read a feed; `address` is where it came from, for links that are relative to it.

    Raises Refused where it is no feed, or might do harm.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"the feed has more than {MAX_BYTES:,} bytes")
    data = _in_utf8(data).strip()
    ids = xml_scan.ids(data)
    if ids is None and len(data) > _MAX_BROKEN_BYTES:
        raise Refused("the feed is not well-formed XML, and too large to be guessed at")
    headers = {"content-location": address} if address else None
    try:
        parsed = feedparser.parse(
            _Stream(data),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # whatever it stumbles over
        raise Refused(f"the feed is too broken to be read: {error}") from error
    if not parsed.version and not parsed.entries:
        raise Refused("this is no feed; give the address or the file of an RSS or Atom feed")
    return _Reader(parsed, ids, address).found()


def _in_utf8(data: bytes) -> bytes:
    """Return a feed that is in UTF-16 in UTF-8, for feedparser knows that only by HTTP's fields."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    text = data.decode("utf-16", "replace")
    return _DECLARED.sub("", text, count=1).encode("utf-8", "replace")


class _Stream:
    """The bytes of a feed; feedparser would take them for the name of a file."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data


class _Reader:
    def __init__(
        self, parsed: Any, ids: tuple[str | None, ...] | None, address: str | None
    ) -> None:
        self._feed = parsed.feed
        self._entries = parsed.entries
        self._is_atom = parsed.version.startswith("atom")
        self._ids = ids if ids and len(ids) == len(parsed.entries) else None
        self._base = address or ""
        self._notes: list[str] = []
        if ids is None:
            self._notes.append("the feed is not well-formed XML; look whether all of it is there")
        self._head = self._read_head()
        self._base = self._base or self._head.home or ""
        self._is_ours = in_one_line(_text(self._feed, "generator")) == "feedpress"
        self._date = _instant(self._feed)
        self._undated = 0
        self._cut = 0

    def found(self) -> Found:
        items = tuple(self._item(number, each) for number, each in enumerate(self._entries))
        if self._undated and self._date:
            date = times.to_rfc3339(self._date)
            entries = several(self._undated, "entry", "entries")
            self._notes.append(f"{entries} without a date got the feed's own, {date}, as added")
        if self._cut:
            summaries = several(self._cut, "summary", "summaries")
            self._notes.append(f"{summaries} cut short, with … at the end")
        return Found(self._head, items, tuple(self._notes), is_feed=True)

    def _read_head(self) -> FeedInfo:
        feed = self._feed
        return FeedInfo(
            title=in_one_line(_title(feed, "title"), 500) or None,
            subtitle=in_one_line(_title(feed, "subtitle"), 500) or None,
            home=self._address("the feed", "home page", _alternate(feed, self._is_atom)),
            language=_language(_text(feed, "language")),
            rights=in_one_line(_title(feed, "rights"), 500) or None,
            author=in_one_line(_text(feed.get("author_detail") or {}, "name"), 100) or None,
            id=_text(feed, "id").strip() or None,
        )

    def _item(self, number: int, entry: Any) -> Item:
        name = f"entry {number + 1}"
        title = _title(entry, "title")
        link = self._address(name, "address", _alternate(entry, self._is_atom))
        entry_id, kind = self._identity(entry, number, link)
        keys: dict[str, Value | None] = {
            "title": title,
            "id": entry_id,
            **self._dates(entry),
            "url": link,
            "source": in_one_line(_text(entry.get("source") or {}, "title")),
            "summary": self._summary(entry, title),
            "image": self._image(name, entry),
            "language": self._own_language(entry),
        }
        projects = tuple(_wishes(entry))
        reason = None if title else "it has no title; add title:"
        if reason is None and not keys["added"]:
            reason = _why_undated(entry)
        return Item(name, {k: v for k, v in keys.items() if v}, projects, kind, reason)

    def _identity(self, entry: Any, number: int, link: str | None) -> tuple[str | None, Identity]:
        typed = self._ids[number] if self._ids else _text(entry, "id").strip()
        if typed:
            if identity.is_uri(typed):
                return typed, Identity.KEPT
            # As it is part of the id that subscribers will see, it is at least known again.
            is_local = identity.LOCAL_ID.fullmatch(typed) and len(typed) <= values.MAX_LOCAL_ID
            return (typed if is_local else None), Identity.NEW
        if link and identity.is_uri(link):
            return link, Identity.LINK
        return None, Identity.NEW

    def _dates(self, entry: Any) -> dict[str, Value | None]:
        added = _instant(entry)
        if added is None and self._date and not _date_texts(entry):
            # One second apart, so that their order stays.
            added = self._date - timedelta(seconds=self._undated)
            self._undated += 1
        updated = _parsed(entry, "updated_parsed")
        is_later = added is not None and updated is not None and updated > added
        return {
            "added": times.to_rfc3339(added) if added else None,
            "updated": times.to_rfc3339(updated) if updated and is_later else None,
        }

    def _summary(self, entry: Any, title: str) -> str:
        detail = entry.get("summary_detail")
        longest = _LONGEST_SUMMARY
        if not detail:
            contents = entry.get("content") or []
            detail = contents[0] if contents and not self._is_ours else {}
            longest = _LONGEST_EXCERPT
        text = _plain(detail)
        short = html_text.shortened(text, longest)
        self._cut += short != text
        return "" if short == title else short

    def _image(self, name: str, entry: Any) -> Mapping[str, str] | None:
        url = next(_pictures(entry), None)
        good = self._address(name, "picture", url) if url else None
        return {"url": good} if good else None

    def _own_language(self, entry: Any) -> str | None:
        language = _language(_text(entry.get("title_detail") or {}, "language"))
        return language if language != self._head.language else None

    def _address(self, name: str, what: str, typed: str | None) -> str | None:
        if not typed:
            return None
        try:
            return urls.to_uri(urljoin(self._base, typed.strip()))
        except ValueError as error:
            self._notes.append(f"{name}: its {what} {quoted(typed)} was left out: {error}")
            return None


def _alternate(part: Any, is_atom: bool) -> str | None:
    if not is_atom:
        # feedparser takes an RSS guid for a link, too, though it may be no web address.
        link = _text(part, "link")
        return None if link.startswith(("urn:", "tag:")) else link or None
    # feedparser takes an id for a link where there is none.
    links = part.get("links") or []
    return next((_text(each, "href") for each in links if each.get("rel") == "alternate"), None)


def _text(part: Any, key: str) -> str:
    value = dict.get(part, key)
    # Half a character, as only a feed that is not well-formed can have it, can't be written.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _plain(detail: Any) -> str:
    text = _text(detail, "value")
    return text.strip() if detail.get("type") == "text/plain" else html_text.of_html(text)


def _title(part: Any, key: str) -> str:
    detail = part.get(f"{key}_detail") or {"type": "text/plain", "value": _text(part, key)}
    text = _plain(detail)
    return text if detail.get("type") == "text/plain" else in_one_line(text)


def _language(typed: str) -> str | None:
    try:
        return values.language(typed)
    except values.BadValue:
        return None


def _instant(part: Any) -> datetime | None:
    """Return the date that readers show: when it came out, else when it changed."""
    found = (_parsed(part, key) for key in ("published_parsed", "updated_parsed", "created_parsed"))
    return next(filter(None, found), None)


def _parsed(part: Any, key: str) -> datetime | None:
    time = dict.get(part, key)
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(time), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _date_texts(entry: Any) -> list[str]:
    return [text for key in ("published", "updated", "created") if (text := _text(entry, key))]


def _why_undated(entry: Any) -> str:
    fix = "add added: with the day on which subscribers saw it first"
    if texts := _date_texts(entry):
        return f"its date {quoted(texts[0])} can't be read; {fix}"
    return f"it has no date; {fix}"


def _pictures(entry: Any) -> Iterator[str]:
    for each in (*(entry.get("media_content") or ()), *(entry.get("enclosures") or ())):
        kind = _text(each, "type").lower()
        if each.get("medium") == "image" or kind.startswith("image/"):
            yield _text(each, "url") or _text(each, "href")
    for each in entry.get("media_thumbnail") or ():
        yield _text(each, "url")


def _wishes(entry: Any) -> Iterator[ProjectRef]:
    for tag in entry.get("tags") or ():
        term, label = (in_one_line(_text(tag, key)) for key in ("term", "label"))
        if title := label or term:
            yield ProjectRef(title, term if label and _is_slug(term) else None)


def _is_slug(term: str) -> bool:
    return identity.LOCAL_ID.fullmatch(term) is not None and len(term) <= values.MAX_LOCAL_ID
