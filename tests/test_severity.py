"""A file with an error publishes nothing; a cosmetic value or a strange key is only a warning."""

from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedpress.model import Publication
from feedpress.reading import fitting, publication_file, schema_models
from feedpress.reading.problems import InvalidFile, Problem, Severity
from support import yaml_value

_FILE: dict[str, Any] = {
    "publication": {
        "title": "In the media",
        "subtitle": "What others write",
        "url": "https://feeds.example.org/",
        "home": "https://example.org/media/",
        "tag": "example.org,2016",
        "language": "en-US",
        "timezone": "America/Los_Angeles",
        "author": {"name": "Team", "email": "team@example.org", "uri": "https://example.org/"},
        "rights": "CC BY 4.0",
        "logo": "https://example.org/logo.png",
        "icon": "https://example.org/icon.png",
        "accent": "#1a5fb4",
        "feed_size": "20",
        "cache_minutes": "15",
        "hubs": ["https://hub.example.org/"],
    },
    "projects": {
        "portal": {
            "title": "LA Business Portal",
            "summary": "One point of entry.",
            "url": "https://business.example.org/",
            "also": ["Business Portal"],
            "formerly": ["online-portal"],
            "retired": "2030",
        }
    },
    "sources": {"Government Technology": {"url": "https://www.govtech.com/", "also": ["GovTech"]}},
    "clippings": [
        {
            "id": "portal-opens",
            "title": "Portal opens",
            "url": "https://example.com/portal",
            "source": "GovTech",
            "published": "2016-09-14",
            "added": "2016-09-15T17:05:00Z",
            "updated": "2016-09-20",
            "projects": ["Business Portal"],
            "summary": "The city has a new portal.",
            "image": {"url": "https://example.com/portal.png", "alt": "The portal"},
            "language": "es",
            "withdrawn": "2030-01-01",
            "draft": "false",
        },
        {"title": "Portal closes", "added": "2017"},
    ],
}

#: Where each part with keys is in the file, and its shape.
_PARTS: dict[str, tuple[tuple[Any, ...], type[schema_models.Shape]]] = {
    "file": ((), schema_models.FileShape),
    "publication": (("publication",), schema_models.PublicationShape),
    "author": (("publication", "author"), schema_models.PersonShape),
    "project": (("projects", "portal"), schema_models.ProjectShape),
    "source": (("sources", "Government Technology"), schema_models.SourceShape),
    "clipping": (("clippings", 0), schema_models.ClippingShape),
    "image": (("clippings", 0, "image"), schema_models.ImageShape),
}

