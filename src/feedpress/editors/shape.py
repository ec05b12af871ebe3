"""The shape of an editor's file, declared once: what keys there are and what each may hold.

The only module that imports pydantic. The same classes check a file and give its JSON Schema.
They check one section or clipping at a time; `clippings_file` puts the parts together.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from feedpress.editors import values
from feedpress.editors.problems import shown
from feedpress.model import When

# Editors' editors take `1984` and `No` for a number and a switch; here they are texts.
_TEXT_SCHEMA = {"type": ["string", "number", "boolean"]}
_DATE_SCHEMA = {
    "type": ["string", "integer"],
    "pattern": r"^\d{4}(-\d\d(-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?([Zz]|[+-]\d\d:\d\d))?)?)?)?$",
}


def _typed(read: Callable[[str], Any], schema: dict[str, Any]) -> Any:
    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise PydanticCustomError("not-text", "a text is wanted here")
        try:
            return read(value)
        except values.BadValue as bad:
            context = {"message": bad.message, "cure": bad.cure}
            raise PydanticCustomError(bad.code, "{message}", context) from bad

    return PlainValidator(validate), WithJsonSchema(schema)


def _number(value: str) -> int:
    if value.isascii() and value.isdigit() and 1 <= len(value) <= 6 and int(value) > 0:
        return int(value)
    raise values.BadValue("bad-value", f"{shown(value)} is not a number above 0", "write digits")


def _minutes(value: str) -> int:
    # A mistake that was published holds for so long in every cache.
    if value.isascii() and value.isdigit() and len(value) <= 4 and 1 <= int(value) <= 1440:
        return int(value)
    message = f"{shown(value)} is not a number of minutes from 1 to 1440, which is a day"
    raise values.BadValue("bad-value", message, "write digits")


# In pydantic's own terms, for speed: most values are texts.
Text = Annotated[str, Field(pattern=r"\S"), WithJsonSchema(_TEXT_SCHEMA)]
Address = Annotated[str, *_typed(values.address, {"type": "string", "format": "uri"})]
Base = Annotated[str, *_typed(values.base, {"type": "string", "format": "uri"})]
Date = Annotated[When, *_typed(values.when, _DATE_SCHEMA)]
Id = Annotated[str, *_typed(values.clipping_id, _TEXT_SCHEMA)]
Slug = Annotated[str, *_typed(values.slug, _TEXT_SCHEMA)]
Tag = Annotated[str, *_typed(values.tag, {"type": "string"})]
Zone = Annotated[ZoneInfo, *_typed(values.time_zone, {"type": "string"})]
Language = Annotated[str, *_typed(values.language, _TEXT_SCHEMA)]
Email = Annotated[str, *_typed(values.email, {"type": "string", "format": "email"})]
Colour = Annotated[str, *_typed(values.colour, {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"})]
Switch = Annotated[bool, *_typed(values.switch, {"type": "boolean"})]
Minutes = Annotated[int, *_typed(_minutes, {"type": "integer", "minimum": 1, "maximum": 1440})]
Number = Annotated[int, *_typed(_number, {"type": "integer", "minimum": 1})]


class Shape(BaseModel):
    """What every part has in common: no other keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _key(description: str, *examples: Any) -> Any:
    return Field(default=None, description=description, examples=list(examples))


def _must(description: str, *examples: Any) -> Any:
    return Field(description=description, examples=list(examples))


class PersonShape(Shape):
    """Who publishes the clippings."""

    name: Text = _must("The name that stands as the feeds' author.", "Innovation Team")
    email: Email | None = _key("An e-mail address for readers.", "team@example.org")
    uri: Address | None = _key("The author's web site.", "https://example.org/")


class ImageShape(Shape):
    """A picture that goes with a clipping."""

    url: Address = _must("The picture's web address.", "https://example.org/picture.jpg")
    alt: Text | None = _key("What the picture shows, for those who can't see it.")


