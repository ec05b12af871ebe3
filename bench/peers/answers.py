"""Recorded answers: what feedpress gave to a few requests, for apps that give the same."""

import os
import pickle
from collections.abc import Mapping
from pathlib import Path

#: Path, Accept-Encoding, If-None-Match, If-Modified-Since and method of a request.
Key = tuple[str, str | None, str | None, str | None, str]
#: Status line, header list and body.
Reply = tuple[str, list[tuple[str, str]], bytes]
Table = Mapping[Key, Reply]

#: The variable that names the file with the answers.
VARIABLE = "FEEDPRESS_BENCH_ANSWERS"


def key(
    path: str,
    accept_encoding: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
    method: str = "GET",
) -> Key:
    """Give the key of a request."""
    return path, accept_encoding, if_none_match, if_modified_since, method


def save(table: Table, path: Path) -> None:
    """Write answers to a file."""
    path.write_bytes(pickle.dumps(dict(table)))


def load() -> Table:
    """Read the answers from the file that the environment names."""
    table: Table = pickle.loads(Path(os.environ[VARIABLE]).read_bytes())
    return table
