"""One part of a file, as it was typed, fitted to its shape; what does not fit becomes a Problem.

A wrong value of an optional key costs that key, any other mistake the part.
"""

from typing import Any, TypeVar

from feedpress.editors import fitting, shape, yaml_values
from feedpress.editors.problems import Problem

# A mistake in one of these keys costs the whole part: without it, a clipping would be another
# one or be seen too early, a feed would change its identity, all dates would move.
_GUARDED: dict[type[shape.Shape], frozenset[str]] = {
    shape.ClippingShape: frozenset({"id", "title", "added", "withdrawn", "draft"}),
    shape.ProjectShape: frozenset({"title", "formerly", "retired"}),
    shape.PublicationShape: frozenset({"title", "url", "tag", "timezone"}),
}

_S = TypeVar("_S", bound=shape.Shape)


def read(
    kind: type[_S],
    typed: yaml_values.Mapping,
    problems: list[Problem],
    also_guarded: frozenset[str] = frozenset(),
) -> _S | None:
    """Fit a mapping to its shape, without what is wrong in it; None where that costs it all.

    `also_guarded` are further keys in which a mistake costs the part. What turns out to be
    misspelt is marked as spoilt in the mapping.
    """
    if isinstance(typed.fitted, kind):
        return typed.fitted
    told = len(problems)
    given = _with_parts_read(kind, typed, problems)
    fitted = fitting.fit(kind, given)
    faults = fitted if isinstance(fitted, list) else []
    for fault in faults:
        if fault.meant and fault.meant not in typed:
            typed.spoil(fault.meant)
            typed.lose(fault.meant, typed[fault.key])
    for fault in faults:
        # What is missing because it went wrong elsewhere has been reported there.
        if not (fault.is_missing and (fault.key in typed.spoilt or not typed.is_whole)):
            report(fault, typed, problems)
    guarded = _GUARDED.get(kind, frozenset()) | also_guarded
    lost = typed.spoilt | {f.key for f in faults if f.item is None or f.key in guarded}
    if len(faults) == fitting.MOST_FAULTS:
        return None
    if not typed.is_whole or any(k in guarded or fitting.is_required(kind, k) for k in lost):
        return None
    if isinstance(fitted, list):
        return _without(faults, kind, given)
    if len(problems) == told:
        typed.fitted = fitted
    return fitted


def report(fault: fitting.Fault, typed: yaml_values.Mapping, problems: list[Problem]) -> None:
    """Add the problem of a fault, with its place."""
    place = typed.place
    if fault.item is not None:
        place = typed[fault.key].place_of(fault.item)
    elif fault.code == "unknown-key":
        place = typed.place_of_key(fault.key)
    elif typed.has_key(fault.key):
        place = typed.place_of(fault.key)
    problems.append(Problem(fault.code, fault.message, fault.cure, place))


def _with_parts_read(
    kind: type[shape.Shape], typed: yaml_values.Mapping, problems: list[Problem]
) -> dict[str, Any]:
    given: dict[str, Any] = dict(typed)
    for key in given.keys() & shape.NESTED.keys() & kind.model_fields.keys():
        if isinstance(given[key], yaml_values.Mapping):
            given[key] = read(shape.NESTED[key], given[key], problems)
    return given


def _without(faults: list[fitting.Fault], kind: type[_S], given: dict[str, Any]) -> _S:
    bad_items: dict[str, set[int | None]] = {}
    for fault in faults:
        bad_items.setdefault(fault.key, set()).add(fault.item)
    for key, items in bad_items.items():
        if None in items:
            del given[key]
        else:
            given[key] = [v for i, v in enumerate(given[key]) if i not in items]
    return kind.model_validate(given)
