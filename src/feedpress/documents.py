"""Document: the bytes of one path in every coding; Documents: all of them, by path.

Those that nobody polls, of which there may be many, are made when they are asked for, each time:
the same bytes whenever that is. Nothing is decided here of what they hold.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field, replace
from enum import Enum, auto

from feedpress import addresses, codings
from feedpress.feeds.delta import Polled

#: The name of the bytes as they are (RFC 9110 §8.4.1).
IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document (RFC 8288 §3)."""

    href: str
    rel: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Give it as a Link field has it; addresses are URIs, which need no quotation."""
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


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one path, and what is said of them."""

    body: bytes
    media_type: str
    #: 200, or 410 where there was something once (RFC 9110 §15.5.11).
    status: int = 200
    links: tuple[Link, ...] = ()
    policy: Policy = Policy.FEED
    #: What it is made of, if it is a subscription document.
    polled: Polled | None = field(default=None, compare=False, repr=False)
    #: A hash of the body, whatever the coding.
    etag: str = field(init=False)
    #: The body in every coding that there is of it, the body itself included.
    codings: Mapping[str, bytes] = field(init=False, compare=False, repr=False)
    #: What may have the same body, so that it need not be coded again.
    like: InitVar["Document | None"] = None

    def __post_init__(self, like: "Document | None") -> None:
        """Work out the hash and the codings."""
        if like and like.body == self.body:
            object.__setattr__(self, "etag", like.etag)
            object.__setattr__(self, "codings", like.codings)
            return
        object.__setattr__(self, "etag", hashlib.sha256(self.body).hexdigest()[:16])
        object.__setattr__(self, "codings", {**codings.encode(self.body), IDENTITY: self.body})

    @property
    def content_type(self) -> str:
        """The Content-Type field; all text is in UTF-8."""
        is_text = addresses.is_text(self.media_type)
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type

    def made_of(self, polled: Polled | None) -> "Document":
        """Give the same document, which is known to be made of something else.

        So that nothing of an older snapshot stays because a document of it does.
        """
        return replace(self, polled=polled, like=self)

    def tag(self, coding: str) -> str:
        """Give the entity tag of a coding (RFC 9110 §8.8.3), with its quotation marks."""
        return f'"{self.etag}"' if coding == IDENTITY else f'"{self.etag}-{coding}"'


Maker = Callable[[], Document]


class Documents(Mapping[str, Document]):
    """Documents by path: those in `ready`, and others that are made when they are asked for.

    What `unlisted` finds is there, too, but no iteration comes to it: there may be any number.
    """

    def __init__(
        self,
        ready: Mapping[str, Document],
        makers: Mapping[str, Maker],
        unlisted: Callable[[str], Maker | None] = lambda _: None,
    ) -> None:
        self.ready = ready
        self._makers = makers
        self._unlisted = unlisted

    def __getitem__(self, path: str) -> Document:
        if path in self.ready:
            return self.ready[path]
        make = self._makers.get(path) or self._unlisted(path)
        if make is None:
            raise KeyError(path)
        return make()

    def __contains__(self, path: object) -> bool:
        return (
            path in self.ready
            or path in self._makers
            or (isinstance(path, str) and self._unlisted(path) is not None)
        )

    def __iter__(self) -> Iterator[str]:
        yield from self.ready
        yield from self._makers

    def __len__(self) -> int:
        return len(self.ready) + len(self._makers)
