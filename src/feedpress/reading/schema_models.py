"""The shape of an editor's file, declared once: what keys there are and what each may hold.

The same classes check a file and give its JSON Schema.
They check one section or clipping at a time; `publication_file` puts the parts together.
"""

from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from feedpress.model import When
from feedpress.reading import value_schemas, values
from feedpress.reading.problems import quoted


def _typed(read: Callable[[str], Any], schema: dict[str, Any]) -> Any:
    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise PydanticCustomError("not-text", "a text is wanted here")
        try:
            return read(value)
        except values.BadValue as bad:
            context = {"message": bad.message, "fix": bad.fix}
            raise PydanticCustomError(bad.code, "{message}", context) from bad

    return PlainValidator(validate), WithJsonSchema(schema)


def _number(value: str) -> int:
    if value.isascii() and value.isdigit() and 1 <= len(value) <= 6 and int(value) > 0:
        return int(value)
    raise values.BadValue("bad-value", f"{quoted(value)} is not a number above 0", "write digits")


def _minutes(value: str) -> int:
    # A mistake that was published holds for so long in every cache.
    if value.isascii() and value.isdigit() and len(value) <= 4 and 1 <= int(value) <= 1440:
        return int(value)
    message = f"{quoted(value)} is not a number of minutes from 1 to 1440, which is a day"
    raise values.BadValue("bad-value", message, "write digits")


# In pydantic's own terms, for speed: most values are texts.
Text = Annotated[str, Field(pattern=r"\S"), WithJsonSchema(value_schemas.TEXT)]
Address = Annotated[str, *_typed(values.address, value_schemas.ADDRESS)]
Base = Annotated[str, *_typed(values.base, value_schemas.ADDRESS)]
Date = Annotated[When, *_typed(values.when, value_schemas.DATE)]
Id = Annotated[str, *_typed(values.clipping_id, value_schemas.ID)]
Slug = Annotated[str, *_typed(values.slug, value_schemas.SLUG)]
Tag = Annotated[str, *_typed(values.tag, value_schemas.TAG)]
Zone = Annotated[ZoneInfo, *_typed(values.time_zone, value_schemas.ZONE)]
Language = Annotated[str, *_typed(values.language, value_schemas.LANGUAGE)]
Email = Annotated[str, *_typed(values.email, value_schemas.EMAIL)]
Colour = Annotated[str, *_typed(values.colour, value_schemas.COLOUR)]
Switch = Annotated[bool, *_typed(values.switch, value_schemas.SWITCH)]
Minutes = Annotated[int, *_typed(_minutes, value_schemas.MINUTES)]
Number = Annotated[int, *_typed(_number, value_schemas.NUMBER)]


