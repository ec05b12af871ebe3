"""Mistakes that editors make, by the hundred: each is reported where it was made, with its fix.

Each kind of mistake takes a good file and a line of it, and says which words the message or the
fix must have. The first problem that `feedpress check` prints has to be on that line or the next.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from random import Random

import pytest
import yaml

import support
from feedpress.model import Publication
from feedpress.reading import publication_file, yaml_errors
from feedpress.reading.problems import Problem, sorted_problems
from feedpress.reading.schema_models import (
    ClippingShape,
    FileShape,
    ProjectShape,
    PublicationShape,
)
from feedpress.review import lint
from test_invalid_files import FULL, HEAD

_ROOT = Path(__file__).parent.parent
_SEED = 2016
_SHARE_OF_LINES = 0.98
_SHARE_OF_WORDS = 0.90
_PLACES = 3  # lines that each kind of mistake is made at in each file

_BLOCK = f"""\
{HEAD}\
  data: {{title: Data Science}}
clippings:
- id: portal-opens
  title: Portal opens
  url: https://example.com/portal
  source: GovTech
  published: 2016-09-14
  projects:
  - LA Business Portal
  - Data Science
  image:
    url: https://example.com/portal.png
    alt: The portal's page
- id: portal-grows
  title: Portal grows by half
  source: The Daily Planet
  added: 2016-10-15T17:05:00Z
  projects:
    - Data Science
    - LA Business Portal
  summary: The portal has grown by half
  url: https://example.com/grows
- id: portal-closes
  projects:
  - LA Business Portal
  added: 2016-11-15
  updated: 2016-11-20
  title: Portal closes its doors
  url: https://example.com/closes
  language: en
