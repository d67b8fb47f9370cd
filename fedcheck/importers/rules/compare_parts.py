"""What changed next to the items of a release: dates, subsets, definitions, controls."""

from collections.abc import Iterable, Iterator
from typing import Any

from fedcheck.importers.rules.document import CLASSES, Release, Term
from fedcheck.importers.rules.field_changes import (
    Changed,
    ChangeLog,
    FieldChange,
    class_words,
    compare_by_class,
    compare_values,
    join_lines,
    plain_text,
)
from fedcheck.importers.rules.ruleset_parts import Applicability, Effective, Subset


def compare_rulesets(old: Release, new: Release, log: ChangeLog) -> Iterator[Changed]:
    """Yield the rulesets whose dates or standing changed; one that came or went is in its rules."""
    rules: dict[str, list[str]] = {}
    for rule in new.rules:
        rules.setdefault(rule.ruleset, []).append(rule.id)
    for name, ruleset in new.rulesets_by_id.items():
        before = old.rulesets_by_id.get(name)
        if before is None:
            continue
        fields = list(_dates(before.effective, ruleset.effective))
        fields += compare_values("status", before.status, ruleset.status)
        fields += compare_values("name", before.name, ruleset.name)
        if fields:
            hit = tuple(rules.get(name, ()))
            said = any(log.has_entry(one) for one in hit)
            yield Changed(name, ruleset.name, "ruleset", tuple(fields), "", hit, said)


def _dates(old: Iterable[Effective], new: Iterable[Effective]) -> Iterator[FieldChange]:
    before = {one.bucket: one for one in old}
    after = {one.bucket: one for one in new}
    for bucket in dict.fromkeys((*after, *before)):
        one, other = _date_words(before.get(bucket)), _date_words(after.get(bucket))
        kind = {"all": "", "20x": " (20x)", "rev5": " (Rev5)"}.get(bucket, f" ({bucket})")
        for field in one:
            yield from compare_values(f"{field}{kind}", one[field], other[field])


def _date_words(effective: Effective | None) -> dict[str, str]:
    one = effective or Effective("")
    days = {name: getattr(one, name) for name in ("adopt", "obtain", "maintain", "start", "end")}
    found = {name: day.isoformat() if day else "" for name, day in days.items()}
    grace = one.grace.isoformat() if one.grace else ""
    until = f"first assessment started after {grace}" if one.until_assessment else grace
    if one.grace_months is not None:
        until = f"{one.grace_months:g} months, by assessment"
    listed = {f"class {key}": ", ".join(one.listed.get(key, ())) for key in CLASSES}
    return {**found, "grace": until, "requirement": one.requirement, **listed}


def compare_subsets(old: Release, new: Release, log: ChangeLog) -> Iterator[Changed]:
    """Yield the subsets that apply to others now: one entry, however many items they hold."""
    rules = _rules_by_subset(new)
    for name, ruleset in new.rulesets_by_id.items():
        before = old.rulesets_by_id.get(name)
        if before is None:
            continue
        known = {(one.bucket, one.id): one for one in before.subsets}
        for subset in ruleset.subsets:
            earlier = known.get((subset.bucket, subset.id))
            if earlier is None:
                continue
            fields = tuple(_scope_fields(earlier, subset))
            if fields:
                hit = tuple(rules.get((name, subset.bucket, subset.id), ()))
                said = any(log.has_entry(one) for one in hit)
                title = f"{ruleset.name}: {subset.name}"
                yield Changed(f"{name}-{subset.id}", title, "subset", fields, "", hit, said)


def _scope_fields(old: Subset, new: Subset) -> Iterator[FieldChange]:
    one, other = old.applicability or Applicability(), new.applicability or Applicability()
    yield from compare_values("classes", class_words(one.classes), class_words(other.classes))
    yield from compare_values("types", ", ".join(one.types), ", ".join(other.types))
    yield from compare_values("paths", ", ".join(one.paths), ", ".join(other.paths))
    yield from compare_values("actors", ", ".join(one.actors), ", ".join(other.actors))


def _rules_by_subset(release: Release) -> dict[tuple[str, str, str], list[str]]:
    """Return the ids of rules by ruleset, bucket and id of the subset that they belong to."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for rule in release.rules:
        subset = release.rulesets_by_id[rule.ruleset].find_subset(rule.bucket, rule.subset)
        if subset is not None:
            found.setdefault((rule.ruleset, subset.bucket, subset.id), []).append(rule.id)
    return found


def compare_definitions(old: Release, new: Release) -> Iterator[Changed]:
    """Yield the definitions that came, went or changed."""
    before = {one.id: _term_words(one) for one in old.terms}
    after = {one.id: _term_words(one) for one in new.terms}
    logs = {one.id: set(one.log) for one in old.terms}
    fresh = {one.id: set(one.log) - logs.get(one.id, set()) for one in new.terms}
    for name in dict.fromkeys((*after, *before)):
        one, other = before.get(name, ("", "", "")), after.get(name, ("", "", ""))
        names = ("term", "definition", "notes")
        fields = [
            FieldChange(field, a, b)
            for field, a, b in zip(names, one, other, strict=True)
            if a != b
        ]
        if fields:
            title, said = other[0] or one[0], bool(fresh.get(name))
            yield Changed(name, title, "definition", tuple(fields), "", (), said)


def _term_words(term: Term) -> tuple[str, str, str]:
    return term.term, plain_text(term.definition), join_lines(term.notes)


def compare_controls(old: Release, new: Release) -> Iterator[Changed]:
    """Yield the controls whose guidance or parameters came, went or changed."""
    before = {one.id: one for one in old.controls}
    after = {one.id: one for one in new.controls}
    for name in dict.fromkeys((*after, *before)):
        one, other = before.get(name), after.get(name)
        fields = [
            change
            for field in ("guidance", "parameters")
            for change in _control_fields(field, one, other)
        ]
        if fields:
            said = bool(other and set(other.log) - set(one.log if one else ()))
            yield Changed(name, f"Control {name}", "control", tuple(fields), "", (), said)


def _control_fields(field: str, old: Any, new: Any) -> Iterator[FieldChange]:
    keys = ["", *CLASSES]
    pairs = {
        key: (_control_words(old, key, field), _control_words(new, key, field)) for key in keys
    }
    yield from compare_by_class(field, pairs, str)


def _control_words(control: Any, key: str, field: str) -> str:
    if control is None:
        return ""
    wording = control.common if not key else control.by_class.get(key)
    if wording is None:
        return ""
    if field == "guidance":
        return join_lines(wording.guidance)
    return "\n".join(f"{one.id}: {one.value}" for one in wording.parameters)