#: For each key of each part, values that it can't have.
_BAD_VALUES: dict[str, dict[str, list[Any]]] = {
    "file": {"publication": ["x", []], "projects": ["x"], "sources": ["x"], "clippings": ["x"]},
    "publication": {
        "title": [[], None, ""],
        "subtitle": [[]],
        "url": ["example.org", "https://example.org/?a=b"],
        "home": ["example.org"],
        "tag": ["example.org"],
        "language": ["x", []],
        "timezone": ["Los Angeles"],
        "author": ["Team", {}],
        "rights": [[]],
        "logo": ["logo.png", {}],
        "icon": ["icon.png"],
        "accent": ["blue", []],
        "feed_size": ["many"],
        "cache_minutes": ["0"],
        "hubs": ["https://hub.example.org/", ["hub.example.org"]],
    },
    "author": {"name": [None, []], "email": ["team"], "uri": ["example.org"]},
    "project": {
        "title": [None],
        "summary": [[]],
        "url": ["example.org"],
        "also": ["Portal", [[]]],
        "formerly": ["old-portal", ["Old Portal"]],
        "retired": ["soon"],
    },
    "source": {"url": ["govtech.com"], "also": ["GovTech", [[]]]},
    "clipping": {
        "id": ["Portal opens"],
        "title": [None, [], ""],
        "url": ["example.com", []],
        "source": [[], {}],
        "published": ["9/14/2016"],
        "added": ["tomorrow"],
        "updated": ["soon"],
        "projects": ["Business Portal", ["Zoo"], [[]]],
        "summary": [[]],
        "image": ["https://example.com/portal.png", [], {}, {"alt": "The portal"}],
        "language": ["x", []],
        "withdrawn": ["yes", None],
        "draft": ["perhaps", None],
    },
    "image": {"url": ["portal.png", None, []], "alt": [[]]},
}
#: Parts or keys that feeds can do without, with what is published if the value is bad.
_COSMETIC: dict[tuple[str, str], str] = {
    ("publication", "language"): "language",
    ("publication", "logo"): "logo",
    ("publication", "icon"): "icon",
    ("publication", "accent"): "accent",
    ("clipping", "image"): "image",
    ("clipping", "language"): "language",
    ("image", "url"): "image",
    ("image", "alt"): "image",
}
#: A misspelt key of each part, and keys that have nothing to do with it.
_MISSPELT = {
    "file": ["Clippings", "publikation", "projcts", "title", "source"],
    "publication": ["titel", "accent_", "languge", "link"],
    "author": ["nmae", "mail"],
    "project": ["titel", "name", "formerlie", "retried"],
    "source": ["ulr", "link", "aslo"],
    "clipping": ["titel", "link", "di", "witdrawn", "drafts", "-title", "tags"],
    "image": ["ulr", "href", "Alt"],
}
_STRANGE = ["note", "comment", "page", "x-checked", "メモ", "todo", "1", "bewertung"]


def _with(part: str, key: str, value: Any) -> str:
    """Write the file with another value of one key."""

    def changed(whole: Any, path: tuple[Any, ...]) -> Any:
        if not path:
            return {**whole, key: value}
        first, *rest = path
        inner = changed(whole[first], tuple(rest))
        if isinstance(whole, list):
            return [inner if index == first else each for index, each in enumerate(whole)]
        return {**whole, first: inner}

    sections = changed(_FILE, _PARTS[part][0])
    return "".join(f"{yaml_value(name)}: {_value(each)}\n" for name, each in sections.items())


def _value(value: Any) -> str:
    # An empty value is written as nothing.
    return yaml_value(value).replace("null", "")


def _examine(text: str) -> publication_file.Reading:
    return publication_file.examine([("clippings.yaml", text.encode())])


def _load(text: str) -> tuple[Publication, tuple[Problem, ...]]:
    return publication_file.load([("clippings.yaml", text.encode())])


def _without_places(publication: Publication) -> Any:
    names = (
        "title subtitle url tag home author language timezone rights logo icon accent feed_size "
    )
    names += "cache_minutes hubs projects sources clippings"
    return {name: getattr(publication, name) for name in names.split()}


def _refuse(text: str) -> tuple[Problem, ...]:
    """Return the problems of a file with an error, of which nothing may be published."""
    with pytest.raises(InvalidFile) as caught:
        _load(text)
    return caught.value.problems


_GOOD = _with("clipping", "title", "Portal opens")
_WRONG = [
    pytest.param(part, key, value, id=f"{part}-{key}-{value}")
    for part, keys in _BAD_VALUES.items()
    for key, bad_values in keys.items()
    for value in bad_values
]


def test_every_key_is_in_the_table() -> None:
    """The tables of this module name every key of every part."""
    for part, (_, kind) in _PARTS.items():
        assert _BAD_VALUES[part].keys() == kind.model_fields.keys()
    assert _load(_GOOD)[1] == ()


