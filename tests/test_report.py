"""What `diff` found, as people, programs and GitHub read it."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

import support
from feedpress.model import Place
from feedpress.review import diff
from feedpress.review.changes import MEANING, Change, Kind
from feedpress.review.reports import changes as report

_PROJECTS = {"portal": {"title": "Portal"}, "data": {"title": "Data"}}
_BOTH = {"projects": ["Portal", "Data"]}
_LIBRARY = _BOTH | {
    "id": "library",
    "title": "A library opens",
    "url": "https://news.example.org/library",
    "added": "2026-11-20",
}
_BIKES = _BOTH | {"id": "bikes", "title": "Bikes for everybody", "added": "2026-11-21"}


def _change(
    kind: Kind = Kind.NEW,
    title: str | None = "A title",
    *,
    slug: str | None = None,
    feed_title: str = "All",
    detail: str = "for this one",
    file: str = "clippings.yaml",
    entry_id: str = "tag:example.org,2016:clippings/a",
    line: int = 7,
    is_past: bool = False,
) -> Change:
    return Change(kind, detail, slug, feed_title, entry_id, title, Place(file, line, 3), is_past)


def _compared(old: Iterable[Any], new: Iterable[Any]) -> tuple[Change, ...]:
    before, after = (support.publication(rows, _PROJECTS) for rows in (old, new))
    return diff.compare(before, after, support.NOW)


def test_text_is_grouped_by_feed_and_kind() -> None:
    """Each feed has its path, each kind in it says once what it means, each change its line."""
    changes = [
        _change(Kind.GONE, "Other", detail="", file="HEAD:a.yaml", line=9, is_past=True),
        _change(),
        _change(slug="portal", feed_title="Portal"),
        _change(Kind.FEED_CHANGED, None, slug="portal", feed_title="Portal"),
        _change(Kind.SILENT, detail=""),
        _change(title="Second", line=8, detail=""),
        _change(Kind.FEED_ENDED, None, slug="portal", feed_title="Portal", detail=""),
    ]
    assert list(report.text(changes)) == [
        "All (/atom.xml)",
        f"  error: gone: {MEANING[Kind.GONE]}",
        "    HEAD:a.yaml:9: 'Other'",
        f"  new: {MEANING[Kind.NEW]}",
        "    clippings.yaml:7: 'A title': for this one",
        "    clippings.yaml:8: 'Second'",
        f"  changed silently: {MEANING[Kind.SILENT]}",
        "    clippings.yaml:7: 'A title'",
        "",
        "Portal (/projects/portal/atom.xml)",
        f"  new: {MEANING[Kind.NEW]}",
        "    clippings.yaml:7: 'A title': for this one",
        f"  feed changed: {MEANING[Kind.FEED_CHANGED]}",
        "    clippings.yaml:7: for this one",
        f"  feed ended: {MEANING[Kind.FEED_ENDED]}",
        "    clippings.yaml:7",
        "",
    ]


def test_text_has_every_kind_in_one_order() -> None:
    """Every kind has a heading, those that are errors are marked, in the order of `Kind`."""
    changes = [_change(kind) for kind in reversed(Kind)]
    _, *lines, _ = report.text(changes)
    headings = lines[::2]
    assert lines[1::2] == ["    clippings.yaml:7: 'A title': for this one"] * len(Kind)
    assert headings == [
        f"  {'error: ' if _change(kind).is_error else ''}{kind}: {MEANING[kind]}" for kind in Kind
    ]
    assert sum(line.startswith("  error: ") for line in headings) == 6


def test_feeds_of_one_title_stay_apart() -> None:
    """A project that is called like the publication has a heading of its own."""
    changes = [_change(), _change(slug="all")]
    headings = [line for line in report.text(changes) if line.startswith("All")]
    assert headings == ["All (/atom.xml)", "All (/projects/all/atom.xml)"]


def test_nothing() -> None:
    """Without any change there is one sentence, an empty list, or nothing."""
    assert list(report.text(())) == list(report.github(())) == []
    assert json.loads(report.as_json(())) == []
    assert report.summary(()) == "subscribers will see no change"


_AGAIN = {"updated": "2026-11-22"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([_LIBRARY], [_BIKES, _LIBRARY], "new: 1; 0 errors"),
        ([], [_BIKES, _LIBRARY], "new: 2; 0 errors"),
        ([_LIBRARY], [_LIBRARY | _AGAIN, _BIKES], "new: 1, seen again: 1; 0 errors"),
        ([_LIBRARY], [_LIBRARY | {"summary": "S"}], "changed silently: 1; 0 errors"),
        ([_LIBRARY], [_LIBRARY | {"withdrawn": "2026-11-21"}], "withdrawn: 1; 0 errors"),
        ([_LIBRARY | {"withdrawn": "2026-11-21"}], [_LIBRARY], "not restored: 1; 1 error"),
        ([_LIBRARY], [_LIBRARY | {"id": "other"}], "id changed: 1; 1 error"),
        (
            [_LIBRARY, _BIKES],
            [_LIBRARY | {"id": "l"}, _BIKES | {"id": "b"}],
            "id changed: 2; 2 errors",
        ),
    ],
)
def test_summary_counts_each_clipping_once(old: list[Any], new: list[Any], expected: str) -> None:
    """A clipping that is in three feeds is counted once."""
    assert report.summary(_compared(old, new)) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ([], "gone: 1; 1 error"),
        ([_LIBRARY | {"title": "Bikes", "url": "https://b.example/"}], "id used again: 1; 1 error"),
    ],
    ids=["gone", "id used again"],
)
def test_summary_counts_an_error_once(new: list[Any], expected: str) -> None:
    """A clipping that is an error is not counted once more for what that is in its projects."""
    assert report.summary(_compared([_LIBRARY], new)) == expected


def test_summary_names_kinds_in_one_order() -> None:
    """The kinds stand in their own order, whatever was found first."""
    changes = [_change(kind, entry_id=str(n)) for n, kind in enumerate(reversed(Kind))]
    expected = ", ".join(f"{kind}: 1" for kind in Kind)
    assert report.summary(changes) == f"{expected}; 6 errors"


def test_json() -> None:
    """Programs get a list of objects, one for each change of each feed, with the same keys."""
    changes = [
        _change(title="京都 \x1b[31m"),
        _change(Kind.FEED_GONE, None, slug="portal", feed_title="Portal", detail="", is_past=True),
    ]
    assert json.loads(report.as_json(changes)) == [
        {
            "kind": "new",
            "severity": "notice",
            "message": f"for this one; {MEANING[Kind.NEW]}",
            "feed": "/atom.xml",
            "feed_title": "All",
            "id": "tag:example.org,2016:clippings/a",
            "title": "京都 \x1b[31m",
            "file": "clippings.yaml",
            "line": 7,
            "is_past": False,
            "column": 3,
        },
        {
            "kind": "feed gone",
            "severity": "error",
            "message": MEANING[Kind.FEED_GONE],
            "feed": "/projects/portal/atom.xml",
            "feed_title": "Portal",
            "id": "tag:example.org,2016:clippings/a",
            "title": None,
            "file": "clippings.yaml",
            "line": 7,
            "is_past": True,
            "column": 3,
        },
    ]
    # Nothing in it can act upon a terminal, or turn its text around.
    assert report.as_json(changes).isascii()
    assert "\x1b" not in report.as_json(changes)


def test_json_tells_each_feed() -> None:
    """A clipping in three feeds is three objects."""
    objects = json.loads(report.as_json(_compared([], [_LIBRARY])))
    assert [each["feed"] for each in objects] == [
        "/atom.xml",
        "/projects/portal/atom.xml",
        "/projects/data/atom.xml",
    ]


def test_github() -> None:
    """GitHub gets one command for each clipping, with the feeds that it is in."""
    changes = [
        _change(),
        _change(slug="portal", feed_title="Portal"),
        _change(Kind.FEED_GONE, None, slug="data", feed_title="Data"),
    ]
    assert list(report.github(changes)) == [
        "::notice file=clippings.yaml,line=7,col=3,title=new"
        f"::'A title': for this one; {MEANING[Kind.NEW]} (All, Portal)",
        "::error file=clippings.yaml,line=7,col=3,title=feed gone"
        f"::for this one; {MEANING[Kind.FEED_GONE]} (Data)",
    ]


def test_github_points_to_no_line_that_is_gone() -> None:
    """What is in the file no more would mark another line; it has no place at all."""
    changes = [
        _change(Kind.GONE, detail="", file="HEAD:clippings.yaml", is_past=True),
        _change(Kind.FEED_ENDED, None, is_past=True),
    ]
    assert list(report.github(changes)) == [
        f"::error title=gone::'A title': {MEANING[Kind.GONE]} (All)",
        f"::notice title=feed ended::for this one; {MEANING[Kind.FEED_ENDED]} (All)",
    ]


def test_github_keeps_apart_what_is_not_the_same() -> None:
    """Changes of one clipping that say different things, or of two clippings, are not merged."""
    changes = [
        _change(),
        _change(slug="portal", feed_title="Portal", detail="another thing"),
        _change(Kind.KEPT, slug="data", feed_title="Data"),
        _change(entry_id="tag:example.org,2016:clippings/b"),
    ]
    lines = list(report.github(changes))
    assert [line.rpartition("(")[2] for line in lines] == ["All)", "Portal)", "Data)", "All)"]


_HOSTILE = [
    "x\n::error::y",
    "x\r::error::y",
    "x\r\n::set-output name=a::y",
    "100% %0A::error::y",
    "::error file=a,line=1::y",
    "\x1b[31mred\x1b[0m",
    "\u2028::error::y",
    "\u202eright to left",
    "\x9b31m",
]


def _is_one_command(line: str) -> bool:
    return len(line.splitlines()) == 1 and line.isprintable()


@pytest.mark.parametrize("text", _HOSTILE)
def test_no_text_starts_a_command_of_its_own(text: str) -> None:
    """Whatever a title, a feed's title or a message says, it stays behind its command."""
    for change in (_change(title=text), _change(feed_title=text)):
        (line,) = report.github([change])
        assert line.startswith("::notice file=clippings.yaml,line=7,col=3,title=new::")
        assert _is_one_command(line)
    (line,) = report.github([_change(detail=text)])
    assert not re.search(r"[\r\n]", line)


