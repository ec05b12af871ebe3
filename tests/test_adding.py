"""A clipping comes on top of the list, whatever the file looks like; nothing else changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedpress.editing import adding
from feedpress.editing.adding import Known, New
from feedpress.model import Image
from feedpress.reading import publication_file
from feedpress.reading.problems import InvalidFile
from feedpress.reading.yaml_reader import MAX_BYTES
from feedpress.review.lint import warnings
from support import NOW, file_text

_HEAD = """\
publication: {title: In the media, url: 'https://feeds.example.org/', tag: 'example.org,2016'}
projects:
  portal: {title: LA Business Portal, also: [Portal]}
  data: {title: Data}
sources:
  Government Technology: {also: [GovTech]}
"""
_ONE = "- id: one\n  title: One\n  added: 2016-09-15\n"
_TWO = "- title: Two\n  published: 2016\n"
_NEW = New("https://example.org/a", title="A: b")
_ITEM = """\
- id: a-b-6e1130d792
  title: "A: b"
  url: https://example.org/a
  added: 2026-11-22T18:00:00Z
"""


def _known(text: str, *more: str) -> Known:
    files = [(f"{number}.yaml", each.encode()) for number, each in enumerate((text, *more))]
    return adding.read_known(files)


def _added(text: str, new: New = _NEW) -> str:
    return adding.add_clipping(_known(text), new, NOW).new.decode()


def _indented(text: str, by: str) -> str:
    return "".join(f"{by}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"clippings:\n{_ONE}", f"clippings:\n{_ITEM}{_ONE}"),
        (f"clippings:\n{_ONE}\n{_TWO}", f"clippings:\n{_ITEM}\n{_ONE}\n{_TWO}"),
        (f"clippings:\n{_ONE}# n\n{_TWO}", f"clippings:\n{_ITEM}{_ONE}# n\n{_TWO}"),
        (f"clippings: # new\n# n\n\n{_ONE}", f"clippings: # new\n# n\n\n{_ITEM}{_ONE}"),
        (
            f"clippings:\n{_indented(_ONE, '    ')}# end",
            f"clippings:\n{_indented(_ITEM + _ONE, '    ')}# end",
        ),
        ("clippings:", f"clippings:\n{_ITEM}"),
        ("clippings:  # none yet", f"clippings:  # none yet\n{_ITEM}"),
        ("clippings:\n# none\n", f"clippings:\n{_ITEM}# none\n"),
        ("clippings: []", f"clippings:\n{_ITEM}"),
        ("clippings: [ ] # none\n", f"clippings: # none\n{_ITEM}"),
        ("clippings: [\n]\nsources:\n", None),
        ("clippings:\n  []\n", None),
        ("? clippings\n", None),
        ("clippings: [{title: One, added: 2016}]\n", None),
        ("? clippings\n: - {title: One, added: 2016}\n", None),
    ],
)
def test_forms_of_lists(before: str, after: str | None) -> None:
    """The item stands right above the first hyphen, or right below the key of an empty list."""
    head = _HEAD.replace("sources:\n  Government Technology: {also: [GovTech]}\n", "")
    if after is None and "sources" not in before:
        with pytest.raises(adding.NotAdded, match=r"0\.yaml safely; put it in by hand") as caught:
            _added(head + before)
        assert str(caught.value).endswith(_ITEM)
    elif after is None:
        assert _added(head + before) == f"{head}clippings:\n{_ITEM}sources:\n"
    else:
        assert _added(head + before) == head + after


def test_braces_around_all() -> None:
    """A file that is one pair of braces is left to a person."""
    with pytest.raises(adding.NotAdded):
        _added(file_text().replace("\n", ",\n").join("{}"))


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
@pytest.mark.parametrize("clippings", ["clippings:", "clippings:\n", f"clippings:\n{_ONE}"])
def test_line_ends_and_marks(line_end: str, clippings: str) -> None:
    """Lines end as the others do, and a byte order mark stays."""
    text = f"\ufeff{_HEAD}{clippings}"
    below = text.removesuffix("\n")
    wanted = below.replace("clippings:", f"clippings:\n{_ITEM.removesuffix(chr(10))}") + "\n"
    assert _added(text.replace("\n", line_end)) == wanted.replace("\n", line_end)


def test_all_that_is_known() -> None:
    """All keys are written in one order, and projects by their titles."""
    known = _known(f"{_HEAD}clippings:\n{_ONE}")
    names = ("PORTAL", "la  business portal", "data")
    portal, by_title, data = (adding.project(known, name) for name in names)
    assert portal == by_title
    new = New(
        "https://example.org/a#b", "Tîtle #1", "GovTech", "2016-09", (portal, data),
        "One.", Image("https://example.org/c", "A, b"), "es-MX",
    )  # fmt: skip
    added = adding.add_clipping(known, new, NOW)
    keys = adding.keys_of(known, new, NOW)
    assert adding.item_of(keys) == (
        "- id: title-1-808a6f5a73\n"
        '  title: "Tîtle #1"\n'
        '  url: "https://example.org/a#b"\n'
        "  source: GovTech\n"
        "  published: 2016-09\n"
        "  added: 2026-11-22T18:00:00Z\n"
        "  projects: [LA Business Portal, Data]\n"
        "  summary: One.\n"
        '  image: {url: https://example.org/c, alt: "A, b"}\n'
        "  language: es-MX\n"
    )
    assert added.clipping.source == known.publication.sources[0]
    assert (added.clipping.place.line, added.clipping.has_id) == (8, True)


def test_usual_language() -> None:
    """The publication's own language is not written, wherever it is spoken."""
    known = _known(f"{_HEAD}clippings:")
    assert "language" not in adding.keys_of(known, replace(_NEW, language="en-GB"), NOW)


