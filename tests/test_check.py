"""What is allowed and yet will be regretted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

import support
from feedpress.reading.problems import Severity
from feedpress.review import lint
from feedpress.schedule import schedule

_SAME = {"title": "Portal opens", "url": "https://news.example.org/1", "source": "GovTech"}


def _warnings(*clippings: Mapping[str, Any], **sections: Any) -> list[tuple[str, int]]:
    problems = lint.warnings(support.publication(clippings, **sections), support.NOW)
    assert all(problem.severity is Severity.WARNING for problem in problems)
    return [(problem.code, problem.place.column) for problem in problems]


def _codes(*clippings: Mapping[str, Any], **sections: Any) -> list[str]:
    dated = [{"id": f"c{n}", "added": f"{2000 + n}", **each} for n, each in enumerate(clippings)]
    return [code for code, _ in _warnings(*dated, **sections)]


def _warned(*clippings: dict[str, str]) -> list[str]:
    dated = [{"id": f"c{n}", "added": "2020"} | each for n, each in enumerate(clippings)]
    problems = lint.warnings(support.publication(dated), support.NOW)
    assert all(problem.severity is Severity.WARNING for problem in problems)
    return [problem.message for problem in problems if problem.code == "possible-duplicate"]


def test_same_address_is_a_possible_duplicate() -> None:
    """Two clippings of one article are warned of, whatever their titles."""
    (message,) = _warned(_SAME, _SAME | {"title": "Another", "source": "Other"})
    assert message == "this clipping has the same address as the one in line 4"


def test_same_headline_of_one_source_is_a_possible_duplicate() -> None:
    """Case and spaces of the headline play no part."""
    (message,) = _warned(
        {"title": "Same  thing", "source": "GovTech"}, {"title": "same THING", "source": "govtech"}
    )
    assert message == "this clipping has the same title and source as the one in line 4"


def test_a_possible_duplicate_is_reported_once() -> None:
    """A clipping that has both the address and the headline of another is warned of once."""
    assert len(_warned(_SAME, _SAME)) == 1


def test_same_headline_of_different_or_unknown_sources_is_none() -> None:
    """Two papers may have the same headline."""
    assert _warned({"title": "A", "source": "One"}, {"title": "A", "source": "Two"}) == []
    assert _warned({"title": "A"}, {"title": "A"}) == []


def test_clipping_without_an_id_is_warned_of() -> None:
    """Until it is stamped, its title and address may not change; a draft has nothing to lose."""
    without_id = {"title": "A", "added": "2020"}
    assert [code for code, _ in _warnings(without_id)] == ["missing-id"]
    assert _warnings(without_id | {"id": "a"}) == []
    assert _warnings(without_id | {"draft": True}) == []


def test_clipping_in_no_project_is_warned_of() -> None:
    """Where there are projects, a clipping is expected to be in one."""
    projects = {"portal": {"title": "Portal"}}
    assert _codes({"title": "A"}, projects=projects) == ["no-project"]
    assert _codes({"title": "A", "projects": ["portal"]}, projects=projects) == []
    assert _codes({"title": "A"}) == []


@pytest.mark.parametrize(
    ("published", "is_told"),
    [
        ("2016-09-15", False),
        ("2016-09-16", False),
        ("2016-09-17", True),
        ("2016-10", True),
        ("2017", True),
        ("2016", False),
        ("2016-09-16T17:00:00Z", True),
    ],
)
def test_article_that_came_out_after_it_was_added(published: str, is_told: bool) -> None:
    """An article dated a day or more after `added` is a slip of one of the dates."""
    clipping = {"title": "A", "added": "2016-09-15T17:00:00Z", "published": published}
    assert _codes(clipping) == (["dated-after-added"] if is_told else [])


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        ({"added": "2016-09-15", "updated": "2016-09-15"}, True),
        ({"added": "2016-09-15", "updated": "2016-09-16"}, False),
        ({"added": "2016-09-15", "updated": "2016-09-15T17:00:00Z"}, False),
        ({"added": "2016-09-15T17:00:00Z", "updated": "2016-09-14"}, True),
        ({"added": "2016-09-15T17:00:00Z", "updated": "2016-09-15"}, False),
        # Still the 14th in Los Angeles.
        ({"added": "2016-09-15T06:00:00Z", "updated": "2016-09-14"}, False),
        ({"added": "2016-09-15T17:00:00Z", "updated": "2016-09-15T16:00:00Z"}, True),
        ({"added": "2016-09-15T17:00:00Z", "updated": "2016-09-15T17:00:01Z"}, False),
        ({"added": "2016-09-15T17:00:00Z", "withdrawn": "2016-09-14"}, True),
        ({"added": "2016-09-15T17:00:00Z", "withdrawn": "2016-09-15"}, False),
        ({"added": "2016-09-15", "withdrawn": "2016-09-15"}, False),
        ({"added": "2016-09-15", "withdrawn": "2016-09-14"}, True),
        ({"added": "2016-09-15", "withdrawn": "2016-09-14", "draft": True}, False),
    ],
)
def test_date_that_changes_nothing(dates: dict[str, Any], is_told: bool) -> None:
    """A correction before the clipping was new, or a withdrawal before, is a slip."""
    assert _codes({"title": "A"} | dates) == (["no-effect"] if is_told else [])


def test_correction_on_the_day_of_adding_needs_a_time() -> None:
    """Where both are the same day, the fix is to write a time."""
    clipping = {"id": "a", "title": "A", "added": "2016-09-15", "updated": "2016-09-15"}
    (problem,) = lint.warnings(support.publication([clipping]), support.NOW)
    assert "write a time" in problem.fix


def test_same_second_is_warned_of() -> None:
    """Two clippings of one second have no order; two of one day differ by their ids."""
    time, same = "2020-05-05T12:00:00Z", "2020-05-05T05:00:00-07:00"
    assert _codes({"title": "A", "added": time}, {"title": "B", "added": same}) == ["same-instant"]
    assert (
        _codes({"title": "A", "added": "2020-05-05"}, {"title": "B", "added": "2020-05-05"}) == []
    )


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("Government Technology", "Goverment Technology", True),
        ("Government Technology", "Government Tecnology", True),
        ("Government Technology", "Government Technolgoy", True),
        ("SoCal Tech", "Socal Tech", True),
        ("Co-op News", "Coop News", True),
        ("Ｇｏｏｄ News", "Good News", True),
        ("Cafe\u0301 News", "Café News", True),
        ("Government Technology", "Government Technology Blog", False),
        ("Channel 4 News", "Channel 5 News", False),
        ("KTLA", "KTLB", False),
        ("???", "!!!", False),
        ("x" * 100, "x" * 101, False),
    ],
)
def test_source_nearly_called_like_another(one: str, other: str, is_told: bool) -> None:
    """A slip of one letter, of case or of a sign is told; other names are other names."""
    clippings = [{"title": "A", "source": one}, {"title": "B", "source": other}]
    assert _codes(*clippings) == (["near-name"] if is_told else [])


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        ({"published": "2027-11-20"}, True),
        ({"published": "2027"}, True),
        ({"published": "2027-11-20", "added": "2027-11-20"}, False),  # it is meant
        ({"published": "2027-11-20", "draft": True}, False),
        ({"published": "2027-11-20", "withdrawn": "2026-11-20"}, False),
        ({"published": "2026-11-22"}, False),
        ({"published": "2026-11-22T18:30:00Z"}, True),
        ({"published": "2026-11-23"}, True),
        ({"published": "2026-11"}, False),
    ],
)
def test_article_that_is_still_to_come_out(dates: dict[str, object], is_told: bool) -> None:
    """A year that is mistyped would hide a clipping, and nobody would know."""
    clipping = {"id": "a", "title": "A", **dates}
    problems = lint.warnings(support.publication([clipping]), support.NOW)
    assert ("held-back" in {problem.code for problem in problems}) == is_told


def test_article_of_a_day_that_has_just_begun_is_not_to_come() -> None:
    """In the first hour of its day a clipping waits for an hour at most."""
    loaded = support.publication([{"id": "a", "title": "A", "published": "2026-11-22"}])
    half_past_midnight = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert schedule(loaded, half_past_midnight).clippings == ()
    assert lint.warnings(loaded, half_past_midnight) == ()


def test_described_sources_are_meant() -> None:
    """What stands under sources: was decided by somebody; only other names are held against it."""
    one, other = "Bloomberg Cities", "Bloomberg Citie"
    clippings = [{"title": "A", "source": other}, {"title": "B", "source": one}]
    assert _codes(*clippings, sources={one: {}, other: {}}) == []
    (problem,) = lint.warnings(
        support.publication(
            [
                each | {"id": each["title"].lower(), "added": "20" + str(n)}
                for n, each in enumerate(clippings, 19)
            ],
            sources={one: {}},
        ),
        support.NOW,
    )
    assert "'Bloomberg Citie'" in problem.message
    assert problem.place.line == 4


def test_project_nearly_called_like_another() -> None:
    """Two projects whose titles differ in one letter are probably one."""
    projects = {
        "one": {"title": "Gender Equity"},
        "two": {"title": "Gender Equality"},
        "three": {"title": "Gender Equty"},
    }
    clipping = {"title": "A", "projects": ["one"]}
    assert _codes(clipping, projects=projects) == ["near-name"]


def test_slip_is_found_among_many_names() -> None:
    """However many sources there are, only the one that differs in a letter is told."""
    names = [f"The {chr(0x4E00 + n) * 3} Daily" for n in range(2000)]
    clippings = [{"title": f"{n}", "source": name} for n, name in enumerate(names)]
    slip = {"title": "Slip", "source": names[7].replace("Daily", "Dally")}
    assert _codes(*clippings, slip) == ["near-name"]
