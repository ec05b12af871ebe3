"""The permanent rules hold over releases: the vectors of docs/identity.md, and their promises."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedpress import identity, times
from feedpress.reading import values

_DOCS = (Path(__file__).parent.parent / "docs" / "identity.md").read_text(encoding="utf-8")


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def _rows(heading: str) -> list[list[str]]:
    section = _DOCS.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [re.findall(r"`([^`]*)`", row) for row in rows]


@pytest.mark.parametrize(
    ("title", "address", "source", "expected"), _rows("Vectors of derived ids")
)
def test_derived_id_is_the_documented_one(
    title: str, address: str, source: str, expected: str
) -> None:
    """A derived id is the one that docs/identity.md fixes, for ever."""
    assert identity.derived_id(title, address or None, source or None) == expected


@pytest.mark.parametrize(("clipping_id", "of_hour", "of_day"), _rows("Vectors of seconds"))
def test_seconds_of_an_id_are_the_documented_ones(
    clipping_id: str, of_hour: str, of_day: str
) -> None:
    """An id's seconds in an hour and in a day are those that docs/identity.md fixes, for ever."""
    assert identity.offset(clipping_id, 3_600) == int(of_hour)
    assert identity.offset(clipping_id, 86_400) == int(of_day)


@pytest.mark.parametrize(("zone", "date", "first", "instant", "due"), _rows("Vectors of instants"))
def test_instant_of_a_date_is_the_documented_one(
    zone: str, date: str, first: str, instant: str, due: str
) -> None:
    """The instants of a date, and when it comes due, are those that docs/identity.md fixes."""
    when, in_zone = values.when(date), values.time_zone(zone)
    assert times.to_rfc3339(times.start(when, in_zone)) == first
    assert times.to_rfc3339(times.instant(when, in_zone, "la-27e-region-698df70751")) == instant
    assert times.to_rfc3339(times.due(when, in_zone)) == due


@given(_TEXTS, _TEXTS | st.none(), _TEXTS | st.none())
def test_derived_id_can_be_part_of_an_address(
    title: str, address: str | None, source: str | None
) -> None:
    """Whatever the title, a derived id has only the characters that ids may have."""
    derived = identity.derived_id(title, address, source)
    assert identity.LOCAL_ID.fullmatch(derived)
    assert len(derived) <= 71


def test_how_a_title_is_composed_or_spaced_plays_no_part() -> None:
    """Composed or decomposed letters and wrapped lines give the same id."""
    assert identity.derived_id("Las Angeleñas", None, None) == identity.derived_id(
        "Las  Angelen\u0303as\n", None, None
    )


def test_source_counts_only_without_an_address() -> None:
    """The source plays a part in an id only where there is no address."""
    with_address = {identity.derived_id("A", "https://a.example/", s) for s in ("B", "C", None)}
    assert len(with_address) == 1
    assert identity.derived_id("A", None, "B") != identity.derived_id("A", None, "C")


@pytest.mark.parametrize(
    ("clipping_id", "expected"),
    [
        ("a-clipping", "tag:example.org,2016:clippings/a-clipping"),
        ("https://old.example.org/?p=12", "https://old.example.org/?p=12"),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",) * 2,
        ("tag:old.example,2010:1",) * 2,
    ],
)
def test_entry_id(clipping_id: str, expected: str) -> None:
    """An id of our own becomes a tag URI; a URI from another feed stays as it is."""
    assert identity.entry_id("example.org,2016", clipping_id) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:x",
        "tag:",
        "tag:example.org:x",
        "https://a b",
        "http:foo",
        "HTTP://x",
        "a:b",
        "urn:é",
        "urn:x:",
    ],
)
def test_what_is_no_uri_for_an_id(typed: str) -> None:
    """Only http, https, tag and urn begin an id that is taken over."""
    assert not identity.is_uri(typed)


def test_feed_ids() -> None:
    """The feed of all clippings and each project's have ids of their own."""
    assert identity.feed_id("example.org,2016", None) == "tag:example.org,2016:feeds"
    assert identity.feed_id("example.org,2016", "x") == "tag:example.org,2016:projects/x"


def test_page_of_an_imported_entry_stays_with_its_id() -> None:
    """A page is named after the id; where that is a URI, after what is derived from it alone."""
    assert identity.page_slug("a-clipping") == "a-clipping"
    assert identity.page_slug("https://old.example.org/?p=12") == (
        "https-old-example-org-p-12-0f7784c5bc"
    )