class Shape(BaseModel):
    """What every part has in common: no other keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# Of examples there are two at least: VS Code would put a single one into the file as the value of a
# key that is completed, and with it a fact that nobody meant.
def _key(title: str, description: str, *examples: Any) -> Any:
    return Field(default=None, title=title, description=description, examples=list(examples))


def _must(title: str, description: str, *examples: Any) -> Any:
    return Field(title=title, description=description, examples=list(examples))


class PersonShape(Shape):
    """Who publishes the clippings."""

    name: Text = _must(
        "Name", "The name that stands as the feeds' author.", "Innovation Team", "Press Office"
    )
    email: Email | None = _key(
        "E-mail", "An e-mail address for readers.", "team@example.org", "press@example.org"
    )
    uri: Address | None = _key(
        "Web site", "The author's web site.", "https://example.org/", "https://example.org/team/"
    )


class ImageShape(Shape):
    """A picture that goes with a clipping. Its address goes into the feeds."""

    url: Address = _must(
        "Picture's address",
        "The picture's web address.",
        "https://example.org/picture.jpg",
        "https://example.org/portal.png",
    )
    alt: Text | None = _key(
        "What it shows",
        "What the picture shows, for those who can't see it.",
        "The mayor opens the portal",
        "Two people at a desk",
    )


class PublicationShape(Shape):
    """What is published, and where."""

    title: Text = _must(
        "Title", "The name of the feed of all clippings.", "In the media", "Press clippings"
    )
    subtitle: Text | None = _key(
        "Subtitle",
        "One line below the title.",
        "What others write about our work",
        "The innovation team's work through someone else's lens",
    )
    url: Base = _must(
        "Public address",
        "Where feedpress is public. Every address in a feed starts with it.",
        "https://feeds.example.org/",
        "https://example.org/press/",
    )
    home: Address | None = _key(
        "Home page",
        "The web page that the publication belongs to.",
        "https://example.org/media/",
        "https://example.org/",
    )
    tag: Tag = _must(
        "Tag",
        "A domain that you owned on a day, a comma, that year. It begins every entry's id: set "
        "it once, never change it.",
        "example.org,2016",
        "example.org,2016-09-14",
    )
    language: Language | None = _key(
        "Language", "The language of the clippings. Without it, English.", "en-US", "es"
    )
    timezone: Zone | None = _key(
        "Time zone",
        "Where the editors' days begin: continent and city. Without it, UTC.",
        "America/Los_Angeles",
        "Europe/Madrid",
    )
    author: PersonShape | None = _key(
        "Author",
        "Who publishes the clippings.",
        {"name": "Innovation Team", "email": "team@example.org", "uri": "https://example.org/"},
        {"name": "Press Office"},
    )
    rights: Text | None = _key(
        "Rights", "Who may do what with the feeds.", "CC BY 4.0", "© Innovation Team"
    )
    logo: Address | None = _key(
        "Logo",
        "The address of a picture twice as wide as high.",
        "https://example.org/logo.png",
        "https://example.org/logo.svg",
    )
    icon: Address | None = _key(
        "Icon",
        "The address of a small square picture.",
        "https://example.org/icon.png",
        "https://example.org/favicon.ico",
    )
    accent: Colour | None = _key(
        "Colour", "The one colour of the pages, in quotation marks.", "#1a5fb4", "#c64600"
    )
    feed_size: Number | None = _key(
        "Entries in a feed",
        "How many entries a feed shows at once. Without it, 50. Older ones are in the archives.",
        50,
        100,
    )
    cache_minutes: Minutes | None = _key(
        "Minutes between polls",
        "How many minutes readers may wait before they ask again. Without it, 30.",
        30,
        60,
    )
    hubs: list[Address] | None = _key(
        "Hubs",
        "WebSub hubs to announce and to notify.",
        ["https://hub.example.org/"],
        ["https://hub.example.org/", "https://hub.example.com/"],
    )


class ProjectShape(Shape, title="Project"):
    """A project, which has its own page and its own feeds."""

    title: Text = _must(
        "Project's name",
        "The project's name, as clippings and readers show it.",
        "LA Business Portal",
        "Data Science",
    )
    summary: Text | None = _key(
        "Summary",
        "What the project is, in a sentence or two.",
        "One point of entry to City processes.",
        "A campaign that tells tenants about their rights.",
    )
    url: Address | None = _key(
        "Web page",
        "The project's own web page.",
        "https://business.example.org/",
        "https://example.org/data/",
    )
    also: list[Text] | None = _key(
        "Other names",
        "Other ways in which editors write its name.",
        ["Business Portal"],
        ["Portal", "Business Portal"],
    )
    formerly: list[Slug] | None = _key(
        "Former short names",
        "Short names that it had, the oldest first. Their addresses lead to the new one.",
        ["online-portal"],
        ["portal", "online-portal"],
    )
    retired: Date | None = _key(
        "End", "The day on which its feeds end. Its page stays.", "2019-06-30", "2019-06"
    )


class SourceShape(Shape, title="Source"):
    """What is known of one who published articles."""

    url: Address | None = _key(
        "Web site", "Its web site.", "https://www.govtech.com/", "https://laist.com/"
    )
    also: list[Text] | None = _key(
        "Other names",
        "Other ways in which editors write its name.",
        ["GovTech"],
        ["GovTech", "Gov Tech"],
    )


_DATED = {"anyOf": [{"required": ["published"]}, {"required": ["added"]}]}


class ClippingShape(Shape, title="Clipping", json_schema_extra=_DATED):
    """One article. It has a `title`, and `published` or `added`; the rest may be left out."""

    id: Id | None = _key(
        "Permanent name",
        "Its name for good, which `feedpress stamp` writes. Never change it once it is published.",
        "city-opens-its-portal-80e0cb29fa",
        "portal-opens",
    )
    title: Text = _must(
        "Headline",
        "The article's headline.",
        "LA launches open source business portal",
        "A New Guide for Tenants",
    )
    url: Address | None = _key(
        "Article's address",
        "The article's web address.",
        "https://example.com/portal.html",
        "https://example.com/2016/09/portal",
    )
    source: Text | None = _key(
        "Source", "Who published the article.", "Government Technology", "LAist"
    )
    published: Date | None = _key(
        "Date of the article",
        "When the article came out: a day, a month or a year.",
        "2016-09-14",
        "2016-09",
        "2016",
    )
    added: Date | None = _key(
        "Date of the clipping",
        "When subscribers see it as new. In the future: held back until then.",
        "2016-09-15T17:05:00Z",
        "2016-09-15",
    )
    updated: Date | None = _key(
        "Seen again",
        "Set it to today when subscribers should see the clipping again.",
        "2016-09-20",
        "2016-09-20T09:00:00Z",
    )
    projects: list[Text] | None = _key(
        "Projects",
        "The projects that it is about.",
        ["LA Business Portal"],
        ["LA Business Portal", "Data Science"],
    )
    summary: Text | None = _key(
        "Summary",
        "What it says, in a sentence or two. A blank line begins a new paragraph.",
        "The city has a new portal.",
        "Tenants find their rights in one place.",
    )
    image: ImageShape | None = _key(
        "Picture",
        "A picture that goes with it.",
        {"url": "https://example.org/picture.jpg", "alt": "The mayor opens the portal"},
        {"url": "https://example.org/portal.png"},
    )
    language: Language | None = _key(
        "Language", "The article's language, if it is another than the list's.", "es", "fr-CA"
    )
    # With nothing behind it, either of these two would let people see what they are not to see.
    withdrawn: Date = _key(
        "Taken back",
        "The day on which it was taken back. Subscribers are told, and its page is gone.",
        "2017-01-01",
        "2017-01-01T12:00:00Z",
    )
    draft: Switch = _key(
        "Draft", "`true` keeps it off the air until you take this out.", True, False
    )


class FileShape(Shape, title="Press clippings"):
    """A list of press clippings, from which feedpress makes feeds."""

    publication: PublicationShape | None = _key(
        "Publication",
        "What is published, and where.",
        {"title": "In the media", "url": "https://feeds.example.org/", "tag": "example.org,2016"},
        {
            "title": "Press clippings",
            "url": "https://example.org/press/",
            "tag": "example.org,2016",
            "timezone": "America/Los_Angeles",
        },
    )
    projects: dict[str, ProjectShape] | None = _key(
        "Projects",
        "The projects, each under its short name, which is part of its feeds' addresses for good.",
        {"data-science": {"title": "Data Science"}},
        {"rso-campaign": {"title": "RSO Campaign", "also": ["RSO"]}},
    )
    sources: dict[str, SourceShape | None] | None = _key(
        "Sources",
        "What is known of those who published the articles, each under its name.",
        {"Government Technology": {"url": "https://www.govtech.com/", "also": ["GovTech"]}},
        {"LAist": {}},
    )
    clippings: list[ClippingShape] | None = _key(
        "Clippings",
        "The clippings, the newest on top.",
        [{"title": "City Opens Its Portal", "published": "2016-09-14"}],
        [{"title": "A New Guide for Tenants", "added": "2016-07-12T17:05:00Z"}],
    )


#: The keys whose value has keys of its own.
NESTED: dict[str, type[Shape]] = {"author": PersonShape, "image": ImageShape}


def json_schema() -> dict[str, Any]:
    """Return what a file may hold as pydantic writes it in JSON Schema; `schema` makes it ready."""
    return FileShape.model_json_schema()
