"""The command line: read arguments, call the parts, print, and give the exit code.

Each command imports what it needs, so that none waits for what it does not use.
"""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import feedpress
from feedpress.errors import FeedpressError, SettingsError
from feedpress.settings import DEFAULT_FILE, Settings

if TYPE_CHECKING:
    from feedpress.editors.stamp import Stamp
    from feedpress.model import Place
    from feedpress.snapshot import Snapshot

_file = click.argument(
    "file", default=DEFAULT_FILE, envvar="FEEDPRESS_FILE", type=click.Path(path_type=Path)
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(feedpress.__version__, prog_name="feedpress")
def main() -> None:
    """Publish press clippings as feeds.

    Editors keep one file, clippings.yaml. From it come an Atom and an RSS feed of all clippings
    and one pair for each project.
    """


@main.command()
@_file
@click.option("--strict", is_flag=True, help="Count warnings as problems, too.")
def check(file: Path, strict: bool) -> None:
    """Look for mistakes in FILE and say how to mend them.

    FILE is clippings.yaml, or a folder of such files. The exit code is 1 where there are
    problems; warnings alone are fine.
    """
    from feedpress.delivery import files
    from feedpress.editors import clippings_file
    from feedpress.editors.check import warnings
    from feedpress.editors.problems import Severity, Unreadable, counted, in_order

    try:
        publication, problems = clippings_file.load(files.Files(file).read())
        found = in_order((*problems, *warnings(publication)))
        summary = f"{counted(len(publication.clippings), 'clipping')} can be published"
    except Unreadable as error:
        found = error.problems
        summary = "nothing can be published"
    for problem in found:
        click.echo(str(problem))
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    warned = len(found) - errors
    click.echo(f"{file}: {summary}; {counted(errors, 'error')}, {counted(warned, 'warning')}.")
    if errors or (strict and warned):
        raise SystemExit(1)


@main.command()
@_file
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of it."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="How many processes."
)
@click.option(
    "--url",
    envvar="FEEDPRESS_URL",
    help="Public address, in place of the one in the file.  [env: FEEDPRESS_URL]",
)
def serve(file: Path, host: str, port: int, workers: int, url: str | None) -> None:
    """Serve the feeds of FILE, and follow every change of it.

    FILE is clippings.yaml, or a folder of such files. Where none is named, it is the one that
    the variable FEEDPRESS_FILE names, else clippings.yaml.
    """
    try:
        settings = Settings.of(str(file), url)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    from feedpress.delivery import server

    shown = f"[{host}]" if ":" in host else host

    def say_where() -> None:
        click.echo(f"{file}: listening at http://{shown}:{port}/ (Ctrl-C ends it)", err=True)

    try:
        server.run(settings, host, port, workers, say_where)
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_file
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

    on_disk = files.Files(file)
    try:
        before = dict(on_disk.read())
        stamped = stamping.stamp(tuple(before.items()), datetime.now(UTC), history=history)
    except Unreadable as error:
        click.echo(f"{error}\n{file}: nothing was written.")
        raise SystemExit(1) from error
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    left = [each for each in stamped.problems if each.severity is Severity.ERROR]
    number = counted(len(stamped.stamps), "clipping")
    if only_check:
        _tell_stamps((each, each.place, "lacks") for each in stamped.stamps)
        cure = "; run feedpress stamp" if stamped.stamps else ""
        click.echo(f"{file}: {number} to stamp{cure}.")
        raise SystemExit(1 if stamped.stamps else 0)
    for name, data in stamped.files:
        try:
            on_disk.replace(name, before[name], data)
        except FeedpressError as error:
            raise click.ClickException(str(error)) from error
        here = (each for each in stamped.stamps if each.place.file == name)
        _tell_stamps((each, each.place_after or each.place, "now has") for each in here)
    click.echo(f"{file}: {number} stamped.")
    for problem in left:
        click.echo(str(problem))
    if left:
        raise SystemExit(1)


def _tell_stamps(stamps: "Iterable[tuple[Stamp, Place, str]]") -> None:
    from feedpress.editors.problems import shown

    for each, place, what in stamps:
        keys = ", ".join(f"{key}: {value}" for key, value in each.keys)
        click.echo(f"{place.file}:{place.line}: {shown(each.title)} {what} {keys}")


