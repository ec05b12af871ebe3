"""What is allowed and yet will be regretted."""

import support
from feedpress.editors import check
from feedpress.editors.problems import Severity

_SAME = {"title": "Portal opens", "url": "https://news.example.org/1", "source": "GovTech"}


def _warned(*clippings: dict[str, str]) -> list[str]:
    dated = [{"id": f"c{n}", "added": "2020"} | each for n, each in enumerate(clippings)]
    problems = check.warnings(support.publication(dated))
    assert all(problem.severity is Severity.WARNING for problem in problems)
    return [problem.message for problem in problems]


def test_same_address_is_a_double() -> None:
    """Two clippings of one article are warned of, whatever their titles."""
    (message,) = _warned(_SAME, _SAME | {"title": "Another", "source": "Other"})
    assert message == "this clipping has the same address as the one in line 4"


def test_same_headline_of_one_source_is_a_double() -> None:
    """Case and spaces of the headline play no part."""
    (message,) = _warned(
        {"title": "Same  thing", "source": "GovTech"}, {"title": "same THING", "source": "govtech"}
    )
    assert message == "this clipping has the same title and source as the one in line 4"


def test_a_double_is_told_once() -> None:
    """A clipping that has both the address and the headline of another is warned of once."""
    assert len(_warned(_SAME, _SAME)) == 1


def test_same_headline_of_different_or_unknown_sources_is_none() -> None:
    """Two papers may have the same headline."""
    assert _warned({"title": "A", "source": "One"}, {"title": "A", "source": "Two"}) == []
    assert _warned({"title": "A"}, {"title": "A"}) == []
