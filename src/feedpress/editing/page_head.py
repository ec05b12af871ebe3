"""What stands in a page's markup: its metas, links and blocks of JSON-LD, as they are written.

Pages are anybody's: nothing here takes the square of a page's length, and nothing raises.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

# How far a charset may stand from the beginning of a page (HTML §4.2.5.4 says 1024 bytes).
_CHARSET_WITHIN = 4096
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.I
)
# Codecs of Python's that are encodings of pages; others cost time or do something else.
_OF_PAGES = re.compile(
    r"utf-8|cp(?:125\d|874|932|949|950)|iso8859-\d+|koi8-[ru]|mac-roman|shift_jis|euc_(?:jp|kr)"
    r"|gb(?:k|18030)|big5"
)
# What browsers take these labels for (https://encoding.spec.whatwg.org/#names-and-labels).
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_NODES = 5_000
_LONGEST_BLOCK = 500_000  # characters
# Wrapped around JSON-LD by those who thought of old browsers.
_WRAPPING = re.compile(r"\A\s*(?://)?\s*(?:<!--|<!\[CDATA\[|/\*[^*]*\*/)|(?:-->|\]\]>)\s*\Z|;\s*\Z")
#: Keys of a JSON-LD node under which the article or its page may hide.
_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "isPartOf")


@dataclass(frozen=True, slots=True)
class PageHead:
    """What a page's markup holds."""

    #: The first of each name, in small letters.
    metas: dict[str, str] = field(default_factory=dict)
    #: The nodes of all JSON-LD that could be read.
    nodes: tuple[dict[str, Any], ...] = ()
    canonical: str | None = None
    language: str | None = None
    title: str = ""
    #: The page without its scripts.
    markup: str = ""
    #: How many blocks of JSON-LD are damaged.
    damaged: int = 0


def parse_head(data: bytes, charset: str | None) -> PageHead:
    """Take apart a page; `charset` is what its server says."""
    tree = _tree(decoded(data, charset))
    if tree is None:
        return PageHead()
    blocks = [_json(each) for each in _blocks(tree)]
    etree.strip_elements(tree, "script", "style", "template", etree.Comment, with_tail=False)
    title = tree.find(".//title")
    return PageHead(
        metas=_metas(tree),
        nodes=tuple(_nodes(blocks)),
        canonical=_canonical(tree),
        language=tree.get("lang") or tree.get("xml:lang"),
        title="" if title is None else " ".join(title.text_content().split()),
        markup=html.tostring(tree, encoding="unicode"),
        damaged=blocks.count(None),
    )


def decoded(data: bytes, charset: str | None) -> str:
    """Return a page's text, by what it begins with, what its server says, what it says itself."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace").lstrip("\ufeff")
    found = _CHARSET.search(data, 0, _CHARSET_WITHIN)
    told = found[1].decode("ascii", "replace") if found else None
    for encoding in (_encoding(charset), _encoding(told), "utf-8"):
        if encoding and (strict := _strictly(data, encoding)) is not None:
            return strict
    # Neither is what it says. A stray byte in UTF-8 is commoner than words that look like it.
    text = data.decode("utf-8", "replace")
    foreign = sum(not character.isascii() for character in text)
    return text if text.count("\ufffd") * 2 < foreign else data.decode("cp1252", "replace")


def _strictly(data: bytes, name: str) -> str | None:
    try:
        # What was cut may end within a character.
        return codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError:
        return None


def _encoding(label: str | None) -> str | None:
    try:
        name = codecs.lookup(label or "").name
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(name, name)
    return name if _OF_PAGES.fullmatch(name) else None


def _tree(text: str) -> Any:
    parser = html.HTMLParser(encoding="utf-8")
    try:
        return html.document_fromstring(text.replace("\0", "").encode(), parser=parser)
    except etree.LxmlError:
        return None


def _metas(tree: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for each in tree.iter("meta"):
        content = each.get("content", "")
        names = (each.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        for name in filter(None, names):
            if content.strip():
                metas.setdefault(name.strip().casefold(), content)
    for each in tree.iter("time"):
        if each.get("itemprop", "").casefold() == "datepublished":
            metas.setdefault("datepublished", each.get("datetime", ""))
    return metas


def _canonical(tree: Any) -> str | None:
    for each in tree.iter("link"):
        if "canonical" in each.get("rel", "").casefold().split() and each.get("href"):
            return str(each.get("href"))
    return None


def _blocks(tree: Any) -> Iterator[str]:
    for each in tree.iter("script"):
        media_type = each.get("type", "").partition(";")[0].strip().casefold()
        if media_type == "application/ld+json" and (text := each.text_content()).strip():
            yield text


def _json(text: str) -> Any:
    """Read a block of JSON-LD; None where it is damaged, or longer than any honest one."""
    if len(text) > _LONGEST_BLOCK:
        return None
    try:
        return json.loads(_WRAPPING.sub("", text.strip()), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(blocks: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes that may be about the page, outer ones first, and no more than a few."""
    waiting = list(blocks)
    for number, each in enumerate(waiting):
        if number == _MOST_NODES:
            return
        if isinstance(each, list):
            waiting += each[:_MOST_NODES]
        elif isinstance(each, dict):
            yield each
            waiting += (each[key] for key in _INNER if key in each)
