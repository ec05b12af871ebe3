"""The index that the search on pages looks in: JSON, fetched when somebody begins to type."""

import json
from collections.abc import Sequence

from feedpress import urls
from feedpress.feeds.feed import Entry

#: Characters for all summaries together; where there are too many, each has its share.
_ROOM = 2_000_000
_LONGEST_TITLE = 300


def index(entries: Sequence[Entry]) -> bytes:
    """Return path, title, line of source and date, and summary of each clipping, in their order."""
    share = _ROOM // max(1, len(entries))
    rows = [
        [
            urls.clipping_path(entry.slug).removeprefix("/"),
            _cut(entry.title, _LONGEST_TITLE),
            entry.dateline or "",
            _cut(entry.summary or "", share),
        ]
        for entry in entries
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[:room]}…"
