"""What a host has to know of an export, whatever the host: headers, redirects, what is gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from feedpress import urls
from feedpress.document import Policy
from feedpress.serving import responses
from feedpress.serving.responses import Headers
from feedpress.snapshot import Snapshot

MADE = "# Made by feedpress build, which makes it anew each time."

#: Stands for the number of an archive document, which a host fills in.
NUMBER = "\0"


@dataclass(frozen=True, slots=True)
class Rule:
    """The headers of a file, or of all archive documents of a feed."""

    path: str
    content_type: str
    headers: Headers
    #: Whether a browser that shows it by itself is to take it for XML.
    is_styled: bool = False

    @property
    def is_archive(self) -> bool:
        """Whether it is of many files, told apart by their number."""
        return NUMBER in self.path

    @property
    def pattern(self) -> str:
        """A regular expression for the path, whose first group is the number."""
        parts = (re.escape(part).replace("\\-", "-") for part in self.path.split(NUMBER))
        return f"^{'([0-9]+)'.join(parts)}$"

    @property
    def link(self) -> str | None:
        """The Link field, if it is a feed."""
        return dict(self.headers).get("Link")


def rules(snapshot: Snapshot, now: datetime) -> Iterator[Rule]:
    """Yield what there is of each file that is no page: those have all the same."""
    documents = snapshot.documents
    for path in documents:
        if path.endswith("/") or path in snapshot.gone or urls.is_archive(path):
            continue
        document = documents[path]
        is_styled = document.media_type in urls.STYLED
        shared = _of_file(snapshot, now, document.policy, is_styled=is_styled)
        yield Rule(
            path, document.content_type, (*shared, *responses.link_field(document)), is_styled
        )
        folder, _, name = path.rpartition("/")
        if (first := f"{folder}/archive/1/{name}") in documents:
            numbered = (
                (field, value.replace("/archive/1/", f"/archive/{NUMBER}/", 1))
                for field, value in responses.link_field(documents[first])
            )
            there = f"{folder}/archive/{NUMBER}/{name}"
            yield Rule(there, document.content_type, (*shared, *numbered), is_styled)


def of_pages(snapshot: Snapshot, now: datetime, policy: Policy = Policy.PAGE) -> Headers:
    """Return the headers of a page but its type."""
    return _of_file(snapshot, now, policy)


def of_answers(snapshot: Snapshot, now: datetime, policy: Policy = Policy.FEED) -> Headers:
    """Return the headers of every answer, be there a file or not."""
    cache_control = ("Cache-Control", responses.cache_control(snapshot, now))
    return (*responses.everywhere(policy), cache_control)


def _of_file(
    snapshot: Snapshot, now: datetime, policy: Policy, *, is_styled: bool = False
) -> Headers:
    varied = "Accept-Encoding, Sec-Fetch-Dest" if is_styled else "Accept-Encoding"
    return (*of_answers(snapshot, now, policy), ("Vary", varied))


def embeds(snapshot: Snapshot) -> Iterator[str]:
    """Return the path of each page that any site may frame, also of those that answer 410."""
    return filter(urls.is_embed_page, snapshot.documents)


def redirects(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield each path that leads elsewhere, and where to, as seen from it.

    But not the pages that lack only their slash: a host sees their folders.
    """
    for path, there in snapshot.redirects():
        yield path, urls.relative(there, path)
    for path in sorted(snapshot.gone):
        if path.endswith("/"):
            bare = path.removesuffix("/")
            yield bare, f"{bare.rpartition('/')[2]}/"


def config_block(head: str, *lines: str) -> str:
    """Write lines in braces, as in the configuration of nginx.

    They are not indented: a text may go on over a line end.
    """
    return "\n".join((f"{head} {{", *lines, "}"))
