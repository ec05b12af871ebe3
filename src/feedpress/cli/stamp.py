"""feedpress stamp: write what makes clippings permanent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli.arguments import file_argument
from feedpress.errors import FeedpressError

if TYPE_CHECKING:
    from feedpress.editing.stamp import Stamp
    from feedpress.model import Place


@click.command()
@file_argument
@click.option("--check", "only_check", is_flag=True, help="Only say what is missing.")
@click.option("--history", is_flag=True, help="Write ids alone, for articles of the past.")
@click.option(
    "--keep-both",
    is_flag=True,
    help="Give a clipping that looks exactly like another one an id of its own.",
)
def stamp(file: Path, only_check: bool, history: bool, keep_both: bool) -> None:
    """Write the missing ids and dates into FILE.

    No other byte of FILE changes. Run it before you publish a clipping: afterwards you may change
    everything else about it, and subscribers never see it twice. The topmost clipping gets the
    newest added. A clipping that has an id, and a draft, is left alone.

    FILE is left alone if it has an error; run feedpress check to see it. With --check, the exit
    code is 1 if something is missing.
    """
    from feedpress.editing import saving
    from feedpress.editing import stamp as stamping
    from feedpress.reading.problems import InvalidFile, counted
    from feedpress.serving import files

    called = files.printable(file)
    on_disk = files.Files(file)
    try:
        before = dict(on_disk.read())
        stamped = stamping.stamp_files(
            tuple(before.items()), datetime.now(UTC), history=history, keep_both=keep_both
        )
    except InvalidFile as error:
        click.echo(f"{error}\n{called}: nothing was written.", err=True)
        raise SystemExit(1) from error
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    number = counted(len(stamped.stamps), "clipping")
    if only_check:
        _tell_stamps((each, each.place, "lacks") for each in stamped.stamps)
        fix = "; run feedpress stamp" if stamped.stamps else ""
        click.echo(f"{called}: {number} to stamp{fix}.")
        raise SystemExit(1 if stamped.stamps else 0)
    for name, data in stamped.files:
        try:
            saving.save(on_disk, name, before[name], data)
        except FeedpressError as error:
            raise click.ClickException(str(error)) from error
        here = (each for each in stamped.stamps if each.place.file == name)
        _tell_stamps((each, each.place_after or each.place, "now has") for each in here)
    click.echo(f"{called}: {number} stamped.")


def _tell_stamps(stamps: "Iterable[tuple[Stamp, Place, str]]") -> None:
    from feedpress.reading.problems import quoted

    for each, place, what in stamps:
        keys = ", ".join(f"{key}: {value}" for key, value in each.keys)
        click.echo(f"{place.file}:{place.line}: {quoted(each.title)} {what} {keys}")
