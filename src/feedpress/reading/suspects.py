"""The line that an editor got wrong, in a text that libyaml gave up on or misread.

libyaml says where it could not go on, often lines below the mistake: after a quotation mark that
is not closed, or at the next clipping. Files of clippings are plain: sections at the left edge,
hyphens in one column, keys whose names are known. The first line that does not look like that is
the suspect. It is asked for only where something is wrong.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from feedpress.model import Place
from feedpress.reading import syntax
from feedpress.reading.lines import (
    ANY,
    EMPTY_BLOCK,
    HAS_SHAPE,
    IS_TEXT,
    ITEM,
    KNOWN,
    KNOWN_KEY,
    LOOK,
    OF_CLIPPING,
    OF_PUBLICATION,
    SECTION_LINE,
    Walk,
    habits,
    indent,
    section_of,
)
from feedpress.reading.problems import Problem

# Lines that are looked at, and clippings before the one in which libyaml gave up.
_MOST_LINES = 5_000
_BEFORE = 3

_Found = re.Match[str]


@dataclass(frozen=True, slots=True)
class _Case:
    pattern: re.Pattern[str]
    code: str
    #: Both may name the groups of the match.
    message: str
    cure: str
    applies: Callable[[_Found, Walk], object] = lambda _found, _walk: True
    #: The group at whose start the problem is shown.
    at: str | int = 0


def _is_at_hyphens(found: _Found, walk: Walk) -> bool:
    if walk.section != "clippings" or SECTION_LINE.match(walk.line):
        return False
    return len(found["indent"]) == walk.hyphen or not walk.keys


def _is_at_the_edge(found: _Found, walk: Walk) -> bool:
    return bool(walk.section) and not found["indent"] and not SECTION_LINE.match(walk.line)


def _is_below_an_empty_block(_found: _Found, walk: Walk) -> bool:
    above = walk.lines[walk.number - 1][:LOOK]
    return bool(walk.number and EMPTY_BLOCK.match(above)) and not HAS_SHAPE.match(walk.line)


def _is_no_part_of_a_text(found: _Found, walk: Walk) -> bool:
    """Tell whether a text without a key stands at the left edge, or right above other keys."""
    column = found.start("text")
    below = islice(walk.lines, walk.number + 1, walk.number + 2)
    return column == 0 or any(indent(line) == column and KNOWN_KEY.match(line) for line in below)


def _begins_a_clipping(found: _Found, walk: Walk) -> bool:
    is_first = found["key"] == walk.first_key or found["key"] in walk.keys or not walk.keys
    return is_first and _is_at_hyphens(found, walk)


def _is_in_a_list(found: _Found, walk: Walk) -> bool:
    return walk.is_open and len(found["indent"]) >= walk.last


def _has_another_column(found: _Found, walk: Walk) -> bool:
    is_moved = len(found["indent"]) != walk.hyphen
    is_nested = walk.keys and _is_in_a_list(found, walk)
    return walk.section == "clippings" and is_moved and not is_nested


def _is_among_projects(_found: _Found, walk: Walk) -> bool:
    if walk.section != "projects":
        return False
    below = map(SECTION_LINE.match, islice(walk.lines, walk.number + 1, None))
    return any(section and section["key"] == "clippings" for section in below)


_PUT_HYPHEN = "put a hyphen and a space in its place"

_CASES = (
    _Case(
        re.compile(r"(?:<{7}|>{7}|\|{7}|={7})(?:\s|$)"),
        "conflict",
        "two versions of the next lines met in a conflict, and its marks were left here",
        "keep the lines that are right, and take out the lines of <<<<<<<, ======= and >>>>>>>",
    ),
    _Case(
        re.compile(r" *(?P<space>[^\S \t\r\n])"),
        "indentation",
        "the space in front of this line is not an ordinary one",
        "delete it and type spaces anew",
        at="space",
    ),
    _Case(
        re.compile(rf" *(?:-|(?:- +)?(?:{ANY}) *:)(?P<space>[^\S \t\r\n])"),
        "indentation",
        "the space behind this sign is not an ordinary one",
        "delete it and type a space anew",
        at="space",
    ),
    _Case(
        re.compile(rf"(?P<indent> +)(?P<key>{OF_PUBLICATION}) *:(?:\s|$)"),
        "publication-missing",
        "this key is indented, and nothing says what it belongs to",
        "write publication: on a line of its own above",
        lambda _, walk: not walk.section,
        at="key",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<sign>[*+•·–—−]|\d{{1,3}}[.)]) *(?:{KNOWN}) *:(?:\s|$)"),
        "hyphen",
        "{sign!r} stands where a hyphen is wanted",
        _PUT_HYPHEN,
        at="sign",
    ),
    _Case(
        re.compile(r"(?P<indent> *)(?P<sign>[*+•·–—−])\s"),
        "hyphen",
        "{sign!r} stands where a hyphen is wanted",
        _PUT_HYPHEN,
        _is_in_a_list,
        at="sign",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<sign>-)(?:{KNOWN}) *:(?:\s|$)"),
        "hyphen",
        "no space stands behind the hyphen",
        "put a space behind the hyphen",
        at="sign",
    ),
    _Case(
        re.compile(r"(?P<indent> *)(?P<sign>-)[^\s-]"),
        "hyphen",
        "no space stands behind the hyphen",
        "put a space behind the hyphen",
        _is_in_a_list,
        at="sign",
    ),
    _Case(
        re.compile(r"\s*(?P<sign>//|/\*|<!--|--(?!-))"),
        "missing-colon",
        "a note can't begin with {sign!r}",
        "put # in its place; a text that goes on from the line above is indented",
        at="sign",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<key>{OF_CLIPPING}) *:(?:\s|$)"),
        "hyphen",
        "a clipping begins here without a hyphen",
        "put a hyphen and a space in front of {key}:",
        _begins_a_clipping,
        at="key",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<key>{KNOWN}) *:(?:\s|$)"),
        "indentation",
        "the key {key!r} begins further to the left than what it belongs to",
        "put spaces in front, or a hyphen and a space if a clipping begins here",
        lambda found, walk: _is_at_hyphens(found, walk) or _is_at_the_edge(found, walk),
        at="key",
    ),
    _Case(
        re.compile(rf"\s*(?:- +)?(?P<key>{ANY})(?P<sign> *[=;,：]| +(?=[^\s:])(?!.*:(?:\s|$)))"),
        "missing-colon",
        "no colon stands behind {key!r}",
        "write {key}: and a space behind the colon",
        at="sign",
    ),
    _Case(
        re.compile(rf"\s*(?:- +)?(?P<key>{ANY})(?P<sign>:)[^\s:]"),
        "missing-colon",
        "no space stands behind the colon of this line",
        "put one there",
        at="key",
    ),
    _Case(
        re.compile(r".*?\w: +(?P<sign>[“”„«])[^“”„«]*?(?:: | #)"),
        "curly-quotes",
        "curly quotation marks don't hold a text together",
        'put straight quotation marks around the whole text: "…"',
        at="sign",
    ),
    _Case(
        re.compile(r"\s*(?:- +)*\w[^:{\[\"']*: +(?P<sign>[^\s\[{\"'|>])(?P<rest>[^{]*+)$"),
        "bracket",
        "a bracket closes here that was never opened",
        "put '{{' behind the first colon",
        lambda found, _: ": " in found["rest"] and found["rest"].rstrip().endswith("}"),
        at="sign",
    ),
    _Case(
        re.compile(rf"\s*(?:- +)*\w+: +[^\s\"'\[{{|>].*?\s(?P<key>{OF_CLIPPING}):\s"),
        "colon",
        "a second key stands in this line",
        "begin {key}: on a line of its own, or put the whole text in quotation marks",
        at="key",
    ),
    _Case(
        re.compile(r"(?P<indent> *)(?P<sign>-) +title *:(?:\s|$)"),
        "not-a-mapping",
        "a project begins with its short name, and not with a hyphen",
        "write a short name and a colon, like technology:, above title: and take the hyphen out",
        _is_among_projects,
        at="sign",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<sign>-) +(?:(?:{OF_CLIPPING}) *:(?:\s|$)|\{{)"),
        "clippings-missing",
        "a list of clippings begins here, and nothing says that it is one",
        "write clippings: on a line of its own above",
        lambda _, walk: walk.section not in ("clippings", ""),
        at="sign",
    ),
    _Case(
        re.compile(rf"(?P<indent> *)(?P<sign>-) +(?:(?:{OF_CLIPPING}) *:(?:\s|$)|\{{)"),
        "indentation",
        "this clipping begins in another column than the others",
        "begin its hyphen in the same column, and its keys as those of the others",
        _has_another_column,
        at="sign",
    ),
    _Case(
        re.compile(r"\s*(?P<text>\S)"),
        "indentation",
        "this line does not belong to the text that the line above begins",
        "indent it: put more spaces in front than the line above has",
        _is_below_an_empty_block,
        at="text",
    ),
    _Case(
        re.compile(r" *(?P<text>[^\s#.\]}%{\[&*!|>@`\"'?-])(?!.*:(?:\s|$))"),
        *syntax.NO_KEY,
        _is_no_part_of_a_text,
        at="text",
    ),
)


def problem(lines: list[str], opened: int, end: int, file: str) -> Problem | None:
    """Give the first line that looks wrong, from some clippings before the line `opened`.

    It is no further down than the line `end`; both are counted from 0.
    """
    items = [number for number, line in enumerate(lines) if ITEM.match(line)]
    walk = Walk(lines, *habits([lines[number] for number in items]))
    # What was opened at the top is the file itself.
    near = opened if items and opened >= items[0] else end
    before = bisect_right(items, near) - _BEFORE
    number = items[before] if before > 0 else 0
    walk.section = section_of(lines[:number])
    last = min(end + 1, len(lines), number + _MOST_LINES)
    while number < last:
        walk.number = number
        number += 1
        if IS_TEXT.match(walk.line):
            if told := _told(walk, file):
                return told
            number = walk.take_in()
    return None


def _told(walk: Walk, file: str) -> Problem | None:
    line = walk.line[:LOOK]
    if walk.is_never_closed and (opening := walk.unclosed):
        message = "the quotation mark that opens here is never closed"
        is_curly = line.rstrip().endswith(tuple("“”„‘’"))
        cure = "close it at the end of the text" + (
            " with a straight one, not a curly one" if is_curly else ", or take it out"
        )
        place = Place(file, walk.number + 1, opening.start("sign") + 1)
        return Problem("quote", message, cure, place)
    for case in _CASES:
        if (found := case.pattern.match(line)) and case.applies(found, walk):
            words = found.groupdict()
            place = Place(file, walk.number + 1, found.start(case.at) + 1)
            cure = case.cure.format(**words)
            return Problem(case.code, case.message.format(**words), cure, place)
    return None
