"""The JSON Schema of a file, for editors' editors, with the file's own names to choose from.

Names are offered, and others are not refused: the schema may be older than the file.
It is of draft 07 and has no references, which text editors understand best.
"""

import json
from collections.abc import Container, Iterable
from copy import deepcopy
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from feedpress.model import Publication
from feedpress.reading import schema_models

# More names, or longer ones, nobody chooses from.
_MOST = 1000
_LONGEST = 200  # characters

_LIST = "A list is wanted: write it like [one, two], or each on a line with a hyphen in front."


def schema_text(publication: Publication | None = None, shown: Container[str] | None = None) -> str:
    """Return the schema as it is printed and served.

    It offers a publication's projects and sources, in the order of its file; of the sources only
    those in `shown`, where that is given.
    """
    if publication is None:
        return _text((), ())
    described = (source.name for source in publication.sources)
    named = (each.source.name for each in publication.clippings if each.source)
    sources = dict.fromkeys((*described, *named))
    return _text(
        _offered(project.title for project in publication.projects),
        _offered(name for name in sources if shown is None or name in shown),
    )


def _offered(names: Iterable[str]) -> tuple[str, ...]:
    short = (name for name in dict.fromkeys(names) if len(name) <= _LONGEST)
    return tuple(islice(short, _MOST))


# An edit changes the names but seldom.
@lru_cache(maxsize=4)
def _text(projects: tuple[str, ...], sources: tuple[str, ...]) -> str:
    schema = deepcopy(_of_any_file())
    about = schema["properties"]["clippings"]["items"]["properties"]
    about["source"] = _offering(sources, about["source"])
    about["projects"]["items"] = _offering(projects, about["projects"]["items"])
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _offering(names: tuple[str, ...], schema: dict[str, Any]) -> dict[str, Any]:
    if not names:
        return schema
    about = {key: schema[key] for key in ("title", "description", "examples") if key in schema}
    # With its type, or VS Code leaves out the quotation marks that a name may need. Whatever a
    # list of types has, such as null, it offers beside the names: so the other ones have none.
    chosen = {"type": "string", "enum": list(names)}
    return about | {"anyOf": [chosen, {"not": {"type": ["array", "object"]}}]}


@cache
def _of_any_file() -> dict[str, Any]:
    schema = schema_models.json_schema()
    plain: dict[str, Any] = _plain(schema, schema.pop("$defs"))
    return {"$schema": "http://json-schema.org/draft-07/schema#"} | plain


def _plain(part: Any, definitions: dict[str, Any]) -> Any:
    """Put what is referred to in its place, and let a key without a value be."""
    if isinstance(part, list):
        return [_plain(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _plain(definitions[part["$ref"].rpartition("/")[2]], definitions)
    found = {key: _plain(each, definitions) for key, each in part.items() if key != "default"}
    if found.get("type") == "array":
        found["errorMessage"] = _LIST
    match found:
        case {"anyOf": [one, {"type": "null"}], **about}:
            types = one["type"] if isinstance(one["type"], list) else [one["type"]]
            return one | about | {"type": [*types, "null"]}
    return found
