"""What a request's fields ask for: tables, and any text at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedpress.serving import request_fields

#: What a server hands on of a field: bytes as Latin-1.
_ANY_TEXT = st.text(st.characters(max_codepoint=0xFF), max_size=200)
_WORDS = 'gzip br identity * ;q= 0 1 0.5 , " "" W/ - ; -- = a0 \\ \xff \0 99999999999'
_PIECES = st.sampled_from([*_WORDS.split(" "), " ", "\t", "Mon, 23 Nov 2026 01:05:31 GMT"])
_LIKELY = st.lists(_PIECES, max_size=60).map("".join)
_LONG = st.builds(lambda part, times: (part * times)[:65_536], _LIKELY, st.integers(1, 65_536))
_FIELDS = _ANY_TEXT | _LIKELY | _LONG


@pytest.mark.parametrize(
    ("accept_encoding", "taken"),
    [
        (None, "identity"),
        ("", "identity"),
        (" ", "identity"),
        ("gzip", "gzip identity"),
        ("br", "br identity"),
        ("gzip, br", "br gzip identity"),
        ("br;q=0.1, gzip;q=1", "gzip br identity"),
        ("br;q=0.5, gzip;q=0.5", "br gzip identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, br", "br identity"),
        ("*", "br gzip identity"),
        ("*;q=0", "identity"),
        ("*, gzip;q=0", "br identity"),
        ("identity", "identity identity"),
        ("identity;q=0", "identity"),
        ("identity;q=0, gzip", "gzip identity"),
        ("identity, gzip;q=0.5", "identity gzip identity"),
        ("identity;q=0.5, gzip", "gzip identity identity"),
        ("deflate, zstd", "identity"),
        ("GZip", "gzip identity"),
        ("x-gzip", "gzip identity"),
        ("gzip;q=2", "identity"),
        ("gzip;q=-1", "identity"),
        ("gzip;q=0,999", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;level=9", "identity"),
        ("gzipped", "identity"),
        ("deflate, " * 30 + "gzip", "gzip identity"),
        ("deflate, " * 1000 + "gzip", "identity"),
    ],
)
def test_codings(accept_encoding: str | None, taken: str) -> None:
    """The codings are given the best first; where two are as good, the smaller; as they are last.

    What stands beyond 8,000 characters is not read.
    """
    assert request_fields.accepted_codings(accept_encoding) == tuple(taken.split())


@pytest.mark.parametrize(
    ("if_none_match", "named"),
    [
        ("", {}),
        ("*", {}),
        ('""', {}),
        ('"0a"', {"0a": {"identity"}}),
        ('W/"0a"', {"0a": {"identity"}}),
        ('w/"0a"', {"0a": {"identity"}}),
        ('"0a-gzip"', {"0a": {"gzip"}}),
        ('"0a-br"', {"0a": {"br"}}),
        ('"0a;gzip"', {"0a": {"gzip"}}),
        ('"0a--gzip"', {"0a": {"gzip"}}),
        ('"0a;;br"', {"0a": {"br"}}),
        ('W/"0a-gzip"', {"0a": {"gzip"}}),
        ('"0a-x-gzip"', {"0a": {"gzip"}}),
        ('"0a-zstd"', {"0a": {"zstd"}}),
        ('"0a-deflate"', {"0a": {"deflate"}}),
        ('"0a-br-gzip"', {"0a": {"gzip"}}),
        ('"0a", "0a-gzip"', {"0a": {"identity", "gzip"}}),
        ('"0a", "1b-br", W/"2c"', {"0a": {"identity"}, "1b": {"br"}, "2c": {"identity"}}),
        ('"0a","1b"', {"0a": {"identity"}, "1b": {"identity"}}),
        ('"0A"', {}),
        ('"0a---gzip"', {}),
        ('"0a-gzip-"', {}),
        ('"0a-rot13"', {}),
        ('"xyz"', {}),
        ('"0a\xe4"', {}),
        ("0a", {"0a": {"identity"}}),
        ('"0000", ' * 1500 + '"0a"', {"0000": {"identity"}}),
    ],
)
def test_tags(if_none_match: str, named: dict[str, set[str]]) -> None:
    """A tag is read whether it is weak or not, and whatever a proxy has put behind it.

    What stands beyond 8,000 characters is not read.
    """
    assert request_fields.entity_tags(if_none_match) == named


@pytest.mark.parametrize(
    ("if_none_match", "is_any"),
    [("*", True), (" * ", True), ('"*"', False), ('*, "a"', False), ("**", False), ("", False)],
)
def test_asterisk(if_none_match: str, is_any: bool) -> None:
    """Only an asterisk alone means whatever there is (RFC 9110 §13.1.2)."""
    assert request_fields.is_any(if_none_match) is is_any


@pytest.mark.parametrize(
    "if_modified_since",
    [
        pytest.param("Sun, 06 Nov 1994 08:49:37 GMT", id="IMF-fixdate"),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", id="RFC 850"),
        pytest.param("Sun Nov  6 08:49:37 1994", id="asctime"),
    ],
)
def test_dates(if_modified_since: str) -> None:
    """The three forms of a date that HTTP has are one instant (RFC 9110 §5.6.7)."""
    assert request_fields.http_date(if_modified_since) == datetime(
        1994, 11, 6, 8, 49, 37, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "if_modified_since",
    ["", "yesterday", "0", "1994-11-06", "Sun, 06 Nov 99999999999 08:49:37 GMT", "\xff", "GMT"],
)
def test_what_is_no_date(if_modified_since: str) -> None:
    """Whatever is no date is none, and no failure (RFC 9110 §13.1.3)."""
    assert request_fields.http_date(if_modified_since) is None


@given(_FIELDS)
def test_any_text_names_codings(text: str) -> None:
    """Whatever Accept-Encoding holds, there is a coding that can be sent, and always the same."""
    taken = request_fields.accepted_codings(text)
    assert taken[-1] == "identity"
    assert set(taken) <= {"br", "gzip", "identity"}
    assert taken == request_fields.accepted_codings(text)


@given(_FIELDS)
def test_any_text_names_tags(text: str) -> None:
    """Whatever If-None-Match holds, what is read out of it is hexadecimal, and bounded."""
    named = request_fields.entity_tags(text)
    assert all(set(tag) <= set("0123456789abcdef") for tag in named)
    assert sum(map(len, named)) <= 8000
    assert request_fields.is_any(text) in (True, False)


@given(_FIELDS)
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Whatever If-Modified-Since holds, it is an instant with a zone, or none."""
    instant = request_fields.http_date(text)
    assert instant is None or instant.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    [
        "," * 65_536,
        ";" * 65_536,
        '"' * 65_536,
        '"a' * 32_768,
        "0" * 65_536,
        '"' + "0" * 65_534 + '"',
        '"0' + "-gzip" * 13_000 + '"',
        '"0' + "-x-" * 21_000 + '"',
        "gzip;q=" * 9_000,
        "gzip;q=0." + "0" * 65_000,
        "W/" * 32_768,
        " " * 65_536,
        "(" * 65_536,
        "a;a*0*=" * 9_000,
    ],
    ids=lambda text: repr(text[:10]),
)
def test_long_text_is_read_in_part(text: str) -> None:
    """A field of 64 KB is cut before anything is sought in it: it means what its start means."""
    start = text[:8000]
    assert request_fields.accepted_codings(text) == request_fields.accepted_codings(start)
    assert request_fields.entity_tags(text) == request_fields.entity_tags(start)
    assert request_fields.http_date(text) is None