def test_unknown_project() -> None:
    """A name that nobody has is refused, with the nearest one."""
    known = _known(f"{_HEAD}clippings:")
    with pytest.raises(adding.UnknownProject, match="did you mean 'data'"):
        adding.project(known, "Dta")
    with pytest.raises(adding.UnknownProject, match="describe it under projects: first"):
        adding.project(known, "Zebras")


@pytest.mark.parametrize("published", [None, "2016"])
def test_draft(published: str | None) -> None:
    """Without a title it is a draft with the address for one, and check finds no error in it."""
    known = _known(f"{_HEAD}clippings:\n{_ONE}")
    new = New("https://example.org/a", published=published)
    added = adding.add_clipping(known, new, NOW)
    date = "published: 2016" if published else "added: 2026-11-22T18:00:00Z"
    assert added.new.decode() == (
        f"{_HEAD}clippings:\n- title: https://example.org/a\n  url: https://example.org/a\n"
        f"  {date}\n  draft: true\n{_ONE}"
    )
    after, problems = publication_file.load([(added.file, added.new)])
    assert (problems, after.clippings[0].draft) == ((), True)
    again = adding.read_known([(added.file, added.new)])
    assert adding.duplicate_of(again, new)
    assert adding.add_clipping(again, new, NOW).clipping.id.endswith("-2")


def test_same_article_again() -> None:
    """A clipping that is meant twice gets an id of its own, and a second of its own."""
    known = _known(f"{_HEAD}clippings:\n{_ITEM}")
    added = adding.add_clipping(known, _NEW, NOW)
    assert added.clipping.id == "a-b-6e1130d792-2"
    assert added.clipping.added
    assert added.clipping.added.time == NOW + timedelta(seconds=1)
    after, _ = publication_file.load([(added.file, added.new)])
    assert "same-instant" not in {each.code for each in warnings(after, NOW)}


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (New("http://www.example.org/a/?utm_source=x"), "address"),
        (New("https://example.org/b", " two ", "Government Technology"), "title and source"),
        (New("https://example.org/b", "Two"), None),
        (New("https://example.org/b", "Two", "Other"), None),
    ],
)
def test_doubles(new: New, what: str | None) -> None:
    """The same address, or title and source, is a double, with the line of the other."""
    two = "- {title: Two, source: govtech, added: 2016}\n"
    double = adding.duplicate_of(_known(f"{_HEAD}clippings:\n{_ITEM}{two}"), new)
    line = 8 if what == "address" else 12
    title = "'A: b'" if what == "address" else "'Two'"
    assert (str(double) if double else None) == (
        f"0.yaml:{line}: {title} has the same {what}" if what else None
    )


