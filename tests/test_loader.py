"""A Loader gives what `load` gives, whatever it has loaded before, and parses only what is new."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml.cyaml import CParser  # type: ignore[attr-defined] # its stubs leave it out

from feedpress.editors import clippings_file, fitting, item_memory, yaml_text
from feedpress.editors.problems import Unreadable
from feedpress.editors.yaml_values import Origin
from feedpress.model import Publication
from test_invalid_files import FULL, HEAD, TABLE

_NAME = "clippings.yaml"
_ONE = "- title: One\n  published: 2016-09-14\n"
_TWO = "- {title: Two, added: 2017-01-01, projects: [portal]}\n"
_THREE = "- id: three\n  title: Three\n  added: 2018-01-01\n  projects:\n  - portal\n  - Nowhere\n"
_LIST = f"{HEAD}clippings:\n{_ONE}{_TWO}{_THREE}{_ONE.replace('One', 'Last')}"

_Files = list[tuple[str, bytes]]


def _outcome(load: Callable[[_Files], tuple[Publication, Any]], files: _Files) -> Any:
    """Give all that a load says, with the places, which do not count in comparisons."""
    try:
        publication, problems = load(files)
    except Unreadable as error:
        return error.problems
    places = [publication.place, *(each.place for each in publication.projects)]
    places += [each.place for each in publication.clippings]
    return publication, places, problems


def _assert_same(loader: clippings_file.Loader, *texts: str | bytes) -> Any:
    """Load with a Loader and with `load`, and give what both say."""
    files = [
        (f"{number}-{_NAME}", text if isinstance(text, bytes) else text.encode())
        for number, text in enumerate(texts)
    ]
    outcome = _outcome(clippings_file.load, files)
    assert _outcome(lambda each: loader.load(each)[:2], files) == outcome
    return outcome


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the texts that go through libyaml."""
    texts: list[str] = []
    parser = CParser

    def collecting(text: str) -> Any:
        texts.append(text)
        return parser(text)

    monkeypatch.setattr(yaml_text, "CParser", collecting)
    return texts


def _load(loader: clippings_file.Loader, *texts: str) -> Publication:
    files = [(f"{number}-{_NAME}", text.encode()) for number, text in enumerate(texts)]
    return loader.load(files)[0]


def test_only_what_is_new_is_parsed(parsed: list[str]) -> None:
    """After an edit of one clipping of many, libyaml sees it, the head and the last one."""
    many = "".join(f"- title: Number {n}\n  added: 2017-01-01\n" for n in range(200))
    text = f"{HEAD}clippings:\n{many}"
    loader = clippings_file.Loader()
    _load(loader, text)
    parsed.clear()
    _load(loader, text.replace("Number 77\n", "Number 77, edited\n"))
    head, edited, last = parsed
    assert head == f"{HEAD}clippings:\n-"
    assert edited == "clippings:\n- title: Number 77, edited\n  added: 2017-01-01\n-"
    assert last == "clippings:\n- title: Number 199\n  added: 2017-01-01\n"


