"""Fixtures: the real list, and files in a folder of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser

from browser import chromium, file_text, serving
from feedpress.model import Publication
from feedpress.reading import publication_file

# The same examples at every run, so that a change is judged by itself. `make soak` draws others.
# No deadline: a busy machine is no failure.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("random", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ROOT = Path(__file__).parent.parent

# Fixtures that start a browser or a server process.
_SLOW_FIXTURES = frozenset({"browser", "host", "servers", "start"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests as slow that use a slow fixture, also indirectly."""
    for item in items:
        if not _SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def real_list() -> Publication:
    """The publication of the repository's own clippings.yaml."""
    path = ROOT / "clippings.yaml"
    loaded, problems = publication_file.load([(path.name, path.read_bytes())])
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; for one module, because others can't run an event loop beside Playwright's."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one of everything."""
    with serving(tmp_path_factory.mktemp("site"), file_text()) as address:
        yield address
