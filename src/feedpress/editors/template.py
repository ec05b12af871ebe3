"""The beginning of a file: what an editor fills in, with a note on each line."""

from urllib.parse import urlsplit

from feedpress.editors import yaml_writing

#: What stands in the place of an address that is not known yet.
EXAMPLE_URL = "https://feeds.example.org/"

_TEMPLATE = """\
# yaml-language-server: $schema=clippings.schema.json
#
# A list of press clippings. What stands behind a # is a note, for you alone.
# After each change: feedpress check

publication:
  # The name of the feed of all clippings.
  title: {title}
  # Where feedpress is public. Every address in a feed starts with it.
  url: {url}
  # The web page that the list belongs to.
  # home: https://example.org/media/
  # A domain that is yours today, a comma, and the year. It begins the id of each clipping:
  # set it right before you publish, and never change it after that.
  tag: "{tag}"
  # The language of your clippings: en, es, de-AT.
  language: {language}
  # Where a day begins and ends for you.
  timezone: {timezone}

# Each project has feeds of its own. Its short name is a part of their addresses, for good.
# To describe one, take the first sign out of the next three lines.
projects:
#  my-project:
#    title: My project
#    summary: What it is about, in a sentence.

# The newest clipping comes on top. To write one, take the first sign out of the next lines.
# Only a title and a date must be there. A text with a colon in it goes in quotation marks.
clippings:
#- title: "The headline: as it stands there"
#  url: https://news.example.com/the-article
#  source: The Example Times
#  # When the article came out: a day, a month (2026-10) or a year.
#  published: 2026-10-14
#  summary: What it says, in a sentence or two.
"""


def text(title: str, url: str, tag: str | None, language: str, timezone: str, year: int) -> str:
    """Give the text of a new file; without a tag, it is made of the address and the year.

    The values are good ones: `editors.values` has read them.
    """
    return _TEMPLATE.format(
        title=yaml_writing.text(title),
        url=yaml_writing.text(url),
        tag=tag or f"{urlsplit(url).hostname},{year}",
        language=yaml_writing.text(language),
        timezone=timezone,
    )
