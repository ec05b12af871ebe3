"""Operators can see the state of a server, and nothing that is held back."""

import pytest

import support
from feedpress import snapshot
from feedpress.model import Place
from feedpress.reading import publication_file
from feedpress.reading.problems import Problem
from feedpress.serving import app, health
from feedpress.serving.health import Health

_GOOD = support.publication(
    [
        {"id": "one", "title": "One", "added": "2020-01-01", "projects": ["Portal"]},
        {"id": "three", "title": "Three", "added": "2020-01-03", "projects": ["Portal"]},
    ],
    {"portal": {"title": "Portal"}},
)
_BROKEN = support.file_text([{"id": "two", "title": "Secret", "added": "soon"}])
_ERRORS = publication_file.examine([("lists/clippings.yaml", _BROKEN.encode())]).errors
_SNAPSHOT = snapshot.build(_GOOD, support.NOW)


@pytest.mark.parametrize(
    ("given", "status", "code", "strict_code"),
    [
        (Health(_SNAPSHOT), "ok", 200, 200),
        (Health(_SNAPSHOT, warnings=3), "ok", 200, 200),
        (Health(_SNAPSHOT, _ERRORS, support.NOW), "stale", 200, 503),
        (Health(_SNAPSHOT, (), support.NOW), "stale", 200, 503),
        (Health(None, _ERRORS, support.NOW), "down", 503, 503),
        (Health(None), "down", 503, 503),
    ],
)
def test_status(given: Health, status: str, code: int, strict_code: int) -> None:
    """`/healthz` answers 503 if nothing is published, `/healthz/strict` also while stale."""
    client = app.build_app(lambda: given.snapshot, healthy=lambda: given).test_client()
    for path, expected in (("/healthz?verbose", code), ("/healthz/strict", strict_code)):
        response = client.get(path)
        assert response.status_code == expected
        assert response.get_json()["status"] == status
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers.get("Retry-After") == ("60" if expected == 503 else None)
        assert client.head(path).status_code == expected


def test_report() -> None:
    """The report has the place and the code of each error, and nothing that was typed."""
    given = Health(_SNAPSHOT, _ERRORS, support.NOW, warnings=1)
    assert b"Secret" not in health.answer(given).body
    assert b"soon" not in health.answer(given).body
    client = app.build_app(lambda: _SNAPSHOT, healthy=lambda: given).test_client()
    assert client.get("/healthz").get_json() == {
        "status": "stale",
        "since": "2026-11-22T18:00:00Z",
        "clippings": 2,
        "feeds": 2,
        "as_of": "2026-11-22T18:00:00Z",
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "code": "date",
                "meaning": "not a date, or one that never was",
                "file": "clippings.yaml",
                "line": _ERRORS[0].place.line,
                "column": _ERRORS[0].place.column,
            }
        ],
    }


def test_many_errors_are_cut() -> None:
    """Of ten thousand errors, the report lists a hundred and counts all."""
    problem = Problem("date", "a", "b", Place("clippings.yaml", 1, 1))
    given = Health(_SNAPSHOT, (problem,) * 10_000, support.NOW)
    report = app.build_app(lambda: None, healthy=lambda: given).test_client().get("/healthz")
    assert report.get_json()["errors"] == 10_000
    assert len(report.get_json()["problems"]) == 100


@pytest.mark.parametrize("path", ["/healthz", "/healthz/strict"])
def test_no_health_without_a_file(path: str) -> None:
    """An app that is given a snapshot and nothing else has no such address."""
    assert app.build_app(lambda: _SNAPSHOT).test_client().get(path).status_code == 404
