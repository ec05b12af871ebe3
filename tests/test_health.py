"""How a server is can be seen by those who run it, and nothing that is held back."""

import pytest

import support
from feedpress import snapshot
from feedpress.delivery import health, web
from feedpress.delivery.health import Health
from feedpress.editors import check, clippings_file
from feedpress.editors.problems import Problem
from feedpress.model import Place

_TEXT = support.file_text(
    [
        {"id": "one", "title": "One", "added": "2020-01-01", "projects": ["Portal"]},
        {"id": "two", "title": "Secret", "added": "soon", "projects": ["Portal"]},
        {"id": "three", "title": "Three", "added": "2020-01-03"},
    ],
    {"portal": {"title": "Portal"}},
)
_LOADED, _PROBLEMS = clippings_file.load([("lists/clippings.yaml", _TEXT.encode())])
_SNAPSHOT = snapshot.build(_LOADED, support.NOW)
_ALL = (*_PROBLEMS, *check.warnings(_LOADED, support.NOW))


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        (Health(_SNAPSHOT, (), is_read=True), "ok", 200),
        (Health(_SNAPSHOT, check.warnings(_LOADED, support.NOW), is_read=True), "ok", 200),
        (Health(_SNAPSHOT, _ALL, is_read=True, kept=1), "errors", 200),
        (Health(_SNAPSHOT, _ALL, is_read=False), "stale", 200),
        (Health(None, _ALL, is_read=False), "down", 503),
    ],
)
def test_status(given: Health, status: str, code: int) -> None:
    """As long as there is something on the air, the server is up; else it asks for a minute."""
    client = web.create_app(lambda: given.snapshot, healthy=lambda: given).test_client()
    response = client.get("/healthz?verbose")
    assert response.status_code == code
    assert response.get_json()["status"] == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers.get("Retry-After") == ("60" if code == 503 else None)
    assert client.head("/healthz").status_code == code


def test_what_is_told() -> None:
    """Each error has its place and its code, and nothing that was typed."""
    answer = health.answer(Health(_SNAPSHOT, _ALL, is_read=True, kept=1))
    assert b"Secret" not in answer.body
    assert b"soon" not in answer.body
    client = web.create_app(
        lambda: _SNAPSHOT, healthy=lambda: Health(_SNAPSHOT, _ALL, is_read=True, kept=1)
    ).test_client()
    assert client.get("/healthz").get_json() == {
        "status": "errors",
        "clippings": 2,
        "feeds": 2,
        "as_of": "2026-11-22T18:00:00Z",
        "kept": 1,
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "code": "date",
                "meaning": "not a date, or one that never was",
                "severity": "error",
                "file": "clippings.yaml",
                "line": _PROBLEMS[0].place.line,
                "column": _PROBLEMS[0].place.column,
            }
        ],
    }


def test_many_errors_are_cut() -> None:
    """Of ten thousand errors a hundred are told, and all are counted."""
    problem = Problem("date", "a", "b", Place("clippings.yaml", 1, 1))
    given = Health(_SNAPSHOT, (problem,) * 10_000, is_read=True)
    told = web.create_app(lambda: None, healthy=lambda: given).test_client().get("/healthz")
    assert told.get_json()["errors"] == 10_000
    assert len(told.get_json()["problems"]) == 100


def test_no_health_without_a_file() -> None:
    """An app that is given a snapshot and nothing else has no such address."""
    assert web.create_app(lambda: _SNAPSHOT).test_client().get("/healthz").status_code == 404
