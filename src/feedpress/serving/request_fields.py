"""Parse the request fields that choose a response (RFC 9110). They may hold anything.

Werkzeug takes the fields apart; this module reads no more than their first 8,000 characters.
"""

import re
from datetime import datetime
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from feedpress.compression import CODINGS
from feedpress.document import IDENTITY

# What may follow our tag: the coding that we append, or what a proxy appends that compressed the
# bytes itself (Apache "-gzip", Jetty "--gzip", others ";br").
_TAG = re.compile(r"([0-9a-f]+)(?:[-;]{1,2}(?:x-)?(br|deflate|gzip|zstd))*")
_LONGEST_READ = 8000
# Clients send the same few values again and again. Longer ones come from no real client.
_LONGEST_CACHED = 200


def accepted_codings(accept_encoding: str | None) -> tuple[str, ...]:
    """Return the content codings that a client accepts, the best first (RFC 9110 §12.5.3).

    Identity comes last even if it is refused, so there is always something to send.
    """
    if not accept_encoding:
        return (IDENTITY,)
    if len(accept_encoding) > _LONGEST_CACHED:
        return _accepted_codings(accept_encoding[:_LONGEST_READ])
    return _cached_codings(accept_encoding)


def _accepted_codings(accept_encoding: str) -> tuple[str, ...]:
    accepted = parse_accept_header(accept_encoding.lower().replace("x-gzip", "gzip"), Accept)
    qualities = {coding: float(accepted.quality(coding)) for coding in CODINGS}
    # An asterisk doesn't count for identity: a client that sends one wants something smaller.
    qualities[IDENTITY] = max((float(q) for value, q in accepted if value == IDENTITY), default=0)
    usable = [coding for coding in qualities if qualities[coding] > 0]
    return (*sorted(usable, key=qualities.__getitem__, reverse=True), IDENTITY)


_cached_codings = lru_cache(maxsize=256)(_accepted_codings)


def entity_tags(if_none_match: str) -> dict[str, set[str]]:
    """Return each tag without its suffix, with the codings that the suffixes name.

    Weak tags count like strong ones (RFC 9110 §13.1.2).
    """
    found: dict[str, set[str]] = {}
    for tag in parse_etags(if_none_match[:_LONGEST_READ]).as_set(include_weak=True):
        if match := _TAG.fullmatch(tag or ""):  # Werkzeug 3.1 turns "" into None
            found.setdefault(match[1], set()).add(match[2] or IDENTITY)
    return found


def is_any(if_none_match: str) -> bool:
    """Return whether the condition is an asterisk, which matches everything (RFC 9110 §13.1.2)."""
    return if_none_match.strip() == "*"


def http_date(if_modified_since: str) -> datetime | None:
    """Return the instant that a date names (RFC 9110 §5.6.7), or None if it is invalid."""
    try:
        return parse_date(if_modified_since)
    except (OverflowError, ValueError):  # Werkzeug 3.1 lets the first through
        return None
