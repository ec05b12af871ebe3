"""The beginning of an editor's file, with a plain sentence on each key, for people new to YAML."""

from dataclasses import dataclass

from feedpress.editing import yaml_writing

#: The name of the file that text editors complete and underline by.
SCHEMA_FILE = "clippings.schema.json"
#: The name of a feed that has got no other yet.
TITLE = "In the media"


@dataclass(frozen=True, slots=True)
class About:
    """What is published, as far as somebody has said it; the rest are stand-ins."""

    tag: str
    title: str = TITLE
    url: str = "https://feeds.example.org/"
    home: str = "https://example.org/media/"
    language: str = "en"
    timezone: str = "UTC"
    subtitle: str | None = None
    author: str | None = None
    rights: str | None = None


def file_text(about: About) -> str:
    """Return the text of a new file: nothing in it yet, and how things are put into it."""
    return head(about) + _NEW_PROJECTS + "\n" + _HOW_TO + _NEW_CLIPPINGS


def head(about: About) -> str:
    """Return all that stands before the projects."""
    return _BEGINNING + "".join(_section(about))


def _section(about: About) -> list[str]:
    author = {"name": about.author} if about.author else None
    return [
        "publication:\n",
        _key("The name of the feed of all clippings.", "title", about.title),
        _key(
            "One line below the title.",
            "subtitle",
            about.subtitle,
            "What others write about our work",
        ),
        _key("The address where feedpress will be public.", "url", about.url),
        _key("The web page that the clippings belong to.", "home", about.home),
        _key(
            "A domain that you own and a year in which you owned it. Every entry's permanent id\n"
            "  # begins with it: set it now, and never change it once you have published.",
            "tag",
            about.tag,
        ),
        _key("The language of the clippings: en, en-US, de, es.", "language", about.language),
        _key(
            "Where your days begin: Europe/Berlin, America/Los_Angeles.", "timezone", about.timezone
        ),
        _key("Who publishes the clippings.", "author", author, {"name": "Innovation Team"}),
        _key("Who may do what with the feeds.", "rights", about.rights, "© Example City"),
        "\n",
    ]


def _key(
    comment: str,
    key: str,
    value: yaml_writing.Value | None,
    example: yaml_writing.Value = "",
) -> str:
    line = f"{key}: {yaml_writing.value(value or example)}"
    return f"  # {comment}\n" + (f"  {line}\n" if value else f"# {'  '}{line}\n")


_BEGINNING = f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
#
# This file is the list of press clippings. Feedpress makes the feeds from it.
# A line that starts with # is a note for people. Feedpress passes over it. To use a line
# that stands here as an example, take out its # and the one space behind it.
#
# In front of a key stand spaces, and never tabs; how many is part of the meaning.
# Behind a key stand a colon and a space.

# What is published, and where. Where you see example.org, write what is yours.
"""

_NEW_PROJECTS = """\
# The projects that clippings can be about, if you have any. Each gets a feed of its own.
# Its first line is its short name: it becomes part of the feed's address, and stays.
projects:
#   la-business-portal:
#     # The project's name, as clippings write it.
#     title: LA Business Portal
#     # What it is, in a sentence or two.
#     summary: One place to learn how to start a business in the city.
#     # Its web page.
#     url: https://business.example.org/
"""

_HOW_TO = """\
# The clippings. A new one goes on top, right under the line "clippings:". Every clipping
# has a title and a date; if you do not know something else, leave its line out.
# Put "..." around a text that has a colon and then a space, or a space and then a #, or
# that starts with a quote mark or another sign.
# You write neither id nor added:  feedpress stamp  does, before you publish.
"""

_NEW_CLIPPINGS = """\
clippings:
# - title: City Opens Its Portal
#   # The address of the article.
#   url: https://example.com/portal.html
#   # Who published the article.
#   source: Example Times
#   # When it came out: a day, a month (2016-09) or a year (2016).
#   published: 2016-09-14
#   # The projects that it is about, as they stand above.
#   projects: [LA Business Portal]
#   # What it says, in a sentence or two.
#   summary: The city has a new portal for everybody who starts a business.
"""


def clippings_head() -> str:
    """Return what stands above the list, and the line that begins it."""
    return _HOW_TO + "clippings:\n"
