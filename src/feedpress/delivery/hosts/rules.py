"""What a host has to know of an export, whatever the host: headers, redirects, what is gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from feedpress import addresses
from feedpress.delivery import responses
from feedpress.delivery.responses import Headers
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
    """Give what there is of each file that is no page: those have all the same."""
    shared, documents = of_pages(snapshot, now), snapshot.documents
    for path in documents:
        if path.endswith("/") or path in snapshot.gone or addresses.is_archive(path):
            continue
        document = documents[path]
        yield Rule(path, document.content_type, (*shared, *responses.link(document)))
        folder, _, name = path.rpartition("/")
        if (first := f"{folder}/archive/1/{name}") in documents:
            numbered = (
                (field, value.replace("/archive/1/", f"/archive/{NUMBER}/", 1))
                for field, value in responses.link(documents[first])
            )
            there = f"{folder}/archive/{NUMBER}/{name}"
            yield Rule(there, document.content_type, (*shared, *numbered))


def of_pages(snapshot: Snapshot, now: datetime) -> Headers:
    """Give the headers of every file but its type, and those of a page."""
    return (*of_answers(snapshot, now), ("Vary", "Accept-Encoding"))


def of_answers(snapshot: Snapshot, now: datetime) -> Headers:
    """Give the headers of every answer, be there a file or not."""
    return (*responses.EVERYWHERE, ("Cache-Control", responses.cache_control(snapshot, now)))


def redirects(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give each path that leads elsewhere, and where to, as seen from it.

    But not the pages that lack only their slash: a host sees their folders.
    """
    for path, there in snapshot.redirects():
        yield path, addresses.relative(there, path)
    for path in sorted(snapshot.gone):
        if path.endswith("/"):
            bare = path.removesuffix("/")
            yield bare, f"{bare.rpartition('/')[2]}/"


def block(head: str, *lines: str) -> str:
    """Write lines in braces, as the configurations of nginx and Caddy have it.

    They are not indented: a text may go on over a line end.
    """
    return "\n".join((f"{head} {{", *lines, "}"))
