"""Texts, lists and keys as YAML that an editor likes to read; `yaml_text` reads the same back.

What can stand as it is stands so. What YAML would take for something else, or another program
for a number or a switch, goes in quotation marks.
"""

import re
from collections.abc import Iterable, Mapping

# A text of one line that means itself, in a list in brackets, too (YAML 1.2 §7.3.3).
_PLAIN = re.compile(r"[^\s\W](?:[^\s:#,\[\]{}\"'`]|[ ](?![ #]|$)|:(?![\s,\[\]{}]|$)|'(?=\w))*")
# What other programs take for something else than a text (YAML 1.1 and 1.2 §10.3.2).
_LIKE_ANOTHER_TYPE = re.compile(
    r"y|n|yes|no|on|off|true|false|null|~|[0-9][0-9_,.]*(?:e[0-9]+)?|0[xo][0-9a-f]+|[0-9:]+",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}

Value = str | Iterable[str] | Mapping[str, str]


def scalar(value: str) -> str:
    """Write a text, in one line."""
    if _DATE.fullmatch(value) or (
        _PLAIN.fullmatch(value)
        and value.isprintable()
        and not _LIKE_ANOTHER_TYPE.fullmatch(value)
        and "\ufeff" not in value
    ):
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def value(each: Value) -> str:
    """Write a text, a list in brackets, or keys in braces, in one line."""
    if isinstance(each, str):
        return scalar(each)
    if isinstance(each, Mapping):
        return "{" + ", ".join(f"{key}: {scalar(of)}" for key, of in each.items()) + "}"
    return "[" + ", ".join(map(scalar, each)) + "]"


def item(keys: Mapping[str, Value], indent: str = "") -> str:
    """Write keys as one item of a list, each on a line of its own; each line ends in a newline."""
    lines = (f"{key}: {value(each)}" for key, each in keys.items())
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def block_scalar(value: str, indent: str) -> str | None:
    """Write a text of several lines as it stands, below its key; None where it can't stand so."""
    lines = value.split("\n")
    is_plain = all(line.isprintable() and "\ufeff" not in line for line in lines)
    # Spaces at the beginning would be taken for the indentation.
    if not is_plain or not lines[0].strip() or lines[0].startswith(" ") or not lines[-1].strip():
        return None
    return "|-\n" + "\n".join(indent + line if line else "" for line in lines)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable() and character != "\ufeff":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
