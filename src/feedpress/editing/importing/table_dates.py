"""The dates of a table's column, in the forms that spreadsheets write, as a clipping has them.

Whether a day or a month comes first is decided once for the column: the same sheet has both in the
same order.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from feedpress.editing.importing.items import Refused
from feedpress.reading import values
from feedpress.reading.problems import quoted


class Order(StrEnum):
    """Which part of 14/09/2016 comes first."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


_TIME = (
    r"(?:[T, ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[./](?P<month>\d{{1,2}})[./](?P<day>\d{{1,2}}){_TIME}")
_NUMBERS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sign>[./-]) ?(?P<two>\d{{1,2}})(?P=sign) ?(?P<year>\d{{4}}){_TIME}"
)
_SHORT_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d\d|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d\d")
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_WORDS = (
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"{_MONTH},?[ -](?P<year>\d{{4}})"),
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LONGEST = 40  # characters of a date


def order_of(column: Iterable[tuple[str, str]]) -> Order:
    """Find out which part comes first from a column's rows, each a name and the text.

    Raises Refused where the column does not tell, or tells both.
    """
    seen: dict[Order, str] = {}
    doubtful = ""
    for row, text in column:
        found = _NUMBERS.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            continue
        one, two = int(found["one"]), int(found["two"])
        if found["sign"] == "." or (one > 12 >= two):
            seen.setdefault(Order.DAY_FIRST, f"{quoted(text)} in {row}")
        elif two > 12 >= one:
            seen.setdefault(Order.MONTH_FIRST, f"{quoted(text)} in {row}")
        elif one != two:
            doubtful = doubtful or f"{quoted(text)} in {row}"
    fix = "say which comes first with --dates dmy (day) or --dates mdy (month)"
    if len(seen) == 2:
        raise Refused(f"the dates disagree: {' and '.join(seen.values())}; {fix}")
    if doubtful and not seen:
        raise Refused(f"the date {doubtful} may be read in two ways; {fix}")
    return next(iter(seen), Order.DAY_FIRST)


def typed(text: str, order: Order) -> str:
    """Return a date as an editor types it. Raises values.BadValue where it is none."""
    form = _form(text, order) if len(text) <= _LONGEST else text
    values.when(form)
    return form


def _form(text: str, order: Order) -> str:
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found, int(found["month"]), int(found["day"]))
    if found := _NUMBERS.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        is_day_first = order is Order.DAY_FIRST
        return _day(found, two if is_day_first else one, one if is_day_first else two)
    if _SHORT_YEAR.fullmatch(text):
        message = f"the year in {quoted(text)} has two digits only"
        raise values.BadValue("date", message, "write all four")
    for pattern in _WORDS:
        found = pattern.fullmatch(text)
        if found and (month := _month(found["month"])):
            if "day" in found.groupdict():
                return _day(found, month, int(found["day"]))
            return f"{found['year']}-{month:02}"
    # A spreadsheet writes midnight behind a day without a time.
    return re.sub(r"[T ]00:00(:00)?(\.0+)?$", "", text)


def _day(found: re.Match[str], month: int, day: int) -> str:
    return f"{found['year']}-{month:02}-{day:02}{_time(found)}"


def _time(found: re.Match[str]) -> str:
    if found["hour"] is None:
        return ""
    hour = int(found["hour"])
    if found["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    second = found["second"] or "00"
    time = f"{hour:02}:{found['minute']}:{second}"
    return "" if time == "00:00:00" else f"T{time}"


def _month(name: str) -> int | None:
    """Return the number of a month that is written out, or as Sep or Sept."""
    short = name.lower()
    found = (number for number, month in enumerate(_MONTHS, 1) if month.startswith(short))
    return next(found, None) if short in _MONTHS or len(short) in (3, 4) else None