def test_only_what_is_new_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clipping without a problem is fitted to its shape once, one with a problem each time."""
    bad = "- title: Bad\n  added: 2017-01-01\n  url: nonsense\n"
    text = _LIST.replace(_TWO, _TWO + bad)
    fit, fitted = fitting.fit, []

    def collecting(kind: Any, typed: Any) -> Any:
        fitted.append(typed.get("title"))
        return fit(kind, typed)

    loader = clippings_file.Loader()
    _load(loader, text)
    monkeypatch.setattr(fitting, "fit", collecting)
    _load(loader, text)
    assert fitted == ["In the media", "LA Business Portal", "Bad", "Last"]


def test_a_problem_within_a_key_is_told_each_time() -> None:
    """A problem of a part that a clipping can do without is told again when it is known."""
    loader = clippings_file.Loader()
    for text in (_LIST, f"# A note.\n{_LIST}"):
        text = text.replace(_TWO, f"- title: Bad\n  added: 2017\n  image: {{alt: x}}\n{_TWO}")
        *_, problems = _assert_same(loader, text)
        assert [each.code for each in problems] == ["missing-key", "unknown-project"]


def test_a_list_of_items_knows_their_places() -> None:
    """The list that is put together tells where each item stands, as if it were parsed at once."""
    data, origin = _LIST.encode(), Origin(_NAME)
    together = item_memory.Parser({}).parse(data, origin, [])[0]["clippings"]
    at_once = yaml_text.parse(data, origin, [])[0]["clippings"]
    assert [*map(together.place_of, range(4))] == [*map(at_once.place_of, range(4))]


def test_a_problem_of_yaml_is_told_each_time(parsed: list[str]) -> None:
    """A clipping of which libyaml's events tell a problem is parsed each time, and alone."""
    bad = "- title: Bad\n  title: Worse\n  added: 2017-01-01\n"
    loader = clippings_file.Loader()
    for shift in ("", "# A note.\n", "\n\n"):
        text = _LIST.replace(_TWO, _TWO + shift + bad)
        _assert_same(loader, text)
        parsed.clear()
        _load(loader, text)
        assert len(parsed) == 3  # the head, this and the last one
        assert bad in parsed[1]


def test_places_follow_what_has_moved() -> None:
    """What stands further down now is told with its new line; what was told before stays."""
    loader = clippings_file.Loader()
    before = _load(loader, _LIST).clippings
    for text in (_LIST.replace(_ONE, _ONE + "# A note.\n"), _LIST.replace(_TWO, "")):
        _assert_same(loader, text)
    assert [each.place.line for each in before] == [8, 10, 11, 17]


def test_clippings_that_are_alike_have_places_of_their_own() -> None:
    """Two clippings of the same text, in one file or in two, are told with two places."""
    loader = clippings_file.Loader()
    for count in (1, 2, 3, 1):
        text = _LIST.replace(_THREE, _THREE * count)
        _assert_same(loader, text)
        _assert_same(loader, text, f"clippings:\n{_THREE * count}{_ONE}")


def test_a_clipping_is_known_in_another_file(parsed: list[str]) -> None:
    """A clipping that moves to another file of the folder is not parsed again."""
    loader = clippings_file.Loader()
    _load(loader, _LIST, f"clippings:\n{_ONE.replace('One', 'Older')}")
    parsed.clear()
    texts = _LIST.replace(_TWO, ""), f"clippings:\n{_TWO}{_ONE.replace('One', 'Older')}"
    files = [each.place.file for each in _load(loader, *texts).clippings]
    assert files == [f"{number}-{_NAME}" for number in (0, 0, 0, 1, 1)]
    assert "Two" not in "".join(parsed)


def test_what_was_known_outlives_a_broken_file(parsed: list[str]) -> None:
    """When a mistake that made the file unreadable is mended, only what is new is parsed."""
    loader = clippings_file.Loader()
    _load(loader, _LIST)
    _assert_same(loader, _LIST.replace("title: Two", "title: 'Two"))
    parsed.clear()
    _load(loader, _LIST)
    assert len(parsed) == 2  # the head and the last one


def test_only_the_last_load_is_known(parsed: list[str]) -> None:
    """A clipping that was not in the file the last time is parsed anew when it comes back."""
    loader = clippings_file.Loader()
    for text in (_LIST, _LIST.replace(_TWO, "")):
        _load(loader, text)
    parsed.clear()
    _load(loader, _LIST)
    assert f"clippings:\n{_TWO}-" in parsed


