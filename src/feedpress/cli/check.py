"""feedpress check: look for mistakes."""

from pathlib import Path

import click

from feedpress.cli.arguments import file_argument


@click.command()
@file_argument
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
