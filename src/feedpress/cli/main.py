"""The command line: commands that read arguments, call the parts, print, and give the exit code.

Each command imports what it needs when it is called, so that none waits for what it does not use.
"""

import click

import feedpress
from feedpress.cli.add import add
from feedpress.cli.build import build
from feedpress.cli.check import check
from feedpress.cli.diff import diff
from feedpress.cli.import_ import import_
from feedpress.cli.init import init
from feedpress.cli.schema import schema
from feedpress.cli.serve import serve
from feedpress.cli.stamp import stamp


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(feedpress.__version__, prog_name="feedpress")
def main() -> None:
    """Publish press clippings as feeds.

    Editors keep one file, clippings.yaml. From it come an Atom and an RSS feed of all clippings
    and one pair for each project.
    """


for command in (init, import_, add, check, stamp, diff, serve, build, schema):
    main.add_command(command)
