"""HTML to the plain text that it shows, with blank lines between its paragraphs."""

import re
from typing import Any

from lxml import etree

_LONGEST_HTML = 200_000  # characters that are looked at
_HIDDEN = frozenset({"script", "style", "template", "title", "head"})
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    )
)


def of_html(html: str) -> str:
    """Return the text that a browser would show; entities are decoded once."""
    collector: Any = _Text()  # lxml-stubs want the methods that we can do without
    parser = etree.HTMLParser(target=collector, encoding="utf-8", huge_tree=True)
    shown = html[:_LONGEST_HTML].encode("utf-8", "replace").replace(b"\0", b"")
    if not shown.strip():
        return ""
    text: Any = etree.HTML(shown, parser)
    return str(text)


def shortened(text: str, longest: int) -> str:
    """Return a text, or where it is too long its beginning, up to a paragraph's or a word's end."""
    if len(text) <= longest:
        return text
    start = text[:longest]
    whole = start.rpartition("\n\n")[0]
    if len(whole) * 2 > longest:
        return f"{whole}\n\n…"
    return f"{start.rpartition(' ')[0] or start} …"


class _Text:
    """Collects what lxml finds."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._hidden = 0

    def start(self, name: str, _attributes: object) -> None:
        if name in _HIDDEN:
            self._hidden += 1
        self._parts.append("\n\n" if name in _BLOCKS else "\n" if name == "br" else "")

    def end(self, name: str) -> None:
        if name in _HIDDEN:
            self._hidden -= 1
        self._parts.append("\n\n" if name in _BLOCKS else "")

    def data(self, text: str) -> None:
        if not self._hidden:
            self._parts.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def close(self) -> str:
        lines = (line.strip(" ") for line in "".join(self._parts).split("\n"))
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
        self._parts.clear()
        return text.strip()
