"""What does not fit the shape of an editor's file, as faults: what is wrong, and the fix.

Where a fault stands is not known here; `parts` knows.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError

from feedpress.reading.problems import quoted
from feedpress.reading.schema_models import (
    NESTED,
    ClippingShape,
    FileShape,
    ProjectShape,
    PublicationShape,
    Shape,
)
from feedpress.urls import UNSEEN


@dataclass(frozen=True, slots=True)
class Fault:
    """What one part of a file has wrong: at which key of it, and at which item of that key."""

    code: str
    message: str
    fix: str
    key: str
    item: int | None = None
    #: For a key that is not known: the one that was probably meant.
    meant: str | None = None

    @property
    def is_missing(self) -> bool:
        """Return whether the key is not there at all."""
        return self.code == "missing-key" and self.item is None


_S = TypeVar("_S", bound=Shape)

#: More faults than anybody makes in one part by mistake; the rest are not reported.
MOST_FAULTS = 100
_MARKS = ("“", "”", "„", "‘", "’", "«", "»", '"', "'")
_LIKENESS = 0.7  # so that other words, such as "page" beside "image", are no misspellings
_LONGEST_KEY = 60  # characters that are compared with the keys that there are


def fit(kind: type[_S], typed: Mapping[str, Any]) -> _S | list[Fault]:
    """Read one part of a file by its shape; where it does not fit, say what is wrong."""
    try:
        return kind.model_validate(typed)
    except ValidationError as error:
        return [_fault(kind, each) for each in error.errors(include_url=False)[:MOST_FAULTS]]


def unknown_keys(kind: type[Shape], typed: Iterable[str]) -> list[Fault]:
    """Return the unknown keys of a part; if there are more than MOST_FAULTS, one more than that."""
    unknown = (key for key in typed if key not in kind.model_fields)
    return [_unknown_key(key, kind) for key in islice(unknown, MOST_FAULTS + 1)]


def is_required(kind: type[Shape], key: str) -> bool:
    """Return whether a part can't do without a key."""
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
            fix = "write it; a text that begins with # goes in quotation marks"
            if not is_required(kind, key):
                fix = "write it, or take the key out"
            return Fault("missing-key", f"{key!r} has no value", fix, key, item)
        case "list_type":
            fix = f"write it like {key}: [one, two], or each below with a hyphen and a space"
            return Fault("not-a-list", f"{key!r} must be a list", fix, key, item)
        case "model_type":
            inner = ", ".join(f"{name}: …" for name in _required_keys(kind, key))
            return Fault(
                "not-a-mapping", f"{key!r} must have keys", f"write {{{inner}}}", key, item
            )
        case "string_pattern_mismatch":
            message = f"{key!r} has an empty text"
            return Fault("missing-key", message, "write it, or take the key out", key, item)
        case "not-text" | "string_type":
            message = f"{key!r} must be a text, not a list or keys"
            fix = "write it behind the colon; a text with brackets goes in quotation marks"
            return Fault("not-text", message, fix, key, item)
        case code:
            typed, fix = details["input"], context["fix"]
            if isinstance(typed, str) and (typed.startswith(_MARKS) or typed.endswith(_MARKS)):
                fix = "type straight quotation marks around it, or none"
            return Fault(code, context["message"], fix, key, item)


def _unknown_key(key: str, kind: type[Shape]) -> Fault:
    meant = _meant(key, kind)
    fix = f"did you mean {meant!r}?" if meant else f"the keys are {', '.join(_keys(kind))}"
    bare_key = key[:_LONGEST_KEY].lstrip("-").strip()
    if kind is FileShape and any(bare_key in part.model_fields for part in _PARTS):
        meant = bare_key  # it has slipped out of the part that it belongs to
        fix = "put spaces in front, so that it begins below the keys that it belongs to"
    if key.startswith("-"):
        fix = "put a space behind the hyphen"
    elif key[-1:].isspace() or UNSEEN.search(key):
        fix = "type it anew: a character in it can't be seen"
    elif key[:1].isspace():
        fix = "type the space in front anew: it is not an ordinary one"
    elif meant and _sign_behind(key, kind):
        fix = f"write {meant}: with an ordinary colon and a space behind it"
    return Fault("unknown-key", f"the key {quoted(key)} is not known", fix, key, None, meant)


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
    if found := _sign_behind(key, kind):
        return found
    if swapped := [known for known in _keys(kind) if sorted(known) == sorted(word)]:
        return swapped[0]  # too short a word, such as id, is not like itself
    return next(iter(difflib.get_close_matches(word, _keys(kind), 1, _LIKENESS)), None)


def _sign_behind(key: str, kind: type[Shape]) -> str | None:
    """Return the key that a text begins with, if another character is in place of its colon."""
    found = re.match(r"(\w+)(?:\s*[=;,:：]|\s)\s*\S", key)
    return found[1] if found and found[1] in kind.model_fields else None


#: The parts of a file that keys belong to, and may slip out of.
_PARTS: tuple[type[Shape], ...] = (ClippingShape, PublicationShape, ProjectShape)