@main.command()
@_file
@click.option("--since", metavar="REV", help="Compare with this revision of git.  [default: HEAD]")
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True),
    help="Compare with this file or folder.",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "github"]),
    help="For people, for programs, or as annotations of a pull request.",
)
def diff(file: Path, since: str | None, against: Path | None, form: str) -> None:
    """Say what subscribers will see of a change.

    FILE as it is now is compared with what it was.

    The exit code is 1 where they would see something twice, or lose or keep what nobody meant.
    REV may be anything that git takes for a revision. For a file that has moved since, write
    REV:PATH. What is held back is never told.
    """
    from feedpress.delivery import files, report, revisions
    from feedpress.editors import clippings_file
    from feedpress.editors.problems import Severity, Unreadable
    from feedpress.feeds import diff as diffs

    if since and against:
        raise click.UsageError("--since and --against name two things; give one of them")
    try:
        new, problems = clippings_file.load(files.Files(file).read())
    except Unreadable as error:
        cure = "subscribers see no change until it can; run feedpress check"
        raise click.ClickException(f"{file} can't be published: {cure}\n{error}") from error
    try:
        read = files.Files(against).read() if against else revisions.read(file, since or "HEAD")
        old, _ = clippings_file.load(read)
    except Unreadable as error:
        message = "what it is to be compared with can't be read; name another state of it"
        raise click.ClickException(f"{message}\n{error}") from error
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    changes = diffs.compare(old, new, datetime.now(UTC))
    if form == "json":
        click.echo(report.as_json(changes))
    elif form == "github":
        for line in report.github(changes):
            click.echo(line)
    else:
        click.echo("\n".join((*report.text(changes), f"{file}: {report.summary(changes)}.")))
    if any(problem.severity is Severity.ERROR for problem in problems):
        click.echo(f"{file} has mistakes, see feedpress check", err=True)
        raise SystemExit(1)
    if any(change.is_error for change in changes):
        raise SystemExit(1)


@main.command()
@_file
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to.",
)
@click.option("--url", envvar="FEEDPRESS_URL", help="Public address, in place of the file's.")
@click.option("--print-next", is_flag=True, help="Print when the next build is due by the clock.")
def build(file: Path, output: Path | None, url: str | None, print_next: bool) -> None:
    """Write all that FILE publishes as files, for any web server.

    Only what has changed is written, and only what feedpress made itself is taken away. In the
    folder .feedpress of DIR is the configuration for nginx and Caddy; _headers and _redirects are
    for Netlify and Cloudflare Pages.

    With --print-next the instant is printed at which something that is held back is due: build
    again then. Nothing is printed where nothing is.
    """
    from feedpress import snapshot as snapshots
    from feedpress import times
    from feedpress.delivery import files
    from feedpress.editors import clippings_file
    from feedpress.editors.problems import Severity, Unreadable

    if output is None and not print_next:
        raise click.UsageError("say where to write with --output, or ask for --print-next")
    try:
        settings = Settings.of(str(file), url)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    try:
        publication, problems = clippings_file.load(files.Files(file).read())
    except Unreadable as error:
        click.echo(f"{error}\n{file}: nothing was written.", err=True)
        raise SystemExit(1) from error
    now = datetime.now(UTC)
    snapshot = snapshots.build(publication.at(settings.url) if settings.url else publication, now)
    if output:
        _export(snapshot, output, now)
    if print_next and snapshot.next_due:
        click.echo(times.typed(snapshot.next_due))
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    for problem in errors:
        click.echo(str(problem), err=True)
    if errors:
        raise SystemExit(1)


def _export(snapshot: "Snapshot", output: Path, now: datetime) -> None:
    from feedpress.delivery import export
    from feedpress.delivery.hosts import every
    from feedpress.editors.problems import counted

    # Without a label, which would be shown where there is no terminal, too.
    bar = click.progressbar(length=len(snapshot.documents), file=sys.stderr)
    try:
        with bar:
            report = export.write(
                snapshot, output, every.configurations(snapshot, now), lambda: bar.update(1)
            )
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    for name in report.left:
        click.echo(f"{output / name} was changed by somebody, and left where it is", err=True)
    number = counted(report.files, "file")
    done = f"{number}, {report.written} written, {report.removed} removed"
    click.echo(f"{output}: {done}.", err=True)


@main.command()
def schema() -> None:
    """Print the JSON Schema of the file, for text editors."""
    from feedpress.editors import shape

    click.echo(json.dumps(shape.json_schema(), ensure_ascii=False, indent=2))