@pytest.mark.parametrize(("part", "key", "value"), _WRONG)
def test_bad_value(part: str, key: str, value: Any) -> None:
    """A bad value is an error, unless the key is cosmetic; then the rest is published."""
    text = _with(part, key, value)
    if (part, key) not in _COSMETIC:
        problems = _refuse(text)
        assert problems[0].severity is Severity.ERROR
        return
    publication, (warning,) = _load(text)
    assert warning.severity is Severity.WARNING
    assert warning.message.endswith(("so it is left out", "so the image is left out"))
    dropped = _COSMETIC[part, key]
    expected = _without_places(_load(_GOOD)[0])
    found = _without_places(publication)
    if part == "publication":
        expected[dropped] = "en" if dropped == "language" else None
        assert found == expected
        return
    one, other = publication.clippings
    assert getattr(one, dropped) is None
    good = expected.pop("clippings")
    assert other == good[1]
    assert found.pop("clippings") != good
    assert found == expected
    for name in ("id", "title", "url", "source", "summary", "projects", "added", "updated"):
        assert getattr(one, name) == getattr(good[0], name)
    assert getattr(one, "image" if dropped == "language" else "language")


@pytest.mark.parametrize(
    ("part", "key"), [(part, key) for part, keys in _MISSPELT.items() for key in keys]
)
def test_misspelt_key(part: str, key: str) -> None:
    """A key that is nearly a known one is an error in every part, whatever its value."""
    values: list[Any] = ["x", [], {}, None]
    for value in values:
        problem = _refuse(_with(part, key, value))[0]
        assert (problem.code, problem.severity) == ("unknown-key", Severity.ERROR)
        assert "so it is ignored" not in problem.message


@pytest.mark.parametrize("part", _PARTS)
@pytest.mark.parametrize("key", _STRANGE)
def test_strange_key(part: str, key: str) -> None:
    """A key that is like no known one is ignored with a warning in every part."""
    expected = _without_places(_load(_GOOD)[0])
    for value in ("x", ["a"], {"title": "x"}, None):
        publication, (warning,) = _load(_with(part, key, value))
        assert (warning.code, warning.severity) == ("unknown-key", Severity.WARNING)
        assert warning.message.endswith("is not known, so it is ignored")
        assert _without_places(publication) == expected


def test_bad_image_with_a_misspelt_key() -> None:
    """A misspelt key is an error in a cosmetic value as well."""
    (problem, _) = _refuse(_with("clipping", "image", {"ulr": "https://a.example/", "alt": []}))
    assert problem.code == "unknown-key"


def test_more_unknown_keys_than_anybody_types() -> None:
    """Beyond a number of unknown keys, a misspelt one may be among them, so none is ignored."""
    keys = {f"x{number}": "1" for number in range(fitting.MOST_FAULTS)}
    text = _GOOD.partition('"clippings":')[0]
    for more, is_published in (({}, True), ({"witdrawn": "2017"}, False)):
        clipping = yaml_value({"title": "A", "added": "2020"} | keys | more)
        reading = _examine(f"{text}clippings: [{clipping}]\n")
        assert (not reading.errors) is is_published


@st.composite
def _files(draw: st.DrawFn) -> str:
    """Draw a file in which some values, keys or lines are wrong."""
    part = draw(st.sampled_from([*_PARTS]))
    key = draw(st.sampled_from([*_BAD_VALUES[part], *_MISSPELT[part], *_STRANGE]))
    value = draw(st.sampled_from([*chain(*_BAD_VALUES[part].values()), "x", {"a": "b"}]))
    lines = _with(part, key, value).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 2))):
        line = draw(st.integers(0, len(lines) - 1))
        pieces = ["", "note: x\n", lines[line] * 2, "- x\n", lines[line].replace(":", "", 1)]
        lines[line] = draw(st.sampled_from(pieces))
    return "".join(lines)


@settings(max_examples=300, deadline=None)
@given(_files())
def test_nothing_is_published_if_there_is_an_error(text: str) -> None:
    """`load` refuses a file exactly if there is an error, and says the same as `examine`."""
    reading = _examine(text)
    assert reading.publication is not None or reading.errors
    if reading.errors:
        assert _refuse(text) == reading.problems
    else:
        assert _load(text) == (reading.publication, reading.problems)
