"""What an editor types as one value, read: dates, ids, languages. Texts in, values out.

Each function raises BadValue, whose message and fix are for the editor.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib import resources
from io import BytesIO
from zoneinfo import ZoneInfo

from feedpress import identity
from feedpress.model import When
from feedpress.reading.problems import quoted
from feedpress.urls import UNSEEN, to_base, to_uri

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<zone>[Zz]|[+-]\d\d:\d\d))?)?)?)?",
    re.ASCII,
)
_TAG = re.compile(
    r"(?:[a-z0-9._-]+@)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
#: How YAML 1.2 writes the two values of a switch (§10.3.2).
TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")

_DATE_CURE = "write a day as 2016-09-14, a month as 2016-09, a year as 2016"
_TIME_CURE = "write a day and its time as 2016-09-14T09:00, or the day alone as 2016-09-14"
_HAS_TIME = re.compile(r"\d:\d\d|\d ?[ap]\.?m\b", re.IGNORECASE)


_LONGEST_DATE = 100  # characters that are looked at for a time

#: Characters of an id or a short name: what is behind it in a file's name has room, too.
MAX_LOCAL_ID = 200


class BadValue(ValueError):
    """A value that its key can't have: the problem's code, what is wrong, and the fix."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


def when(typed: str) -> When:
    """Read a year, a month, a day, or a time with or without its offset from UTC."""
    found = _DATE.fullmatch(typed.strip())
    if not found:
        fix = _TIME_CURE if _HAS_TIME.search(typed[:_LONGEST_DATE]) else _DATE_CURE
        raise BadValue("date", f"{quoted(typed)} is not a date", _seen(typed, fix))
    year = int(found["year"])
    month, day = (int(found[name]) if found[name] else None for name in ("month", "day"))
    # Not 9999: its last noon and what is added to it would lie beyond all dates.
    if not 1000 <= year <= 9998:
        raise BadValue("date", f"{quoted(typed)} is not of our time", _DATE_CURE)
    try:
        date(year, month or 1, day or 1)
    except ValueError as error:
        fix = "look up the date, or give the month alone"
        if month and day and day <= 12 < month:
            fix = "write the month in front of the day"
        raise BadValue("date", f"there is no day {quoted(typed)}", fix) from error
    try:
        time = _time(found) if found["hour"] else None
    except ValueError as error:
        fix = "write the time from 00:00 to 23:59, and the offset like -08:00"
        raise BadValue("date", f"there is no time {quoted(typed)}", fix) from error
    return When(year, month, day, time)


def _seen(typed: str, fix: str) -> str:
    return "type it anew: a character in it can't be seen" if UNSEEN.search(typed) else fix


def address(typed: str) -> str:
    """Read a web address into an absolute URI."""
    try:
        return to_uri(typed.strip())
    except ValueError as error:
        raise BadValue(
            "address",
            f"{quoted(typed)} can't be published: {error}",
            "copy the whole address from the browser, with https:// in front",
        ) from error


def base(typed: str) -> str:
    """Read the public address that every path is put behind."""
    try:
        return to_base(typed.strip())
    except ValueError as error:
        raise BadValue(
            "address", f"{quoted(typed)} can't be the public address: {error}",
            "write it like https://feeds.example.org/",
        ) from error  # fmt: skip


def clipping_id(typed: str) -> str:
    """Read a clipping's id: a local one, or a URI that comes from an imported feed."""
    return typed if identity.is_uri(typed) else _local_id(typed, "id")


def slug(typed: str) -> str:
    """Read the short name of a project, which is part of addresses."""
    return _local_id(typed, "short name")


def tag(typed: str) -> str:
    """Read the authority and the date of tag URIs (RFC 4151 §2.1)."""
    if _TAG.fullmatch(typed):
        when(typed.rpartition(",")[2])
        return typed
    raise BadValue(
        "bad-value",
        f"{quoted(typed)} can't begin the ids of entries",
        "write a domain that you owned on a day, a comma and that year: example.org,2016",
    )


def time_zone(typed: str) -> ZoneInfo:
    """Read the name of a time zone of the IANA database."""
    try:
        return _zone_of_package(typed)
    except (ValueError, OSError) as error:
        raise BadValue(
            "bad-value",
            f"{quoted(typed)} is not a time zone",
            "write continent and city, like America/Los_Angeles or Europe/Madrid, or UTC",
        ) from error


@cache
def _zone_of_package(name: str) -> ZoneInfo:
    # Not from the machine, whose database may be another: the same file gives the same bytes.
    if not _ZONE.fullmatch(name):
        raise ValueError(name)
    data = resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()
    return ZoneInfo.from_file(BytesIO(data), key=name)


def language(typed: str) -> str:
    """Read a language tag (RFC 5646 §2.1)."""
    return _matching(_LANGUAGE, typed, "a language", "write it like en, en-US, es")


def email(typed: str) -> str:
    """Read an e-mail address (RFC 5322 §3.4.1, without its oddities)."""
    return _matching(_EMAIL, typed, "an e-mail address", "write it like team@example.org")


def colour(typed: str) -> str:
    """Read a CSS colour of six digits."""
    return _matching(_COLOUR, typed, "a colour", 'write it in quotation marks: "#1a5fb4"')


def switch(typed: str) -> bool:
    """Read true or false, as YAML 1.2 has them; `yes` and `no` are texts."""
    if typed in TRUE or typed in _FALSE:
        return typed in TRUE
    raise BadValue("bad-value", f"{quoted(typed)} is neither true nor false", "write true or false")


def _local_id(typed: str, what: str) -> str:
    if len(typed) > MAX_LOCAL_ID:
        fix = f"shorten it to {MAX_LOCAL_ID}, for it is the name of a file, too"
        raise BadValue("bad-id", f"the {what} {quoted(typed)} has {len(typed)} characters", fix)
    if identity.LOCAL_ID.fullmatch(typed):
        return typed
    fix = "use small letters a to z, digits, hyphens, dots; start with a letter or a digit"
    raise BadValue("bad-id", f"the {what} {quoted(typed)} can't be part of an address", fix)


def _matching(pattern: re.Pattern[str], typed: str, what: str, fix: str) -> str:
    if pattern.fullmatch(typed):
        return typed
    raise BadValue("bad-value", f"{quoted(typed)} is not {what}", fix)


def _time(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (
        int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    return datetime(year, month, day, hour, minute, second, tzinfo=_offset(found["zone"]))


def _offset(zone: str | None) -> timezone | None:
    if zone is None or zone in "Zz":
        return UTC if zone else None
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)