def test_folder() -> None:
    """Of several files, the last that has clippings has the newest on top."""
    head = _HEAD.partition("sources:")[0]
    known = _known(head, f"clippings:\n{_ONE}", f"clippings:\n{_TWO}", "sources: {}\n")
    added = adding.add_clipping(known, _NEW, NOW)
    assert (added.file, added.old) == ("2.yaml", f"clippings:\n{_TWO}".encode())
    assert added.new.decode() == f"clippings:\n{_ITEM}{_TWO}"


@pytest.mark.parametrize("broken", ["- *alias\n", "- title: No date\n", "- ''\n", f"{_TWO}{_TWO}"])
def test_file_with_an_error(broken: str) -> None:
    """While the file has an error, nothing is added."""
    with pytest.raises(InvalidFile):
        _known(f"{_HEAD}clippings:\n{_ONE}{broken}")


@pytest.mark.parametrize("title", ["\x07", "a" * 100_001])
def test_what_can_not_be_read_again(title: str) -> None:
    """What would come back as something else is not written."""
    with pytest.raises(adding.NotAdded):
        _added(f"{_HEAD}clippings:\n{_ONE}", replace(_NEW, title=title))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=60).filter(
    lambda text: text.strip() != ""
)
_NOTES = st.sampled_from(["", "\n", "# note\n", "  # - title: no\n", "\n\n# é\n"])


@st.composite
def _files(draw: st.DrawFn) -> tuple[str, str]:
    """Write a file; give what stands before the place of the new clipping, and behind it."""
    indent = " " * draw(st.integers(0, 4))
    items = []
    for number in range(draw(st.integers(1, 3))):
        title = draw(st.sampled_from(["One", "'it''s'", "|\n     - a\n      b", '"a\\\n  b"']))
        hyphen = draw(st.sampled_from(["- ", "-   "]))
        pad = " " * len(hyphen)
        date = f"{pad}added: 20{number:02}\n"
        if draw(st.booleans()):
            date = f"{pad}url: https://a.example/{number}\n{date}{pad}draft: true\n"
        else:
            date = f"{pad}id: c{number}\n{date}"
        items.append(_indented(f"{hyphen}title: {title}\n{date}", indent) + draw(_NOTES))
    above = (
        _HEAD + "clippings:" + draw(st.sampled_from(["\n", " # newest on top\n"])) + draw(_NOTES)
    )
    behind = draw(st.sampled_from(["", "# end", "...\n"]))
    return above, draw(st.sampled_from(["\n", ""])).join(items) + behind


@given(_files(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_file(parts: tuple[str, str], line_end: str, marked: bool, data: st.DataObject) -> None:
    """Into any file any texts are put, every byte stays, and what is read is what was put."""
    above, behind = (part.replace("\n", line_end) for part in parts)
    above = "\ufeff" * marked + above
    texts = [data.draw(st.none() | _TEXT) for _ in range(4)]
    image = Image("https://example.org/i", texts[3]) if texts[3] else None
    new = New("https://example.org/n", texts[0], texts[1],
              summary=texts[2], image=image)  # fmt: skip
    known = adding.read_known([("a.yaml", (above + behind).encode())])
    added = adding.add_clipping(known, new, NOW)
    written = added.new.decode()
    assert written.startswith(above)
    assert written.endswith(behind)
    item = written.removeprefix(above).removesuffix(behind)
    assert item.count("\n") == item.count(line_end)
    clipping = added.clipping
    after, _ = publication_file.load([("a.yaml", added.new)])
    assert clipping in after.clippings
    assert [each for each in after.clippings if each is not clipping and each != clipping] == list(
        known.publication.clippings
    )
    assert (clipping.title, clipping.summary, clipping.image) == (
        new.title or new.url,
        texts[2],
        image,
    )
    assert (clipping.source.name if clipping.source else None) == texts[1]


def test_file_that_is_full() -> None:
    """A file that would be larger than is read stays as it is."""
    text = f"{_HEAD}clippings:\n{_ONE}#"
    with pytest.raises(adding.NotAdded):
        _added(text + "x" * (MAX_BYTES - len(text)))
