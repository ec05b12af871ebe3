"""feedpress check: look for mistakes."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli.arguments import file_argument

if TYPE_CHECKING:
    from feedpress.reading.problems import Problem
    from feedpress.review.reports.passages import Texts
    from feedpress.review.reports.problems import Paint

# In a pipe there is nothing that says how long a line may be.
_WIDTH = 100
_WIDEST = 140


@click.command()
@file_argument
@click.option("--strict", is_flag=True, help="Count warnings as problems, too.")
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "github"]),
    help="For people, for programs, or as annotations of a change.",
)
def check(file: Path, strict: bool, form: str) -> None:
    """Look for mistakes in FILE and say how to fix them.

    FILE is clippings.yaml, or a folder of such files. If there is an error, nothing in this
    version of FILE is published, and the exit code is 1. Warnings alone are fine. In other formats
    than text, the last line, the summary, goes to standard error. The output has colour on a
    terminal; NO_COLOR turns it off, and FORCE_COLOR keeps it in a pipe.
    """
    from feedpress.reading.problems import Severity
    from feedpress.review.reports import problems as report
    from feedpress.serving.files import printable

    found, texts, clippings = _look(file)
    _print(form, found, texts)
    summary = f"{printable(file)}: {report.summary(found, clippings)}"
    good = _paint()(summary, report.Tone.GOOD)
    click.echo(_encodable(summary if found else good), err=form != "text", color=_has_colour())
    if any(strict or problem.severity is Severity.ERROR for problem in found):
        raise SystemExit(1)


def _look(file: Path) -> "tuple[tuple[Problem, ...], Texts, int | None]":
    """Return the problems, the text they are in, and how many clippings can be published."""
    from feedpress.reading import publication_file
    from feedpress.reading.problems import InvalidFile, sorted_problems
    from feedpress.review.lint import warnings
    from feedpress.review.reports.passages import Texts
    from feedpress.serving import files

    try:
        read = files.Files(file).read()
    except InvalidFile as error:
        return error.problems, Texts([]), None
    reading = publication_file.examine(read)
    publication = reading.publication
    more = warnings(publication, datetime.now(UTC)) if publication else ()
    is_good = publication is not None and not reading.errors
    clippings = len(publication.clippings) if publication and is_good else None
    return sorted_problems((*reading.problems, *more)), Texts(read), clippings


def _print(form: str, found: "tuple[Problem, ...]", texts: "Texts") -> None:
    if form == "json":
        from feedpress.review.reports.problems import as_json

        click.echo(as_json(found, texts))
    elif form == "github":
        from feedpress.review.reports.problems import github

        for line in github(found, texts, os.getcwd()):
            click.echo(_encodable(line))
    else:
        from feedpress.review.reports.problems import text

        width = min(shutil.get_terminal_size((_WIDTH, 0)).columns, _WIDEST)
        for line in text(found, texts, width, _paint()):
            click.echo(_encodable(line), color=_has_colour())


def _paint() -> "Paint":
    from feedpress.review.reports.problems import Tone

    styles: dict[Tone, dict[str, str | bool]] = {
        Tone.PLACE: {"bold": True},
        Tone.ERROR: {"fg": "red", "bold": True},
        Tone.WARNING: {"fg": "yellow", "bold": True},
        Tone.LABEL: {"fg": "cyan"},
        Tone.GOOD: {"fg": "green"},
    }
    # mypy can't see that each value has the type of its own keyword.
    return lambda text, tone: click.style(text, **styles[tone])  # type: ignore[arg-type]


def _has_colour() -> bool | None:
    """Return whether there is to be colour; None leaves it to whether there is a terminal."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _encodable(line: str) -> str:
    # A file may hold letters that the terminal's encoding has not.
    encoding = sys.stdout.encoding
    return line.encode(encoding, "replace").decode(encoding)