def test_github_escapes_messages() -> None:
    """In messages, percent signs and line breaks are escaped; colons and commas are not."""
    (line,) = report.github([_change(title=None, detail="5 %, a: b\r\nc %0A")])
    assert line.partition("new::")[2] == (f"5 %25, a: b%0D%0Ac %250A; {MEANING[Kind.NEW]} (All)")


def test_github_escapes_properties() -> None:
    """In properties, colons and commas are escaped, too."""
    (line,) = report.github([_change(file="HEAD:a,b%\r\nc.yaml")])
    assert line.startswith("::notice file=HEAD%3Aa%2Cb%25%0D%0Ac.yaml,line=7,col=3,title=new::")


@pytest.mark.parametrize("text", _HOSTILE)
def test_no_text_reaches_the_terminal_raw(text: str) -> None:
    """Line breaks and escape characters in titles are shown, not sent to the terminal."""
    lines = list(report.text([_change(title=text), _change(feed_title=text)]))
    assert all(line.isprintable() for line in lines)


def test_old_title_in_a_message_is_fit_for_a_terminal() -> None:
    """A message that quotes what stood there before sends nothing of it to the terminal."""
    old = _LIBRARY | {"title": "\x85\u202e\u2028old", "url": "https://old.example/"}
    changes = _compared([old], [_LIBRARY])
    assert Kind.ID_REUSED in {each.kind for each in changes}
    assert all(line.isprintable() for line in report.text(changes))


def test_long_title_is_cut() -> None:
    """A title of a whole paragraph is shown as far as needed to find it."""
    for line in (
        *report.text([_change(title="x" * 500)]),
        *report.github([_change(title="x" * 500)]),
    ):
        assert len(line) < 200