class PublicationShape(Shape):
    """What is published, and where."""

    title: Text = _must("The name of the feed of all clippings.", "In the media")
    subtitle: Text | None = _key("One line below the title.")
    url: Base = _must("Where feedpress is public.", "https://feeds.example.org/")
    home: Address | None = _key("The web page that it belongs to.", "https://example.org/media/")
    tag: Tag = _must(
        "A domain that you owned on a day, a comma, that year. It begins every entry's id: set "
        "it once, never change it.",
        "example.org,2016",
    )
    language: Language | None = _key("The language of the clippings.", "en-US", "es")
    timezone: Zone | None = _key("Where the editors' days begin.", "America/Los_Angeles")
    author: PersonShape | None = _key("Who publishes the clippings.")
    rights: Text | None = _key("Who may do what with the feeds.")
    logo: Address | None = _key("A picture twice as wide as high.")
    icon: Address | None = _key("A small square picture.")
    accent: Colour | None = _key("The one colour of the pages.", "#1a5fb4")
    feed_size: Number | None = _key("How many entries a feed shows at once.", 50)
    cache_minutes: Minutes | None = _key("How long readers may wait before they ask again.", 30)
    hubs: list[Address] | None = _key("WebSub hubs to announce and to notify.")


class ProjectShape(Shape):
    """A project, which has its own feeds."""

    title: Text = _must("The project's name.", "LA Business Portal")
    summary: Text | None = _key("What the project is, in a sentence or two.")
    url: Address | None = _key("The project's web page.")
    also: list[Text] | None = _key("Other ways that editors write its name.", ["Business Portal"])
    formerly: list[Slug] | None = _key("Short names that it had, the oldest first.")
    retired: Date | None = _key("The day on which its feeds end.", "2019-06-30")


class SourceShape(Shape):
    """What is known of who published articles."""

    url: Address | None = _key("Its web site.", "https://www.govtech.com/")
    also: list[Text] | None = _key("Other ways that editors write its name.", ["GovTech"])


class ClippingShape(Shape):
    """One article."""

    id: Id | None = _key("Its permanent name. Never change it once it is published.")
    title: Text = _must("The article's headline.", "LA launches open source business portal")
    url: Address | None = _key("The article's web address.")
    source: Text | None = _key("Who published the article.", "Government Technology")
    published: Date | None = _key("When the article came out.", "2016-09-14", "2016-09", "2016")
    added: Date | None = _key(
        "When subscribers see it as new. In the future: held back until then.",
        "2016-09-15T17:05:00Z",
    )
    updated: Date | None = _key("Set it when subscribers should see it again.", "2016-09-20")
    projects: list[Text] | None = _key("The projects that it is about.", ["LA Business Portal"])
    summary: Text | None = _key("What it says. A blank line begins a new paragraph.")
    image: ImageShape | None = _key("A picture that goes with it.")
    language: Language | None = _key("The article's language, if it is another.", "es")
    withdrawn: Date | None = _key("The day on which it was taken back.", "2017-01-01")
    draft: Switch | None = _key("`true` keeps it off the air until you take this out.", True)