"""
_FLOW = f"""\
{HEAD}\
sources: {{GovTech: {{url: https://www.govtech.com/}}, Other Paper: {{also: [OP]}}}}
clippings:
- {{id: one, title: Portal opens, added: 2016-01-01, projects: [LA Business Portal]}}
- {{id: two, title: "Portal: it grows", url: https://example.com/two, published: 2016-09-14,
   projects: [portal]}}
- {{id: three, title: 'It''s over', added: 2017-01-01, source: OP, projects: [portal]}}
- {{id: four, title: Portal opens again, added: 2018-01-01, draft: true, projects: [portal]}}
"""
_INDENTED = f"""\
{HEAD}\
clippings:
  # The newest on top.
  - title: Portal opens
    id: portal-opens
    url: https://example.com/portal
    published: 2016-09-14
    projects: [LA Business Portal]

  - title: "Portal grows: a visit"
    id: portal-grows
    published: 2016-10
    projects: [portal]
    summary: The portal has grown

  # One more.
  - title: Portal closes
    id: portal-closes
    source: GovTech
    added: 2016-11-15
    projects: [portal]
    withdrawn: 2016-12-15
"""
_TEXTS = f"""\
{HEAD}\
clippings:
- id: one
  title: "Q&A: The Designer"
  published: 2016-09-14
  summary: |
    The city opens its portal.

    It is new.
  projects: [LA Business Portal]
- id: two
  title: 'Portal: It''s Open'
  published: 2016-09-15
  projects: [LA Business Portal]
  summary: >-
    Of all the portals of the city
    this is the one: and it is open.
- id: three
  title: "Portal opens"
  source: 'GovTech'
  published: "2016-09-16"
  projects: ["LA Business Portal"]
  summary: "Two lines of text that
    go on and on"
- id: four
  title: The end of the portal
  summary: The portal is over,
    and so is this text
  published: 2016-09-17
  projects: [LA Business Portal]
"""

_Files = tuple[tuple[str, str], ...]


def _bases() -> dict[str, _Files]:
    texts = {
        "real": (_ROOT / "clippings.yaml").read_text(encoding="utf-8"),
        "golden": (_ROOT / "tests/data/golden/clippings.yaml").read_text(encoding="utf-8"),
        "full": FULL,
        "block": _BLOCK,
        "flow": _FLOW,
        "indented": _INDENTED,
        "windows": _BLOCK.replace("\n", "\r\n"),
        "texts": _TEXTS,
    }
    files: dict[str, _Files] = {name: (("clippings.yaml", text),) for name, text in texts.items()}
    listed = _BLOCK.partition("clippings:")
    # The file that mistakes are made in comes last.
    files["folder"] = (("about.yaml", listed[0]), ("list.yaml", "".join(listed[1:])))
    return files


BASES = _bases()

# Kinds that may come to good YAML which says something else: a line between quotation marks.
_VALID = {"stray text"}

_KEYS = "|".join(
    sorted(
        {
            *ClippingShape.model_fields,
            *PublicationShape.model_fields,
            *ProjectShape.model_fields,
            *FileShape.model_fields,
        },
        key=len,
        reverse=True,
    )
)
_Lines = list[str]
#: The lines after the mistake and the words that its fix must have; None where it can't be made.
_Made = tuple[_Lines, str] | None
_Make = Callable[[_Lines, int, Random], _Made]


@dataclass(frozen=True)
class _Kind:
    name: str
    make: _Make
    #: The line that is held to be wrong, where it is not the first one that differs.
    is_told_at_the_clipping: bool = False


def _line(pattern: str, new: Callable[[re.Match[str], Random], str], words: str) -> _Make:
    """Make a mistake within a line that matches; `words` may name the groups of the match."""

    def make(lines: _Lines, at: int, random: Random) -> _Made:
        found = re.match(pattern, lines[at])
        if not found:
            return None
        changed = new(found, random) + lines[at][found.end() :]
        groups = {name: re.escape(value or "") for name, value in found.groupdict().items()}
        return [*lines[:at], *changed.split("\n"), *lines[at + 1 :]], words.format(**groups)

    return make


def _to(template: str) -> Callable[[re.Match[str], Random], str]:
    """Put the groups of a match into a template."""
    return lambda found, _: template.format(**found.groupdict())


# A key of a line, and one within braces.
_KEY = rf"(?P<before>(?: *(?:- )?|.*[{{,] ?))(?P<key>{_KEYS})(?P<colon>: )"
_ANY_KEY = rf"(?P<before> *(?:- )?)(?P<key>{_KEYS})(?P<colon>:)(?= |$)"
_ITEM = rf"(?P<indent> *)- (?P<key>{_KEYS}): "
_INNER = rf"(?P<indent>  +)(?P<key>{_KEYS}):(?= |$)"
_TEXT_KEY = r"(?P<before> *(?:- )?)(?P<key>title|summary|source|subtitle): "
_PLAIN = rf"{_TEXT_KEY}(?P<text>\w[^:#]*\w)$"
_DOUBLE = r'(?P<before>.*: |.*\[)"(?P<text>[^"]*)"'
_SINGLE = r"(?P<before>.*: )'(?P<text>(?:[^']|'')*)'"
_DATE = r"(?P<before>.*\b(?:published|added|updated|withdrawn|retired): )(?P<date>2\d{3}-\d\d-\d\d)"
_LIST = r"(?P<before> +)projects: \[(?P<items>[^\]\"]*)\]$"


def _dropped(found: re.Match[str], random: Random) -> str:
    key = found["key"]
    at = random.randrange(len(key))
    return found["before"] + key[:at] + key[at + 1 :] + found["colon"]


def _doubled(found: re.Match[str], random: Random) -> str:
    key = found["key"]
    at = random.randrange(len(key))
    return found["before"] + key[:at] + key[at] + key[at:] + found["colon"]


def _swapped(found: re.Match[str], random: Random) -> str:
    key = found["key"]
    at = random.randrange(len(key) - 1)
    return found["before"] + key[:at] + key[at + 1] + key[at] + key[at + 2 :] + found["colon"]


def _cut(found: re.Match[str], indent: str) -> str:
    words = found["text"].split(" ")
    half = (len(words) + 1) // 2
    first, second = " ".join(words[:half]), " ".join(words[half:])
    return f"{found['before']}{found['key']}: {first}\n{indent}{second or 'more'}"


def _hyphen(lines: _Lines, at: int) -> re.Match[str] | None:
    return re.match(r"( *)- (?:\w+:|\{)", lines[at])


def _clipping(lines: _Lines, at: int) -> tuple[int, int] | None:
    """Return the first line of the clipping that a line begins, and the line behind it."""
    if not (found := _hyphen(lines, at)):
        return None
    end = at + 1
    while end < len(lines) and (lines[end].startswith(found[1] + " ") or not lines[end].strip()):
        end += 1
    return at, end


def _moved(lines: _Lines, at: int, random: Random) -> _Made:
    if not (place := _clipping(lines, at)):
        return None
    more = " " * random.choice([1, 2, 4])
    moved = [more + line if line.strip() else line for line in lines[slice(*place)]]
    return [*lines[:at], *moved, *lines[place[1] :]], "column|indent|spaces"


def _without(key: str) -> _Make:
    def make(lines: _Lines, at: int, _random: Random) -> _Made:
        place = _clipping(lines, at)
        if not place:
            return None
        rest = [line for line in lines[slice(*place)] if not re.match(rf" +(?:{key}):", line)]
        words = "date|published" if "added" in key else key
        return [*lines[:at], *rest, *lines[place[1] :]], words

    return make


def _same_id(lines: _Lines, at: int, random: Random) -> _Made:
    ids = [index for index, line in enumerate(lines) if re.match(r" *(?:- )?id: ", line)]
    if at not in ids or len(ids) < 2:
        return None
    other = random.choice([index for index in ids if index != at])
    taken = re.sub(r".*id: ", "", lines[other])
    changed = re.sub(r"id: .*", f"id: {taken}", lines[at])
    return [*lines[:at], changed, *lines[at + 1 :]], "already the id"


def _conflict(lines: _Lines, at: int, random: Random) -> _Made:
    if not re.match(r" *(?:- )?\w+:", lines[at]):
        return None
    end = min(len(lines), at + random.randint(1, 3))
    theirs = [line + random.choice(["", " x"]) for line in lines[at:end]]
    marked = ["<<<<<<< HEAD", *lines[at:end], "=======", *theirs, ">>>>>>> their-branch"]
    return [*lines[:at], *marked, *lines[end:]], "conflict|two versions"


def _repeated(lines: _Lines, at: int, _random: Random) -> _Made:
    found = re.match(rf" +(?:{_KEYS}): \S[^|>]*$", lines[at])
    return ([*lines[: at + 1], *lines[at:]], "twice") if found else None


def _copied(lines: _Lines, at: int, _random: Random) -> _Made:
    place = _clipping(lines, at)
    if not place or not any(re.search(r"\bid: ", line) for line in lines[slice(*place)]):
        return None
    end = place[1]
    return [*lines[:end], *lines[at:end], *lines[end:]], "already the id"


def _joined(lines: _Lines, at: int, _random: Random) -> _Made:
    texts = lines[at : at + 2]
    if not (re.match(_PLAIN, texts[0]) and re.match(_INNER, texts[-1]) and len(texts) == 2):
        return None
    words = "line of its own|quotation mark"
    return [*lines[:at], "".join(texts), *lines[at + 2 :]], words


def _address(lines: _Lines, at: int, _random: Random) -> _Made:
    found = re.match(_INNER, lines[at])
    address = f"{found['indent']}https://example.com/new" if found else ""
    return ([*lines[:at], address, *lines[at:]], "key and a colon") if found else None


def _inserted(*texts: str, words: str) -> _Make:
    def make(lines: _Lines, at: int, random: Random) -> _Made:
        text = random.choice(texts)
        return ([*lines[:at], text, *lines[at:]], words) if lines[at].strip() else None

    return make


def _no_list(lines: _Lines, at: int, _random: Random) -> _Made:
    if not (lines[at].startswith("clippings:") and at + 1 < len(lines)):
        return None
    return [*lines[:at], *lines[at + 1 :]], "clippings:"


def _no_block_indent(lines: _Lines, at: int, _random: Random) -> _Made:
    if not re.match(r" *(?:- )?summary: [|>]", lines[at - 1]):
        return None
    found = re.match(r" +(?=\w.* )", lines[at])
    words = "indent|column|text above"
    return ([*lines[:at], lines[at][found.end() :], *lines[at + 1 :]], words) if found else None


def _name_with_slip(found: re.Match[str], random: Random) -> str:
    at = random.randrange(1, len(found["name"]))
    return f"{found['before']}{found['name'][:at]}{found['name'][at + 1 :]}"


_QUOTE = "quotation mark"
_SPACES = "spaces? in front|column|indent"

KINDS = (
    _Kind("a letter of a key left out", _line(_KEY, _dropped, "{key!s}'")),
    _Kind("a letter of a key doubled", _line(_KEY, _doubled, "'{key}'")),
    _Kind("two letters of a key swapped", _line(_KEY, _swapped, "'{key}'")),
    _Kind(
        "key with a capital",
        _line(_ANY_KEY, lambda f, _: f["before"] + f["key"].capitalize() + ":", "'{key}'"),
    ),
    _Kind("one space more", _line(_INNER, _to(" {indent}{key}:"), _SPACES)),
    _Kind(
        "one space less",
        _line(_INNER, lambda f, _: f"{f['indent'][1:]}{f['key']}:", _SPACES),
    ),
    _Kind("key at the left edge", _line(_INNER, _to("{key}:"), "spaces? in front")),
    _Kind("one space more before a hyphen", _line(_ITEM, _to(" {indent}- {key}: "), _SPACES)),
    _Kind("whole clipping moved", _moved),
    _Kind("section moved", _line(r"(?P<key>projects|sources|clippings):", _to(" {key}:"), _SPACES)),
    _Kind("colon in a headline", _line(_PLAIN, _to("{before}{key}: A visit: {text}"), _QUOTE)),
    _Kind("colon behind a headline", _line(_PLAIN, _to("{before}{key}: {text}:"), _QUOTE)),
    _Kind(
        "no space behind a colon",
        _line(_KEY, _to("{before}{key}:"), "space"),
    ),
    _Kind(
        "no space behind a hyphen",
        _line(_ITEM, _to("{indent}-{key}: "), "hyphen and a space"),
    ),
    _Kind(
        "no space behind an item's hyphen",
        _line(
            r"(?P<indent> +)- (?=\w[^:]*$)",
            _to("{indent}-"),
            "hyphen and a space",
        ),
    ),
    _Kind("no hyphen", _line(_ITEM, _to("{indent}  {key}: "), "hyphen")),
    _Kind("no hyphen at all", _line(_ITEM, _to("{indent}{key}: "), "hyphen")),
    _Kind("asterisk for a hyphen", _line(_ITEM, _to("{indent}* {key}: "), "hyphen")),
    _Kind("dash for a hyphen", _line(_ITEM, _to("{indent}– {key}: "), "hyphen")),
    _Kind("bullet for a hyphen", _line(_ITEM, _to("{indent}• {key}: "), "hyphen")),
    _Kind("number for a hyphen", _line(_ITEM, _to("{indent}1. {key}: "), "hyphen")),
    _Kind(
        "dash for an item's hyphen",
        _line(r"(?P<indent> +)- (?=\w[^:]*$)", _to("{indent}— "), "hyphen"),
    ),
    _Kind("no closing double quote", _line(_DOUBLE, _to('{before}"{text}'), _QUOTE)),
    _Kind("no closing single quote", _line(_SINGLE, _to("{before}'{text}"), _QUOTE)),
    _Kind("no opening double quote", _line(_DOUBLE, _to('{before}{text}"'), _QUOTE)),
    _Kind("no opening single quote", _line(_SINGLE, _to("{before}{text}'"), _QUOTE)),
    _Kind("curly quotes", _line(_DOUBLE, _to("{before}“{text}”"), "straight quotation marks")),
    _Kind("one curly quote", _line(_DOUBLE, _to('{before}"{text}”'), "straight|quotation mark")),
    _Kind("text behind a quote", _line(_DOUBLE, _to('{before}"{text}" today'), _QUOTE)),
    _Kind("apostrophe in quotes", _line(_SINGLE, _to("{before}'{text}'s'"), _QUOTE)),
    _Kind("quote in quotes", _line(_DOUBLE, _to('{before}"The "new" {text}"'), _QUOTE)),
    _Kind("word quoted at the start", _line(_PLAIN, _to('{before}{key}: "New" {text}'), _QUOTE)),
    _Kind("tab for indentation", _line(_INNER, _to("\t{key}:"), "spaces in its place")),
    _Kind(
        "tab behind spaces", _line(_INNER, lambda f, _: f"{f['indent'][1:]}\t{f['key']}:", "tab")
    ),
    _Kind("tab before a hyphen", _line(_ITEM, _to("\t- {key}: "), "tab")),
    _Kind("no closing bracket", _line(_LIST, _to("{before}projects: [{items}"), "bracket|'\\]'")),
    _Kind("no opening bracket", _line(_LIST, _to("{before}projects: {items}]"), "\\[")),
    _Kind(
        "no closing brace",
        _line(r"(?P<text>.*[:-] \{\w+: .*)\}$", _to("{text}"), "bracket|'\\}}'"),
    ),
    _Kind(
        "no opening brace",
        _line(r"(?P<text>.*[:-] )\{(?=\w+: .*\}$)", _to("{text}"), "bracket|'\\{{'|brace"),
    ),
    _Kind(
        "text that begins with a sign",
        _line(
            _PLAIN,
            lambda f, r: f"{f['before']}{f['key']}: {r.choice('@*&%`!|>,')}{f['text']}",
            "quotation mark",
        ),
    ),
    _Kind(
        "text that begins with a sign and a space",
        _line(
            _PLAIN,
            lambda f, r: f"{f['before']}{f['key']}: {r.choice('@*&%`|>?-')} {f['text']}",
            "quotation mark",
        ),
    ),
    _Kind("text that begins with #", _line(_PLAIN, _to("{before}{key}: #{text}"), _QUOTE)),
    _Kind("text that goes on with #", _line(_PLAIN, _to("{before}{key}: City #1 {text}"), "#1")),
    _Kind(
        "text with brackets in front",
        _line(_PLAIN, _to("{before}{key}: [Opinion] {text}"), "quotation mark"),
    ),
    _Kind(
        "text for a list",
        _line(_LIST, _to("{before}projects: {items}"), "projects: \\["),
    ),
    _Kind("list for a text", _line(_PLAIN, _to("{before}{key}: [{text}]"), _QUOTE)),
    _Kind(
        "list within a line",
        _line(_LIST, _to("{before}projects: - {items}"), "list|hyphen"),
    ),
    _Kind(
        "image without braces",
        _line(
            r"(?P<before> +)image: \{url: [^}]*\}",
            _to("{before}image: https://example.com/a.png"),
            "url: ",
        ),
    ),
    _Kind(
        "no comma in a list",
        _line(r"(?P<before>.*projects: \[[^\],]*),", _to("{before}"), "did you mean|comma"),
    ),
    _Kind(
        "one space more before an item's hyphen",
        _line(r"(?P<indent> +)- (?=\w[^:]*$)", _to(" {indent}- "), "column"),
    ),
    _Kind("repeated id", _same_id),
    _Kind("copied clipping", _copied),
    _Kind("empty id", _line(r"(?P<before>- id:) .*", _to("{before}"), "feedpress stamp")),
    _Kind(
        "tilde for an id", _line(r"(?P<before>.*\bid: )[^,}}]*", _to("{before}~"), "small letters")
    ),
    _Kind("repeated key", _repeated),
    _Kind(
        "misspelt project",
        _line(
            r"(?P<before> +(?:projects: \[|- ))(?P<name>[A-Z][\w ]{6,})",
            _name_with_slip,
            "did you mean '",
        ),
    ),
    _Kind("american date", _line(_DATE, _to("{before}9/14/2016"), "write a day")),
    _Kind("date with dots", _line(_DATE, _to("{before}14.09.2016"), "write a day")),
    _Kind("date in words", _line(_DATE, _to("{before}September 14 2016"), "write a day")),
    _Kind("date of two digits", _line(_DATE, _to("{before}16-09-14"), "write a day")),
    _Kind(
        "date with curly dashes",
        _line(_DATE, lambda f, _: f["before"] + f["date"].replace("-", "–"), "write a day"),
    ),
    _Kind("impossible date", _line(_DATE, _to("{before}2016-02-30"), "no day|look up")),
    _Kind("curly quotes at a date", _line(_DATE + "$", _to("{before}“{date}”"), "quotation marks")),
    _Kind("no title", _without("title"), is_told_at_the_clipping=True),
    _Kind("no date", _without("published|added"), is_told_at_the_clipping=True),
    _Kind("marks of a conflict", _conflict),
    _Kind(
        "line cut in two",
        _line(_PLAIN, lambda f, _: _cut(f, ""), "indent|part of what"),
    ),
    _Kind("two lines joined", _joined),
    _Kind("address alone", _address),
    _Kind(
        "text goes on below its key",
        _line(_PLAIN, lambda f, _: _cut(f, re.sub(r"\S", " ", f["before"])), "indent|part of what"),
    ),
    _Kind("text of a block not indented", _no_block_indent),
    _Kind(
        "space that is none",
        _line(_INNER, lambda f, _: f"{f['indent'][:-1]}\u00a0{f['key']}:", "space"),
    ),
    _Kind(
        "all spaces that are none",
        _line(_INNER, lambda f, _: "\u00a0" * len(f["indent"]) + f["key"] + ":", "space"),
    ),
    _Kind(
        "stray text",
        _inserted("to be done", "Ask Maria about this one!", "…", words="key and a colon|note"),
    ),
    _Kind("note with slashes", _inserted("// the old ones", "-- the old ones", words="#")),
    _Kind(
        "address without https",
        _line(r"(?P<before>.*\burl: )https://", _to("{before}"), "https://"),
    ),
    _Kind(
        "id with capitals",
        _line(
            r"(?P<before>.*\bid: )(?P<id>[a-z][a-z-]+)",
            lambda f, _: f["before"] + f["id"].capitalize(),
            "small letters",
        ),
    ),
    _Kind(
        "id with spaces", _line(r"(?P<before>.*\bid: [a-z]+)-", _to("{before} "), "small letters")
    ),
    _Kind("equals sign", _line(_KEY, _to("{before}{key} = "), "colon")),
    _Kind("no colon", _line(_KEY, _to("{before}{key} "), "colon")),
    _Kind("semicolon", _line(_KEY, _to("{before}{key}; "), "colon")),
    _Kind("full-width colon", _line(_KEY, _to("{before}{key}："), "colon")),
    _Kind(
        "draft: yes",
        _line(
            r"(?P<before> +)(?P<key>published|source):",
            _to("{before}draft: yes\n{before}{key}:"),
            "true or false",
        ),
    ),
    _Kind("no section of clippings", _no_list),
    _Kind("language in words", _line(r"(?P<before>.*language: ).*", _to("{before}English"), "en")),
    _Kind(
        "backslash in quotes", _line(_DOUBLE, _to('{before}"C:\\data {text}"'), "backslash|twice")
    ),
)


@dataclass(frozen=True)
class _Mutation:
    kind: str
    base: str
    text: str
    line: int
    words: str


def _mutations(seed: int) -> Iterator[_Mutation]:
    for base, files in BASES.items():
        text = files[-1][1]
        end = "\r\n" if "\r\n" in text else "\n"
        lines = text.split(end)[:-1]
        for kind in KINDS:
            random = Random(f"{seed} {base} {kind.name}")  # noqa: S311
            made = 0
            for at in random.sample(range(len(lines)), len(lines)):
                if made < _PLACES and (change := kind.make(lines, at, random)):
                    changed, words = change
                    line = at if kind.is_told_at_the_clipping else _first_difference(lines, changed)
                    if line is not None and changed != lines:
                        made += 1
                        yield _Mutation(kind.name, base, end.join([*changed, ""]), line + 1, words)


def _first_difference(lines: _Lines, changed: _Lines) -> int | None:
    pairs = enumerate(zip_longest(lines, changed))
    return next((index for index, (one, other) in pairs if one != other), None)


_Checked = tuple[Publication | None, tuple[Problem, ...]]


def _checked(base: str, text: str) -> _Checked:
    """Return what `feedpress check` finds in a base whose last file has another text."""
    *others, (name, _) = BASES[base]
    files = [(name, text.encode()) for name, text in (*others, (name, text))]
    reading = publication_file.examine(files)
    if reading.publication is None:
        return None, reading.problems
    warnings = lint.warnings(reading.publication, support.NOW)
    return reading.publication, sorted_problems((*reading.problems, *warnings))


@cache
def _base(base: str) -> _Checked:
    return _checked(base, BASES[base][-1][1])


def _new(problems: Sequence[Problem], mutation: _Mutation) -> list[Problem]:
    """Return the problems that the base does not have: some have warnings."""
    known = Counter(_marked(_base(mutation.base)[1], BASES[mutation.base][-1][1], mutation.line))
    new = []
    for problem, mark in zip(
        problems, _marked(problems, mutation.text, mutation.line), strict=True
    ):
        if known[mark]:
            known[mark] -= 1
        else:
            new.append(problem)
    return new


def _marked(problems: Sequence[Problem], text: str, line: int) -> list[tuple[str, str, int]]:
    """Return what each problem says, and its line: behind the mistake, counted from the end."""
    end = len(text.splitlines())
    return [
        (
            each.code,
            re.sub(r"line \d+", "", each.message),
            each.place.line if each.place.line <= line else each.place.line - end,
        )
        for each in problems
    ]


@dataclass(frozen=True)
class _Result:
    mutation: _Mutation
    problems: list[Problem]
    is_changed: bool

    @property
    def is_line_right(self) -> bool:
        """Whether the first problem is at the mistake or in the next line."""
        line = self.mutation.line
        return bool(self.problems) and self.problems[0].place.line in (line, line + 1)

    @property
    def are_words_right(self) -> bool:
        """Whether the first problem names what is wrong."""
        said = (f"{each.message}; {each.fix}" for each in self.problems[:1])
        return any(re.search(self.mutation.words, each) for each in said)


def _results(seed: int) -> list[_Result]:
    results = []
    for mutation in _mutations(seed):
        publication, problems = _checked(mutation.base, mutation.text)
        new = _new(problems, mutation)
        result = _Result(mutation, new, publication != _base(mutation.base)[0])
        if result.problems or result.is_changed:  # else it was no mistake
            results.append(result)
    return results


@pytest.fixture(scope="module")
def results() -> list[_Result]:
    """Make all mistakes of the seed."""
    return _results(_SEED)


def _table(results: list[_Result]) -> str:
    """Show how many of each kind have the right line, and how many the right words."""
    made = Counter(each.mutation.kind for each in results)
    lines = Counter(each.mutation.kind for each in results if each.is_line_right)
    words = Counter(each.mutation.kind for each in results if each.are_words_right)
    rows = [f"{lines[name]:4} {words[name]:4} of {made[name]:4}  {name}" for name in made]
    shares = [counter.total() / made.total() for counter in (lines, words)]
    return "\n".join([*rows, "line {:.1%}, words {:.1%}".format(*shares)])


def test_mistakes_are_reported_where_they_are(results: list[_Result]) -> None:
    """The first problem is at the mistake or in the next line, and names it, nearly always."""
    print(f"\n{_table(results)}")
    assert sum(each.is_line_right for each in results) >= _SHARE_OF_LINES * len(results)
    assert sum(each.are_words_right for each in results) >= _SHARE_OF_WORDS * len(results)


def test_no_mistake_is_published_in_silence(results: list[_Result]) -> None:
    """What changes the publication without a word is only what nobody could take for a mistake."""
    silent = {each.mutation.kind for each in results if not each.problems}
    assert silent <= _VALID


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("said", ["did not find expected key", "could not find expected ':'"])
def test_no_good_line_is_blamed(base: str, said: str) -> None:
    """Wherever libyaml would stop, no rule blames a good line above."""
    for _, text in BASES[base]:
        first = yaml.Mark("", 0, 0, 0, None, 0)
        for number, line in enumerate(text.splitlines()):
            if line.strip():
                mark = yaml.Mark("", 0, number, len(line) - len(line.lstrip()), None, 0)
                error = yaml.MarkedYAMLError("while parsing a block mapping", first, said, mark)
                problem = yaml_errors.diagnose(error, text, "clippings.yaml")
                expected = number + 1 if "key" in said else 1
                assert (problem.place.line, problem.code) in (
                    (expected, "indentation"),
                    (expected, "clippings-missing"),
                    (expected, "missing-colon"),
                )


def test_every_kind_is_made(results: list[_Result]) -> None:
    """Each kind of mistake is made in some file, and there are hundreds in all."""
    assert {each.mutation.kind for each in results} == {kind.name for kind in KINDS}
    assert len(results) > 500
