"""What `values` reads, in JSON Schema, for editors' editors: roughly, and never stricter.

They take `1984` and `True` for a number and a switch where a text is meant, so a text may be these.
`errorMessage` is no word of JSON Schema's: VS Code shows it, and others pass over it.
"""

from typing import Any

_Schema = dict[str, Any]

TEXT: _Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "errorMessage": "A text is wanted. If it has brackets, put quotation marks around it.",
}
ADDRESS: _Schema = {
    "type": "string",
    "pattern": r"^\s*[Hh][Tt][Tt][Pp][Ss]?://",
    "errorMessage": "Copy the whole address from the browser, with https:// in front.",
}
DATE: _Schema = {
    "type": ["string", "integer"],
    "pattern": r"^\s*\d{4}(-\d\d(-\d\d"
    r"([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?([Zz]|[+-]\d\d:\d\d))?)?)?)?\s*$",
    "minimum": 1000,
    "maximum": 9998,
    "errorMessage": "Write a day as 2016-09-14, a month as 2016-09, a year as 2016.",
}
EMAIL: _Schema = {"type": "string", "format": "email"}
LANGUAGE: _Schema = {
    "type": "string",
    "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    "errorMessage": "Write it like en, en-US, es.",
}
ZONE: _Schema = {
    "type": "string",
    "pattern": r"^\S+$",
    "errorMessage": "Write continent and city, like America/Los_Angeles or Europe/Madrid, or UTC.",
}
TAG: _Schema = {
    "type": "string",
    "pattern": r"^[a-z0-9._@-]+,\d{4}(-\d\d(-\d\d)?)?$",
    "errorMessage": "Write a domain that you owned on a day, a comma and that year.",
}
COLOUR: _Schema = {
    "type": "string",
    "pattern": "^#[0-9A-Fa-f]{6}$",
    "errorMessage": 'Write it in quotation marks, like "#1a5fb4".',
}
SWITCH: _Schema = {"type": "boolean", "errorMessage": "Write true or false."}
SLUG: _Schema = {
    "type": ["string", "number"],
    "pattern": r"^[a-z0-9][a-z0-9._-]{0,199}$",
    "errorMessage": "Use small letters a to z, digits, hyphens and dots, at most 200 of them.",
}
ID: _Schema = {
    "type": ["string", "number"],
    "pattern": r"^([a-z0-9][a-z0-9._-]{0,199}$|[A-Za-z]+:)",
    "errorMessage": "Use small letters a to z, digits, hyphens and dots, at most 200 of them.",
}
MINUTES: _Schema = {"type": "integer", "minimum": 1, "maximum": 1440}
NUMBER: _Schema = {"type": "integer", "minimum": 1}
