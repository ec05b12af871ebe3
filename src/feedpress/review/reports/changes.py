"""What `diff` found, as text for people, JSON for programs, and annotations for GitHub."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from feedpress import urls
from feedpress.reading.problems import counted, quoted
from feedpress.review.changes import MEANING, Change, Kind
from feedpress.review.reports.github import command
from feedpress.serving.files import printable


def text(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the lines for people, feed by feed, and in each by what it means to subscribers."""
    by_feed: defaultdict[tuple[str | None, str], list[Change]] = defaultdict(list)
    for change in changes:
        by_feed[change.slug, change.feed_title].append(change)
    for (slug, title), found in by_feed.items():
        yield f"{printable(title)} ({urls.feed_path(slug, urls.ATOM)})"
        for kind in Kind:
            alike = [change for change in found if change.kind is kind]
            if alike:
                yield f"  {'error: ' if alike[0].is_error else ''}{kind}: {MEANING[kind]}"
            for change in alike:
                what = filter(None, (_title(change), change.detail))
                where = f"{change.place.file}:{change.place.line}"
                yield f"    {': '.join((where, *what))}"
        yield ""


def summary(changes: Iterable[Change]) -> str:
    """Return how often there is what, each clipping counted once."""
    found = _merged(changes)
    if not found:
        return "subscribers will see no change"
    numbers = {kind: sum(each.kind is kind for each, _ in found) for kind in Kind}
    kinds = ", ".join(f"{kind}: {number}" for kind, number in numbers.items() if number)
    errors = sum(each.is_error for each, _ in found)
    return f"{kinds}; {counted(errors, 'error')}"


def as_json(changes: Iterable[Change]) -> str:
    """Return a list of objects, one for each change of each feed."""
    objects = [
        {
            "kind": change.kind,
            "severity": "error" if change.is_error else "notice",
            "message": change.message,
            "feed": urls.feed_path(change.slug, urls.ATOM),
            "feed_title": change.feed_title,
            "id": change.id,
            "title": change.title,
            "file": change.place.file,
            "line": change.place.line,
            "is_past": change.is_past,
            "column": change.place.column,
        }
        for change in changes
    ]
    return json.dumps(objects, ensure_ascii=True, indent=2)


def github(changes: Iterable[Change]) -> Iterator[str]:
    """Yield a workflow command for each change, with all feeds that it is in."""
    for change, titles in _merged(changes):
        place = change.place
        title = f"{_title(change)}: " if change.title else ""
        message = f"{title}{change.message} ({', '.join(titles)})"
        # What is no more has no place in the file as it is.
        where: dict[str, str | int] = (
            {} if change.is_past else {"file": place.file, "line": place.line, "col": place.column}
        )
        kind = "error" if change.is_error else "notice"
        yield command(kind, message, **where, title=change.kind)


def _merged(changes: Iterable[Change]) -> list[tuple[Change, list[str]]]:
    """Return the changes, those of one clipping in several feeds as one, with the feeds' titles."""
    merged: dict[tuple[str, str, str], tuple[Change, list[str]]] = {}
    for change in changes:
        key = (change.kind, change.id, change.message)
        merged.setdefault(key, (change, []))[1].append(printable(change.feed_title))
    return list(merged.values())


def _title(change: Change) -> str:
    return quoted(change.title) if change.title else ""