class FileShape(Shape):
    """A file of press clippings for feedpress."""

    publication: PublicationShape | None = _key("What is published, and where.")
    projects: dict[str, ProjectShape] | None = _key("The projects, each under its short name.")
    sources: dict[str, SourceShape | None] | None = _key("Who published the articles.")
    clippings: list[ClippingShape] | None = _key("The clippings, the newest on top.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What one part of a file has wrong: at which key of it, and at which item of that key."""

    code: str
    message: str
    cure: str
    key: str
    item: int | None = None
    #: For a key that is not known: the one that was probably meant.
    meant: str | None = None

    @property
    def is_missing(self) -> bool:
        """Tell whether the key is not there at all."""
        return self.code == "missing-key" and self.item is None


_S = TypeVar("_S", bound=Shape)

#: More than any honest mistake makes in one part; the rest of them is not told.
MOST_FAULTS = 100
_LONGEST_KEY = 60  # characters that are compared with the keys that there are


def fit(kind: type[_S], typed: Mapping[str, Any]) -> _S | list[Fault]:
    """Read one part of a file by its shape; where it does not fit, say what is wrong."""
    try:
        return kind.model_validate(typed)
    except ValidationError as error:
        return [_fault(kind, each) for each in error.errors(include_url=False)[:MOST_FAULTS]]


def unknown_keys(kind: type[Shape], typed: Iterable[str]) -> list[Fault]:
    """Say which keys a part does not know, without looking at what they hold."""
    unknown = (key for key in typed if key not in kind.model_fields)
    return [_unknown_key(key, kind) for key in islice(unknown, MOST_FAULTS)]


def is_required(kind: type[Shape], key: str) -> bool:
    """Tell whether a part can't do without a key."""
    return key in kind.model_fields and kind.model_fields[key].is_required()


# Words of other formats for what a clipping's keys mean.
_SYNONYMS = {
    "author": "source",
    "authors": "source",
    "body": "summary",
    "categories": "projects",
    "category": "projects",
    "date": "published",
    "description": "summary",
    "guid": "id",
    "headline": "title",
    "href": "url",
    "link": "url",
    "name": "title",
    "outlet": "source",
    "project": "projects",
    "publisher": "source",
    "tags": "projects",
    "text": "summary",
}


def _fault(kind: type[Shape], details: Any) -> Fault:
    key = str(details["loc"][0])
    item = details["loc"][1] if len(details["loc"]) > 1 else None
    context = details.get("ctx", {})
    blank = details["input"] is None
    match details["type"]:
        case "missing":
            return Fault("missing-key", f"the key {key!r} is missing", f"add {key}: …", key)
        case "not-text" | "string_type" if blank:
            return Fault("missing-key", f"{key!r} has no value", "write it", key, item)
        case "extra_forbidden":
            return _unknown_key(key, kind)
        case "list_type":
            cure = f"write it like {key}: [one, two]"
            return Fault("not-a-list", f"{key!r} wants a list", cure, key, item)
        case "model_type":
            inner = ", ".join(f"{name}: …" for name in _required_keys(kind, key))
            return Fault("not-a-mapping", f"{key!r} wants keys", f"write {{{inner}}}", key, item)
        case "string_pattern_mismatch":
            message = f"{key!r} has an empty text"
            return Fault("missing-key", message, "write it, or take the key out", key, item)
        case "not-text" | "string_type":
            message = f"{key!r} wants a text, not a list or keys"
            cure = "write it behind the colon; a text with brackets goes in quotation marks"
            return Fault("not-text", message, cure, key, item)
        case code:
            return Fault(code, context["message"], context["cure"], key, item)


def _unknown_key(key: str, kind: type[Shape]) -> Fault:
    meant = _meant(key, kind)
    cure = f"did you mean {meant!r}?" if meant else f"the keys are {', '.join(_keys(kind))}"
    bare_key = key.lstrip("-")
    if kind is FileShape and (bare_key in ClippingShape.model_fields or bare_key in _ABOUT):
        meant = bare_key  # it has slipped out of the part that it belongs to
        cure = "put spaces in front, so that it begins below the keys that it belongs to"
    if bare_key != key:
        cure = "put a space behind the hyphen"
    elif key[:1].isspace():
        cure = "type the space in front anew: it is not an ordinary one"
    return Fault("unknown-key", f"the key {shown(key)} is not known", cure, key, None, meant)


def _keys(kind: type[Shape]) -> list[str]:
    return list(kind.model_fields)


def _required_keys(kind: type[Shape], key: str) -> list[str]:
    nested = NESTED[key]
    return [name for name in _keys(nested) if is_required(nested, name)]


def _meant(key: str, kind: type[Shape]) -> str | None:
    word = key[:_LONGEST_KEY].lstrip("-").strip().casefold()
    synonym = _SYNONYMS.get(word)
    if synonym in kind.model_fields:
        return synonym
    return next(iter(difflib.get_close_matches(word, _keys(kind), 1, 0.6)), None)


_ABOUT = PublicationShape.model_fields

#: The keys whose value has keys of its own.
NESTED: dict[str, type[Shape]] = {"author": PersonShape, "image": ImageShape}


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a file, for editors' editors."""
    schema = FileShape.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
