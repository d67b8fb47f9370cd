"""The dates of the rulesets of a release as a process has them."""

import json
from collections.abc import Iterator
from datetime import date

from fedcheck.domain.checklist import SourceRef
from fedcheck.domain.process import Ruleset
from fedcheck.domain.text import one_line
from fedcheck.importers.rules.document import SOURCE, Release
from fedcheck.importers.rules.ruleset_parts import Effective

ASSESSMENT_START = "assessment-start"
"""The milestone that ends a grace period that lasts until the next assessment starts."""

_SPELLED = {"20x": "20x", "rev5": "Rev5"}


def list_ruleset_dates(release: Release) -> list[Ruleset]:
    """Return when each ruleset binds, one entry for each certification type that has own dates.

    A grace period does not end before the rules bind, whatever the data states.
    """
    return [
        _ruleset(one.id, one.name, effective)
        for one in release.rulesets
        for effective in one.effective
    ]


def _ruleset(name: str, title: str, effective: Effective) -> Ruleset:
    kind = effective.bucket
    split = kind in _SPELLED
    grace = effective.grace
    binds = [day for day in (effective.obtain, effective.maintain) if day]
    if grace and binds:
        grace = max(grace, effective.maintain or binds[0])
    return Ruleset(
        f"{name.lower()}-{kind}" if split else name.lower(),
        one_line(f"{title}{f', {_SPELLED[kind]}' if split else ''}", 120),
        effective.obtain,
        effective.maintain,
        grace,
        ASSESSMENT_START if effective.until_assessment else "",
        {"type": (kind, "any")} if split else None,
        one_line(effective.status, 120),
        SourceRef(SOURCE, f"{name}, effective dates"),
    )


def write_rulesets(rulesets: list[Ruleset]) -> str:
    """Return rulesets as they are in `process.toml`."""
    return "\n".join("\n".join(_lines(one)) + "\n" for one in rulesets)


def _lines(ruleset: Ruleset) -> Iterator[str]:
    yield "[[ruleset]]"
    yield f"id = {_quoted(ruleset.id)}"
    yield f"title = {_quoted(ruleset.title)}"
    days: dict[str, date | None] = {
        "obtain": ruleset.obtain,
        "maintain": ruleset.maintain,
        "grace": ruleset.grace,
    }
    yield from (f"{name} = {day.isoformat()}" for name, day in days.items() if day)
    if ruleset.grace_after:
        yield f"grace-after = {_quoted(ruleset.grace_after)}"
    for option, values in (ruleset.applies or {}).items():
        listed = ", ".join(_quoted(one) for one in values)
        yield f"applies = {{ {option} = [{listed}] }}"
    if ruleset.note:
        yield f"note = {_quoted(ruleset.note)}"
    if ruleset.source:
        where = _quoted(ruleset.source.where)
        yield f"source = {{ id = {_quoted(ruleset.source.id)}, where = {where} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
