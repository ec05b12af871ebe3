"""feedpress diff: what subscribers will see of a change."""

from datetime import UTC, datetime
from pathlib import Path

import click

from feedpress.cli.arguments import file_argument
from feedpress.errors import FeedpressError


@click.command()
@file_argument
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
    """Show what subscribers will see of a change.

    FILE as it is now is compared with what it was.

    The exit code is 1 if they would see something twice, or lose or keep something unexpectedly.
    REV is any revision that git knows. For a file that has moved since, write
    REV:PATH. Clippings that are held back are not shown.
    """
    from feedpress.reading import publication_file
    from feedpress.reading.problems import InvalidFile
    from feedpress.review import diff as diffs
    from feedpress.review import revisions
    from feedpress.review.reports import changes as report
    from feedpress.serving import files

    called = files.printable(file)
    if since and against:
        raise click.UsageError("--since and --against name two things; give one of them")
    try:
        new, _ = publication_file.load(files.Files(file).read())
    except InvalidFile as error:
        fix = "subscribers see no change until its errors are fixed"
        raise click.ClickException(f"{called} can't be published: {fix}\n{error}") from error
    try:
        read = (
            files.Files(against).read()
            if against
            else revisions.read_revision(file, since or "HEAD")
        )
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    # A version with an error was never published, but a change that fixes it can be reviewed.
    before = publication_file.examine(read)
    old, errors = before.publication, "\n".join(map(str, before.errors))
    if old is None:
        message = "the version to compare with can't be read; name another with --since"
        raise click.ClickException(f"{message}\n{errors}")
    if errors:
        note = "the old version has errors; only its other clippings are compared"
        click.echo(f"{note}\n{errors}", err=True)
    changes = diffs.compare(old, new, datetime.now(UTC))
    if form == "json":
        click.echo(report.as_json(changes))
    elif form == "github":
        for line in report.github(changes):
            click.echo(line)
    else:
        click.echo("\n".join((*report.text(changes), f"{called}: {report.summary(changes)}.")))
    if any(change.is_error for change in changes):
        raise SystemExit(1)
