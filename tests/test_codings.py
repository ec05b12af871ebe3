"""Content codings: smaller, the same every time, and what was put in comes out."""

import gzip
import hashlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedpress import compression


@given(st.binary(max_size=3000))
def test_what_was_put_in_comes_out(body: bytes) -> None:
    """Every coding that is there is smaller, and is decoded to the same bytes."""
    for coding, coded in compression.encode(body).items():
        assert len(coded) < len(body)
        assert {"gzip": gzip.decompress, "br": brotli.decompress}[coding](coded) == body


@pytest.mark.parametrize("body", [b"", b"a", hashlib.sha256(b"noise").digest()])
def test_what_does_not_get_smaller_is_left_as_it_is(body: bytes) -> None:
    """Where a coding makes it no smaller, there is no such coding of it."""
    assert compression.encode(body) == {}


def test_no_time_in_the_bytes() -> None:
    """gzip's header has the time stamp 0 and no name (RFC 1952 §2.3.1)."""
    coded = compression.encode(b"<entry>" * 1000)["gzip"]
    assert coded[:4] == b"\x1f\x8b\x08\x00"
    assert coded[4:8] == bytes(4)
    assert coded == compression.encode(b"<entry>" * 1000)["gzip"]
