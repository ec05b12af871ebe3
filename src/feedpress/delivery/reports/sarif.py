"""Problems as SARIF 2.1.0, which code hosts and editors take from many programs.

A result's fingerprint is made of its line and not of the line's number, so that a problem stays the
same one when something is put in above it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from feedpress.delivery.reports.passages import Texts
from feedpress.delivery.reports.problems import relative
from feedpress.editors.problems import CODES, Problem, link

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Characters around the place that tell its line from others.
_TELLING = 300


def as_sarif(found: Sequence[Problem], texts: Texts, folder: str, version: str) -> str:
    """Give a log with one run; files are named as seen from a folder."""
    codes = sorted({problem.code for problem in found})
    seen: Counter[str] = Counter()
    driver = {"name": "feedpress", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, texts, folder, codes, seen) for problem in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    # Without indents, which take longer than all the rest.
    return json.dumps(log, ensure_ascii=True)


def _rule(code: str) -> dict[str, Any]:
    what = CODES[code]
    sentence = f"{what[0].upper()}{what[1:]}."
    more = f"{link(code)} tells what it means, why it matters and how to mend it."
    rule = {
        "id": code,
        "shortDescription": {"text": sentence},
        "fullDescription": {"text": f"{sentence} {more}"},
        "help": {"text": more, "markdown": f"[How to mend it]({link(code)})"},
    }
    # Only a whole address may stand there.
    return rule | ({"helpUri": link(code)} if "://" in link(code) else {})


def _result(
    problem: Problem, texts: Texts, folder: str, codes: list[str], seen: Counter[str]
) -> dict[str, Any]:
    place = problem.place
    uri = _uri(relative(place.file, folder))
    passage = texts.passage(problem)
    region = {"startLine": place.line, "startColumn": place.column}
    if passage:
        region["endColumn"] = passage.end + 1
        near = passage.line[max(0, passage.start - _TELLING) : passage.start + _TELLING]
    else:
        near = problem.message
    told = hashlib.sha256("\0".join((uri, problem.code, near.strip())).encode()).hexdigest()[:16]
    seen[told] += 1
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": f"{problem.message}; {problem.cure}"},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}},
        ],
        # The name is the one that GitHub knows.
        "partialFingerprints": {"primaryLocationLineHash": f"{told}:{seen[told]}"},
    }


@lru_cache
def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(file)