_SAYS_MORE = _LIST.replace("title: Two", "title: Two 100%\u2028\ufffd")
_BY_ITEMS = {
    "the list": _LIST,
    "behind a byte order mark": f"\ufeff{_LIST}",
    "with carriage returns": _LIST.replace("\n", "\r\n"),
    "indented": _LIST.replace("- title", "   - title")
    .replace("- {", "   - {")
    .replace("- id: three\n  ", "   - id: three\n     ")
    .replace("\n  published", "\n     published")
    .replace("\n  added", "\n     added")
    .replace("\n  projects", "\n     projects")
    .replace("\n  - ", "\n       - "),
    "with notes": _LIST.replace("clippings:\n", "clippings: # all\n\n  # the newest\n\n"),
    "with a hyphen alone": _LIST.replace("- title: One", "-\n  title: One"),
    "with unusual characters": _SAYS_MORE,
    "with characters that no feed can carry": _LIST.replace("Two", "Two \a\a"),
    "with a block text that keeps its end": _LIST.replace(
        "  published", "  summary: |+\n    x\n    - y\n\n\n  published"
    ),
    "of one clipping": f"{HEAD}clippings:\n{_ONE}",
    "without a line end": _LIST.rstrip("\n"),
    "with an end of the document": f"{_LIST}...\n",
    "with the start of one": f"---\n{_LIST}",
    "with an explicit key": _LIST.replace("  published", "  ? published\n  "),
}


@pytest.mark.parametrize("text", _BY_ITEMS.values(), ids=_BY_ITEMS.keys())
def test_parsed_by_items(text: str, parsed: list[str]) -> None:
    """A file of a usual form is never parsed as a whole, and gives the same."""
    loader = clippings_file.Loader()
    _load(loader, text)
    assert len(parsed) == 1 + text.count("title: ") - 2  # the publication and a project have one
    for each in (_LIST, text, text.replace("clippings:", "# moved\nclippings:"), text):
        _assert_same(loader, each)


_AS_A_WHOLE = {
    "an empty file": "",
    "another encoding": _LIST.encode("utf-16"),
    "a letter of another encoding": _LIST.replace("Two", "Zwölf").encode("latin-1"),
    "no list": HEAD,
    "an empty list": f"{HEAD}clippings:\n",
    "a list in brackets": f"{HEAD}clippings:\n  [{{title: One, added: 2017}}]\n",
    "a list with a name": _LIST.replace("clippings:", "clippings: &all"),
    "a text instead of a list": _LIST.replace("clippings:", "clippings: |"),
    "a line like the list's key in a text": f"title: 'x\nclippings:\n- x'\n{_LIST}",
    "no keys but a text": "'\nclippings:\n- x'",
    "two lists": f"{_LIST}clippings:\n{_ONE}",
    "two lists, the other above": f"clippings: []\n{_LIST}",
    "a section behind the list": f"clippings:\n{_ONE}{_TWO}{HEAD}",
    "a section within the list": _LIST.replace(_TWO, f"{_TWO}sources: {{A: }}\n"),
    "a section that is an alias": f"{_LIST}sources: *all\n",
    "a section that has no name": f"{_LIST}[sources]: x\n",
    "a directive": f"%TAG ! tag:example.org,2016:\n---\n{_LIST}",
    "a second document": f"{_LIST}---\n{_LIST}",
    "a second document within": _LIST.replace(_TWO, f"...\n{_TWO}"),
    "old line ends": _LIST.replace("\n", "\r"),
    "an old line end in the head": f"# x\r# y\n{_LIST}",
    "an old line end in a note": _LIST.replace(_TWO, f"{_TWO}# x\r# y\n"),
    "an old line end in a clipping": _LIST.replace(_TWO, f"{_TWO}# x\r- title: y\n"),
    "an open quotation mark": _LIST.replace("title: One", "title: 'One"),
    "a text that goes on in the next one": _LIST.replace("One", "'One").replace("Last", "Last'"),
    "an open bracket": _LIST.replace("[portal]}", "[portal]"),
    "no space behind a hyphen": _LIST.replace("- title: Last", "-title: Last"),
    "a clipping further in": _LIST.replace(_TWO, f" {_TWO}"),
    "a clipping further out": f"{HEAD}clippings:\n  {_TWO}{_TWO}",
    "a tab": _LIST.replace("  published", "\tpublished"),
    "a text in the list": _LIST.replace(_TWO, "- Two\n"),
    "nothing in the list": _LIST.replace(_TWO, "-\n"),
    "an alias in the list": _LIST.replace(_TWO, "- *two\n"),
    "an alias as the last one": f"{_LIST}- *two\n",
    "lists in the list": _LIST.replace(_TWO, "- - Two\n"),
}


