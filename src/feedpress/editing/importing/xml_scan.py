"""A first look at a feed's XML: that it can do no harm, and the ids exactly as they stand there.

Feed readers' libraries tidy ids up, and resolve them like links. For subscribers an id is the same
only if every character of it is.
"""

from typing import Any
from xml.parsers import expat

from feedpress.editing.importing.items import MAX_ITEMS, Refused

_RDF_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
_ATOM = "http://www.w3.org/2005/Atom"
_DEEPEST = 100  # elements in elements
_MOST_ATTRIBUTES = 100
_MOST_CHILDREN = 1_000  # of one entry, or of the feed besides its entries


def ids(data: bytes) -> tuple[str | None, ...] | None:
    """Return the id of each entry, or None where this is not well-formed XML.

    Raises Refused where it declares entities or is out of all proportion.
    """
    scan = _Scan()
    try:
        scan.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an unknown encoding
        # Nothing was seen behind the mistake.
        if b"<!ENTITY" in data.replace(b"\0", b"").upper():
            raise _has_entities() from None
        return None
    return None if scan.has_unknown_text else tuple(scan.ids)


class _Scan:
    def __init__(self) -> None:
        self.ids: list[str | None] = []
        #: Whether a reference stood there whose meaning is in another file.
        self.has_unknown_text = False
        self._path: list[str] = []
        self._children: list[int] = [0]
        self._text: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = _refuse_entities
        self.parser.SkippedEntityHandler = self._skip
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) == _DEEPEST:
            raise Refused(f"the feed has elements in elements, {_DEEPEST} deep; it can't be read")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise Refused(f"an element of the feed has more than {_MOST_ATTRIBUTES} attributes")
        namespace, _, local = name.rpartition(" ")
        self._text = None
        if local.lower() in ("item", "entry"):
            self.ids.append(attributes.get(_RDF_ABOUT, "").strip() or None)
            if len(self.ids) > MAX_ITEMS:
                raise Refused(f"the feed has more than {MAX_ITEMS:,} entries; divide it")
        else:
            self._count_child()
            if self._is_id(namespace, local.lower()):
                self._text = []
        self._path.append(name)
        self._children.append(0)

    def _count_child(self) -> None:
        self._children[-1] += 1
        if len(self._path) < 4 and self._children[-1] > _MOST_CHILDREN:
            raise Refused(f"a part of the feed has more than {_MOST_CHILDREN:,} elements")

    def _is_id(self, namespace: str, local: str) -> bool:
        parent_namespace, _, parent = self._path[-1].rpartition(" ") if self._path else ("", "", "")
        return (
            parent.lower() in ("item", "entry")
            and local in ("guid", "id")
            and namespace in (parent_namespace, _ATOM)
            and self.ids[-1] is None
        )

    def _take(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _name: str) -> None:
        self._path.pop()
        self._children.pop()
        if self._text is not None:
            self.ids[-1] = "".join(self._text).strip() or None
            self._text = None

    def _skip(self, _name: str, _is_parameter: bool) -> None:
        self.has_unknown_text = True


def _refuse_entities(*_declared: Any) -> None:
    raise _has_entities()


def _has_entities() -> Refused:
    fix = "ask whoever makes it for one without <!ENTITY"
    return Refused(f"the feed declares entities of its own, which could be a trap; {fix}")
