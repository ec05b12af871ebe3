"""feedpress init: start a file that a person can fill in."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from feedpress.cli import new_file
from feedpress.settings import DEFAULT_FILE

if TYPE_CHECKING:
    from feedpress.editing.template import About


@click.command()
@click.argument("file", default=DEFAULT_FILE, type=click.Path(path_type=Path))
@new_file.options
@click.option("--home", callback=new_file.checked("address"), help="Web page that it belongs to.")
@click.option("--tag", callback=new_file.checked("tag"), help="A domain of yours and a year.")
def init(file: Path, **given: str | None) -> None:
    """Start FILE, with a note on each key, for you to fill in.

    FILE is clippings.yaml where none is named. What is there already is never overwritten. On a
    terminal a few questions are asked; an empty answer takes what stands in brackets.
    """
    from feedpress.editing import template
    from feedpress.serving.files import printable

    new_file.refuse_existing(file)
    year = datetime.now(UTC).year
    is_asking = sys.stdin.isatty() and sys.stdout.isatty()
    about = _asked(given, year) if is_asking else _about(given, year)
    has_schema = new_file.write(file, template.file_text(about))
    beside = f" {template.SCHEMA_FILE} beside it helps text editors." if has_schema else ""
    name = printable(file)
    click.echo(f"{name}: made.{beside}")
    click.echo("Open it in a text editor and put in your first clipping; the notes say how.")
    click.echo(f"Then run  feedpress check {name}  to look for mistakes,")
    click.echo(f"and  feedpress serve {name}  to see it at http://127.0.0.1:8000/")


def _about(given: dict[str, str | None], year: int) -> "About":
    from feedpress.editing import template

    typed = {key: value for key, value in given.items() if value}
    return template.About(**{"tag": f"example.org,{year}", **typed})


def _asked(given: dict[str, str | None], year: int) -> "About":
    """Ask for what no option has said, each with an answer that can be taken as it is."""
    about = _about(given, year)

    def ask(key: str, question: str, default: str, kind: str | None = None) -> str:
        def read(typed: str) -> str:
            return new_file.read_as(kind, typed) if kind else typed.strip()

        answer: str = given.get(key) or click.prompt(question, default=default, value_proc=read)
        return answer

    title = ask("title", "Name of the feed", about.title)
    home = ask("home", "Web page that the clippings belong to", about.home, "address")
    domain = (urlsplit(home).hostname or "").removeprefix("www.")
    url = ask("url", "Address where feedpress will be public", f"https://feeds.{domain}/", "base")
    tag = ask("tag", "A domain of yours and a year", f"{domain},{year}", "tag")
    zone = zone_of(Path("/etc/localtime"))
    timezone = ask("timezone", "Time zone of your days", zone, "time_zone")
    return replace(about, title=title, home=home, url=url, tag=tag, timezone=timezone)


def zone_of(link: Path) -> str:
    """Return the name of the time zone that a machine's link leads to, else UTC."""
    try:
        return new_file.read_as("time_zone", str(link.resolve()).partition("zoneinfo/")[2])
    except click.BadParameter:
        return "UTC"
