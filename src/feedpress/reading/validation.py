"""Fit one part of a file to its shape, and report what doesn't fit as Problems.

An unusable cosmetic value is dropped with a warning, and so is a key that resembles no known one.
Everything else is an error.
"""

from dataclasses import replace
from typing import Any, TypeVar

from feedpress.reading import fitting, nodes, schema_models
from feedpress.reading.problems import Problem, Severity

#: Keys that feeds can do without: an unusable value is dropped, and the rest is published.
_COSMETIC: dict[type[schema_models.Shape], frozenset[str]] = {
    schema_models.ClippingShape: frozenset({"image", "language"}),
    schema_models.PublicationShape: frozenset({"accent", "icon", "language", "logo"}),
}

_S = TypeVar("_S", bound=schema_models.Shape)


def validate(kind: type[_S], typed: nodes.Mapping, problems: list[Problem]) -> _S | None:
    """Return a mapping fitted to its shape, or None if it has an error."""
    is_good = typed.is_whole and not typed.spoilt
    is_good &= check_keys(kind, typed, problems)
    given: dict[str, Any] = {key: typed[key] for key in kind.model_fields if key in typed}
    cosmetic = _COSMETIC.get(kind, frozenset())
    for key in given.keys() & schema_models.NESTED.keys():
        if not isinstance(given[key], nodes.Mapping):
            continue
        found: list[Problem] = []
        given[key] = validate(schema_models.NESTED[key], given[key], found)
        if key in cosmetic:
            dropped = f"the {key}"
            found = [each if _is_key_error(each) else _as_warning(each, dropped) for each in found]
            is_good &= not any(map(_is_error, found))
        if given[key] is None:
            is_good &= key in cosmetic
            del given[key]
            typed.spoil(key)  # its problems are reported
        problems += found
    fitted = fitting.fit(kind, given)
    if not isinstance(fitted, list):
        return fitted if is_good else None
    for fault in fitted:
        # A key that is missing because of another mistake has been reported there.
        if fault.is_missing and (fault.key in typed.spoilt or not typed.is_whole):
            continue
        is_cosmetic = fault.key in cosmetic
        report(fault, typed, problems, Severity.WARNING if is_cosmetic else Severity.ERROR)
    wrong = {fault.key for fault in fitted}
    if not is_good or not wrong <= cosmetic:
        return None
    return kind.model_validate({key: value for key, value in given.items() if key not in wrong})


def check_keys(
    kind: type[schema_models.Shape], typed: nodes.Mapping, problems: list[Problem]
) -> bool:
    """Report unknown keys; return whether none of them is an error."""
    is_good = True
    faults = fitting.unknown_keys(kind, typed)
    for fault in faults:
        # Not all of so many are compared with the known keys, so one of the rest may be misspelt.
        if fault.meant is None and len(faults) <= fitting.MOST_FAULTS:
            report(fault, typed, problems, Severity.WARNING)
            continue
        is_good = False
        if fault.meant is not None and fault.meant not in typed:
            typed.spoil(fault.meant)
        report(fault, typed, problems)
    return is_good


def report(
    fault: fitting.Fault,
    typed: nodes.Mapping,
    problems: list[Problem],
    severity: Severity = Severity.ERROR,
) -> None:
    """Add the problem of a fault, with its place."""
    place = typed.place
    if fault.item is not None:
        place = typed[fault.key].place_of(fault.item)
    elif fault.code == "unknown-key":
        place = typed.place_of_key(fault.key)
    elif typed.has_key(fault.key):
        place = typed.place_of(fault.key)
    problem = Problem(fault.code, fault.message, fault.fix, place)
    problems.append(_as_warning(problem) if severity is Severity.WARNING else problem)


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _is_key_error(problem: Problem) -> bool:
    return _is_error(problem) and problem.code == "unknown-key"


def _as_warning(problem: Problem, dropped: str = "it") -> Problem:
    if problem.severity is Severity.WARNING:
        return problem
    effect = "it is ignored" if problem.code == "unknown-key" else f"{dropped} is left out"
    message = f"{problem.message}, so {effect}"
    return replace(problem, message=message, severity=Severity.WARNING)
