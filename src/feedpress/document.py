"""Document: the bytes of one path in every coding; Documents: all of them, by path."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from feedpress import compression, urls

#: The name of the bytes as they are (RFC 9110 §8.4.1).
IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document (RFC 8288 §3)."""

    href: str
    rel: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Return it as in a Link field; addresses are URIs, which need no quoting."""
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.href}>; rel="{self.rel}"{kind}'


class Policy(Enum):
    """What a browser that shows a document may do (Content Security Policy)."""

    #: Have its style sheet.
    FEED = auto()
    #: And a script and pictures of ours.
    PAGE = auto()
    #: And stand in a page of anybody.
    EMBED = auto()


@dataclass(frozen=True)
class Document:
    """The bytes of one path, and what is said of them."""

    body: bytes
    media_type: str
    #: 200, or 410 if something was there once (RFC 9110 §15.5.11).
    status: int = 200
    links: tuple[Link, ...] = ()
    policy: Policy = Policy.FEED

    @cached_property
    def etag(self) -> str:
        """A hash of the body, whatever the coding."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def codings(self) -> Mapping[str, bytes]:
        """The body in every coding, including the body itself."""
        return {**compression.encode(self.body), IDENTITY: self.body}

    def encoded(self, like: "Document | None" = None) -> "Document":
        """Return the document with its codings, taken from one with the same body if possible."""
        if like and like.body == self.body:
            self.__dict__.update(etag=like.etag, codings=like.codings)
        else:
            _ = self.etag, self.codings
        return self

    @property
    def content_type(self) -> str:
        """The Content-Type field; all text is in UTF-8."""
        is_text = urls.is_text(self.media_type)
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type

    def tag(self, coding: str) -> str:
        """Return the entity tag of a coding (RFC 9110 §8.8.3), with its quotation marks."""
        return f'"{self.etag}"' if coding == IDENTITY else f'"{self.etag}-{coding}"'


Maker = Callable[[], Document]


class Documents(Mapping[str, Document]):
    """Documents by path: those in `ready`, and others that are built when somebody asks for them.

    Those give the same bytes each time. They are not kept here.
    """

    def __init__(self, ready: Mapping[str, Document], makers: Mapping[str, Maker]) -> None:
        self.ready = ready
        self._makers = makers

    def __getitem__(self, path: str) -> Document:
        document = self.ready.get(path)
        return document if document else self._makers[path]()

    def __contains__(self, path: object) -> bool:
        return path in self.ready or path in self._makers

    def __iter__(self) -> Iterator[str]:
        yield from self.ready
        yield from self._makers

    def __len__(self) -> int:
        return len(self.ready) + len(self._makers)
