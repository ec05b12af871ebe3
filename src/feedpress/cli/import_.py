"""feedpress import: make a file of what people have, a feed or a table."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli import new_file
from feedpress.errors import FeedpressError
from feedpress.settings import DEFAULT_FILE

if TYPE_CHECKING:
    from feedpress.editing.importing.file_text import FileText
    from feedpress.editing.importing.items import Found, Item

_INSTALL = "pip install 'feedpress[import]'"
_MOST_TOLD = 10  # of one kind


@click.command("import")
@click.argument("source")
@click.argument("file", default=DEFAULT_FILE, type=click.Path(path_type=Path))
@click.option("--as", "kind", type=click.Choice(["feed", "csv"]), help="What SOURCE is.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Day or month first: 1/2/2016.")
@click.option("--no-projects", is_flag=True, help="Make no projects of categories and tags.")
@new_file.options
def import_(
    source: str,
    file: Path,
    kind: str | None,
    dates: str | None,
    no_projects: bool,
    **given: str | None,
) -> None:
    """Make FILE of SOURCE, a feed or a spreadsheet's export.

    SOURCE is an RSS or Atom feed, or a table (CSV): a file, a web address, or - for standard
    input. FILE is clippings.yaml by default; an existing file is never overwritten. The ids of a
    feed are kept, so that its subscribers see nothing twice. If two entries look exactly alike,
    the second gets an id of its own. What can't be a clipping yet is written at the end of FILE
    as a comment with the reason, and the exit code is 1.
    """
    from feedpress.editing.importing import file_text, heading

    new_file.refuse_existing(file)
    now = datetime.now(UTC)
    try:
        found = _found(_bytes(source), source, kind, dates)
        ids = (str(item.keys["id"]) for item in found.items if "id" in item.keys)
        about, to_look_at = heading.about(found.head, heading.Wanted(**given), ids, now.date())
        written = file_text.write_file_text(about, found.items, with_projects=not no_projects)
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    new_file.write(file, written.text)
    _tell_list((*found.notes, *_early(written.taken, now)), "")
    _tell(written, file, is_feed=found.is_feed)
    _tell_list(to_look_at, "look at publication: ")
    _tell_next(file, found, about.url)
    if written.left_out:
        raise SystemExit(1)


def _bytes(source: str) -> bytes:
    """Return what stands at SOURCE."""
    from feedpress.editing.importing.items import MAX_BYTES, Refused

    if _is_address(source):
        return _fetched(source)
    try:
        with click.open_file(source, "rb") as opened:
            data: bytes = opened.read(MAX_BYTES + 1)
    except OSError as error:
        fix = "look whether the name is right"
        raise Refused(f"{source!r} can't be opened: {error.strerror}; {fix}") from error
    if not data.strip():
        raise Refused(f"there is nothing in {source!r}")
    return data


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _fetched(source: str) -> bytes:
    from feedpress.editing.importing.items import MAX_BYTES

    try:
        from feedpress.editing import fetching
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"to fetch it, the package httpx is needed: {_INSTALL}"
        ) from error
    instead = "save what is there as a file, and give that"
    limits = fetching.Limits(seconds=60, max_bytes=MAX_BYTES + 1, kinds=None, instead=instead)
    return fetching.fetch(source, limits).data


def _found(data: bytes, source: str, kind: str | None, dates: str | None) -> "Found":
    if kind == "feed" or (kind is None and _looks_like_xml(data)):
        try:
            from feedpress.editing.importing import feed_items
        except ModuleNotFoundError as error:
            message = f"to read a feed, the package feedparser is needed: {_INSTALL}"
            raise click.ClickException(message) from error
        return feed_items.read_feed(data, source if _is_address(source) else None)
    from feedpress.editing.importing import table, table_dates
    from feedpress.editing.importing.items import Refused

    if data.lstrip().startswith(b"{"):
        raise Refused("this is JSON; give the RSS or Atom feed of the same publisher")
    return table.read_table(data, table_dates.Order(dates) if dates else None)


def _looks_like_xml(data: bytes) -> bool:
    # In whatever encoding: the marks in front, and the zeros between.
    start = data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def _early(taken: "Iterable[Item]", now: datetime) -> list[str]:
    from feedpress import times
    from feedpress.editing.importing.items import several

    early = sum(str(item.keys.get("added", "")) > times.to_rfc3339(now) for item in taken)
    if not early:
        return []
    return [f"{several(early, 'entry', 'entries')} dated in the future: held back until then"]


def _tell(written: "FileText", file: Path, *, is_feed: bool) -> None:
    from feedpress.editing.importing.items import Identity, several
    from feedpress.reading.problems import quoted
    from feedpress.serving.files import printable

    taken = several(len(written.taken), "clipping", "clippings")
    projects = several(written.projects, "project", "projects")
    click.echo(f"{printable(file)}: made, with {taken} and {projects}.")
    if written.left_out:
        click.echo(f"{len(written.left_out):,} left out; at the end of the file, as comments:")
        _tell_list(
            [
                f"{each.item.name}: {quoted(str(each.item.keys.get('title', '')))}: {each.reason}"
                for each in written.left_out
            ],
            "  ",
        )
    if written.numbered:
        entries = several(len(written.numbered), "entry looks", "entries look")
        each_got = "it" if len(written.numbered) == 1 else "each"
        click.echo(f"{entries} exactly like another one, so {each_got} got an id of its own:")
        _tell_list(
            (f"{i.name}: {quoted(str(i.keys['title']))}: {i.keys['id']}" for i in written.numbered),
            "  ",
        )
    kinds = Counter(item.identity for item in written.taken)
    for kind in (Identity.KEPT, Identity.LINK):
        if kinds[kind]:
            entries = several(kinds[kind], "entry", "entries")
            click.echo(f"{kind.value} {entries}: subscribers see nothing twice.")
    if is_feed and kinds[Identity.NEW]:
        entries = several(kinds[Identity.NEW], "entry", "entries")
        click.echo(f"{Identity.NEW.value} {entries}: subscribers will see them once more:")
        new = (item for item in written.taken if item.identity is Identity.NEW)
        _tell_list((f"{i.name}: {quoted(str(i.keys['title']))}" for i in new), "  ")


def _tell_list(lines: Iterable[str], before: str) -> None:
    told = list(lines)
    for line in told[:_MOST_TOLD]:
        click.echo(f"{before}{line}")
    if len(told) > _MOST_TOLD:
        click.echo(f"{before}and {len(told) - _MOST_TOLD:,} more")


def _tell_next(file: Path, found: "Found", url: str) -> None:
    from feedpress.serving.files import printable

    name = printable(file)
    click.echo("Next:")
    if not found.is_feed:
        click.echo(f"  feedpress stamp --history {name}  gives the clippings their ids;")
        click.echo("  without --history, subscribers will see what has no added: as new today")
    else:
        click.echo(f"  feedpress stamp {name}  gives ids to clippings without one")
        click.echo(f"  when {url} is public, let the old feed's address redirect to its feed")
    click.echo(f"  feedpress check {name}  looks for mistakes")
