"""What a request's fields ask for: codings, conditions, instance manipulations. Pure.

Werkzeug takes the fields apart; what is made of them is decided here. They may hold anything.
"""

import re
from datetime import datetime
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from feedpress.codings import CODINGS
from feedpress.documents import IDENTITY

# What stands behind an entity tag: the coding that we put there, or that of a proxy which coded
# the bytes itself (Apache "-gzip", Jetty "--gzip", others ";br").
_SUFFIXED = re.compile(r"([0-9a-f]+)(?:[-;]{1,2}(?:x-)?(br|deflate|gzip|zstd))*")
# Readers send the same few fields again and again; a longer one is nobody's and not remembered.
_LONGEST_REMEMBERED = 200
_LONGEST_READ = 8000


def codings(accept_encoding: str | None) -> tuple[str, ...]:
    """Give the codings that somebody takes, the best first (RFC 9110 §12.5.3).

    The bytes as they are come last, even where they are refused: there is always an answer.
    """
    if not accept_encoding:
        return (IDENTITY,)
    if len(accept_encoding) > _LONGEST_REMEMBERED:
        return _codings(accept_encoding[:_LONGEST_READ])
    return _remembered_codings(accept_encoding)


def _codings(accept_encoding: str) -> tuple[str, ...]:
    accepted = parse_accept_header(accept_encoding.lower().replace("x-gzip", "gzip"), Accept)
    qualities = {coding: float(accepted.quality(coding)) for coding in CODINGS}
    # An asterisk does not mean it: whoever sends one wants something smaller.
    qualities[IDENTITY] = max((float(q) for value, q in accepted if value == IDENTITY), default=0)
    taken = [coding for coding in qualities if qualities[coding] > 0]
    return (*sorted(taken, key=qualities.__getitem__, reverse=True), IDENTITY)


_remembered_codings = lru_cache(maxsize=256)(_codings)


def etags(if_none_match: str) -> dict[str, set[str]]:
    """Give what the tags of a condition begin with, and the codings that each is named with.

    A proxy may have made a tag weak, which makes no difference here (RFC 9110 §13.1.2).
    """
    named: dict[str, set[str]] = {}
    for tag in parse_etags(if_none_match[:_LONGEST_READ]).as_set(include_weak=True):
        if found := _SUFFIXED.fullmatch(tag or ""):  # Werkzeug 3.1 takes "" for None
            named.setdefault(found[1], set()).add(found[2] or IDENTITY)
    return named


def is_any(if_none_match: str) -> bool:
    """Tell whether a condition names whatever there is (RFC 9110 §13.1.2)."""
    return if_none_match.strip() == "*"


def instant(if_modified_since: str) -> datetime | None:
    """Give the instant of a condition (RFC 9110 §13.1.3), or None where it is none."""
    try:
        return parse_date(if_modified_since)
    except (OverflowError, ValueError):  # Werkzeug 3.1 lets the first through
        return None


def wants_delta(a_im: str) -> bool:
    """Tell whether somebody takes a feed of what is new (RFC 3229 §10.5.3)."""
    return parse_accept_header(a_im[:_LONGEST_READ], Accept).quality("feed") > 0
