"""Fixtures: the real list, and files in a folder of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from feedpress.editors import clippings_file
from feedpress.model import Publication

# The same examples at every run, so that a change is judged by itself. `make soak` draws others.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.register_profile("random")
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_list() -> Publication:
    """The publication of the repository's own clippings.yaml."""
    path = ROOT / "clippings.yaml"
    loaded, problems = clippings_file.load([(path.name, path.read_bytes())])
    assert not problems
    return loaded


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a text to clippings.yaml in a folder of the test's own; give its path."""

    def write_text(text: str) -> Path:
        path = tmp_path / "clippings.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text
