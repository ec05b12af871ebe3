"""feedpress stamp: write what makes clippings permanent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli.arguments import file_argument
from feedpress.errors import FeedpressError

if TYPE_CHECKING:
    from feedpress.editors.stamp import Stamp
    from feedpress.model import Place


@click.command()
@file_argument
@click.option("--check", "only_check", is_flag=True, help="Only say what is missing.")
@click.option("--history", is_flag=True, help="Write ids alone, for articles of the past.")
def stamp(file: Path, only_check: bool, history: bool) -> None:
    """Write the missing ids and dates into FILE.

    Every other byte of it stays as it is. Do it before a clipping is published: from then on all
    that it says may change, and subscribers see no clipping twice. The topmost one gets the
    newest added. A clipping that has an id gets nothing, and drafts are left alone. With --check,
    the exit code is 1 where something is missing.
    """
    from feedpress.delivery import files
    from feedpress.editors import stamp as stamping
    from feedpress.editors.problems import Severity, Unreadable, counted

    called = files.printable(file)
    on_disk = files.Files(file)
    try:
        before = dict(on_disk.read())
        stamped = stamping.stamp(tuple(before.items()), datetime.now(UTC), history=history)
    except Unreadable as error:
        click.echo(f"{error}\n{called}: nothing was written.")
        raise SystemExit(1) from error
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    left = [each for each in stamped.problems if each.severity is Severity.ERROR]
    number = counted(len(stamped.stamps), "clipping")
    if only_check:
        _tell_stamps((each, each.place, "lacks") for each in stamped.stamps)
        cure = "; run feedpress stamp" if stamped.stamps else ""
        click.echo(f"{called}: {number} to stamp{cure}.")
        raise SystemExit(1 if stamped.stamps else 0)
    for name, data in stamped.files:
        try:
            on_disk.replace(name, before[name], data)
        except FeedpressError as error:
            raise click.ClickException(str(error)) from error
        here = (each for each in stamped.stamps if each.place.file == name)
        _tell_stamps((each, each.place_after or each.place, "now has") for each in here)
    click.echo(f"{called}: {number} stamped.")
    for problem in left:
        click.echo(str(problem))
    if left:
        raise SystemExit(1)


def _tell_stamps(stamps: "Iterable[tuple[Stamp, Place, str]]") -> None:
    from feedpress.editors.problems import shown

    for each, place, what in stamps:
        keys = ", ".join(f"{key}: {value}" for key, value in each.keys)
        click.echo(f"{place.file}:{place.line}: {shown(each.title)} {what} {keys}")