@pytest.mark.parametrize("text", _AS_A_WHOLE.values(), ids=_AS_A_WHOLE.keys())
def test_parsed_as_a_whole(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the items can't be told for certain, the file is parsed at once and gives the same."""
    loader = clippings_file.Loader()
    for each in (_LIST, text, _LIST, text):
        _assert_same(loader, each)
    parse, whole = yaml_text.parse, []

    def collecting(data: bytes, *args: Any) -> Any:
        whole.append(data)
        return parse(data, *args)

    monkeypatch.setattr(yaml_text, "parse", collecting)
    data = text if isinstance(text, bytes) else text.encode()
    with contextlib.suppress(Unreadable):
        loader.load([(_NAME, data)])
    assert whole[-1] == data


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large is so for a Loader, too, though each clipping is small."""
    loader = clippings_file.Loader()
    _assert_same(loader, _LIST)
    monkeypatch.setattr(yaml_text, "MAX_BYTES", len(_LIST))
    _assert_same(loader, _LIST)
    _assert_same(loader, f"{_LIST}\n")


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.stem)
def test_files_with_mistakes(path: Path) -> None:
    """Every mistake of the table is told as `load` tells it, before and after another file."""
    loader = clippings_file.Loader()
    for data in (path.read_bytes(), FULL, path.read_bytes()):
        _assert_same(loader, data)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_slices(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unusual characters are found wherever a slice of the text ends, and a run of them once."""
    files = [(_NAME, _LIST.replace("One", "O\a\a\ane \ufffd\x85\a").encode())]
    whole = _outcome(clippings_file.load, files)
    assert [each.code for each in whole[-1][:2]] == ["control-character"] * 2
    monkeypatch.setattr(yaml_text, "_SLICE", size)
    assert _outcome(clippings_file.load, files) == whole


_START = (
    _LIST,
    _LIST.replace("\n", "\r\n"),
    f"\ufeff{FULL}",
    _BY_ITEMS["indented"],
    _BY_ITEMS["with a hyphen alone"] + "- title: >-\n    Four\n\n    fours\n  added: 2001\n",
    f'{_LIST}# x\n\n- title: "Five\n\n    - six"\n  added: 2001\n  summary: |+\n   x\n\n\n{_ONE}',
    f"{_LIST}projects: {{}}\n",
    _SAYS_MORE,
)
_BITS = (
    *("'", '"', "[", "]", "{", "}", ":", " ", "\n", "-", "- ", "\t", "#", "|", ">", "&a ", "*a"),
    *("!", "%", "\r", "\r\n", "---\n", "...\n", "? ", "\ufeff", "\x85", "\ufffd", "\0", "\\"),
    *("\nclippings:\n", "\n- ", "\n  - ", "\n  title: x\n", "\npublication:\n", _ONE, _TWO, ""),
)
_EDITS = st.tuples(
    st.sampled_from(["replace", "line", "move", "double", "cut"]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 3),
    st.sampled_from(_BITS),
)


def _edited(text: str, edit: tuple[str, float, float, int, str]) -> str:
    kind, first, second, count, bit = edit
    start = int(first * len(text))
    if kind == "replace":
        return text[:start] + bit + text[start + count :]
    if kind == "cut":
        return text[:start]
    # A line, or lines from one hyphen to the next.
    unit = "\n" if kind == "line" else "\n-"
    parts = text.split(unit)
    source, target = int(first * (len(parts) - 1)), int(second * (len(parts) - 1))
    part = parts[source] if kind == "double" else parts.pop(source)
    parts.insert(target, bit + part if kind == "line" else part)
    return unit.join(parts)


@settings(max_examples=300, deadline=None)
@given(text=st.sampled_from(_START), edits=st.lists(_EDITS, min_size=1, max_size=12))
def test_any_edits(text: str, edits: list[tuple[str, float, float, int, str]]) -> None:
    """However a file is edited, step by step, a Loader gives what the whole file gives."""
    loader = clippings_file.Loader()
    _assert_same(loader, text)
    for edit in edits:
        edited = _edited(text, edit)
        publication, *rest = _assert_same(loader, edited) or (None,)
        if rest and isinstance(publication, Publication):  # else the editor takes it back
            text = edited
