"""feedpress build: all that is published as files."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli.arguments import file_argument, settings_of, theme_option
from feedpress.errors import FeedpressError, SettingsError

if TYPE_CHECKING:
    from feedpress.snapshot import Snapshot


@click.command()
@file_argument
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to.",
)
@click.option("--url", envvar="FEEDPRESS_URL", help="Public address, in place of the file's.")
@theme_option
@click.option("--print-next", is_flag=True, help="Print when the next build is due by the clock.")
def build(
    file: Path, output: Path | None, url: str | None, theme: Path | None, print_next: bool
) -> None:
    """Write all that FILE publishes as files, for any web server.

    Only what has changed is written, and only what feedpress made itself is taken away. In the
    folder .feedpress of DIR is the configuration for nginx; _headers and _redirects are for
    Netlify and Cloudflare Pages.

    With --print-next the instant is printed at which something that is held back is due: build
    again then. Nothing is printed where nothing is.
    """
    from feedpress import snapshot as snapshots
    from feedpress import times
    from feedpress.reading import json_schema, publication_file
    from feedpress.reading.problems import InvalidFile
    from feedpress.serving import files, theme_folder

    called = files.printable(file)
    if output is None and not print_next:
        raise click.UsageError("say where to write with --output, or ask for --print-next")
    settings = settings_of(file, url, theme=theme)
    try:
        look = theme_folder.load_theme(settings.theme)
        publication, _ = publication_file.load(files.Files(file).read())
    except InvalidFile as error:
        click.echo(f"{error}\n{called}: nothing was written.", err=True)
        raise SystemExit(1) from error
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    now = datetime.now(UTC)
    if settings.url:
        publication = publication.at(settings.url)
    snapshot = snapshots.build(publication, now, theme=look, write_schema=json_schema.schema_text)
    if output:
        _export(snapshot, output, now)
    if print_next and snapshot.next_due:
        click.echo(times.to_rfc3339(snapshot.next_due))


def _export(snapshot: "Snapshot", output: Path, now: datetime) -> None:
    from feedpress.publishing import export
    from feedpress.publishing.hosts import every
    from feedpress.reading.problems import counted

    # Without a label, which would be shown where there is no terminal, too.
    bar = click.progressbar(length=len(snapshot.documents), file=sys.stderr)
    try:
        with bar:
            report = export.export_snapshot(
                snapshot, output, every.configurations(snapshot, now), lambda: bar.update(1)
            )
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    for name in report.left:
        click.echo(f"{output / name} was changed by somebody, and left where it is", err=True)
    number = counted(report.files, "file")
    done = f"{number}, {report.written} written, {report.removed} removed"
    click.echo(f"{output}: {done}.", err=True)
