"""The difference of two releases of the rules, as Markdown for an email and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fedcheck.analysis.word_difference import compare_words
from fedcheck.domain.text import pluralize
from fedcheck.importers.rules.compare import Comparison, Item
from fedcheck.importers.rules.document import CLASSES, Release
from fedcheck.importers.rules.field_changes import Changed, FieldChange
from fedcheck.reports.markdown import Markdown, escape_document, mark_text

LONG_FIELDS = ("statement", "points", "notes", "definition", "guidance", "artifacts", "related")
"""Fields whose change is shown word by word; others as old and new value."""

SUMMARY_FIELDS = ("force", "applies", "classes", "types", "paths", "actors", "type")
"""Fields of the first table, next to the dates: how binding something is, for whom."""

MANY = 3
"""From how many items on a change that is the same in all of them is shown once."""

SHOWN = 12
"""The most ids of a subset or ruleset that are listed."""


def difference_document(old: Release, new: Release, found: Comparison) -> dict[str, Any]:
    """Return `fedcheck/rules-diff@1`."""
    return {
        "schema": "fedcheck/rules-diff@1",
        "from": _release(old),
        "to": _release(new),
        "removed": [_item(one) for one in found.removed],
        "new": [_item(one) for one in found.new],
        "changed": [_changed(one) for one in found.changed],
        "renamed": [
            {
                "old": one.old,
                "new": one.new,
                "by": one.by,
                "confirm": one.confirm,
                "likeness": one.likeness,
            }
            for one in found.renamed
        ],
        "definitions": [_changed(one) for one in found.definitions],
        "controls": [_changed(one) for one in found.controls],
        "unmentioned": list(found.unmentioned),
    }


def _release(release: Release) -> dict[str, Any]:
    return {
        "version": release.version,
        "date": release.date,
        "sha256": release.sha256,
        "structure": release.structure,
        "files": list(release.files),
        "rules": sum(not one.retired for one in release.rules),
        "indicators": sum(not one.retired for one in release.indicators),
        "unknown": [{"path": one.path, "count": one.count} for one in release.unknown],
        "notes": [{"path": one.path, "what": one.what} for one in release.notes],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "kind": item.kind,
        "force": item.force,
        "actors": list(item.actors),
        "mentioned": item.mentioned,
    }


def _changed(one: Changed) -> dict[str, Any]:
    return {
        "id": one.id,
        "was": one.was or one.id,
        "name": one.name,
        "kind": one.kind,
        "review": one.is_substantial,
        "mentioned": one.mentioned,
        "affects": list(one.affects),
        "fields": [
            {
                "field": change.field,
                "classes": list(change.classes),
                "old": change.old,
                "new": change.new,
            }
            for change in one.fields
        ],
    }


def render_difference(old: Release, new: Release, found: Comparison) -> str:
    """Return the difference as Markdown; each id is in a heading, a list or a row of a table."""
    lines = [f"# FedRAMP rules: {_text(old.name)} to {_text(new.name)}", ""]
    lines += [f"- Old: {_about(old)}", f"- New: {_about(new)}", ""]
    lines += _remarks(old, new)
    if found.is_empty:
        lines.append(
            "The two files are the same." if old.sha256 == new.sha256 else "Nothing changed."
        )
        return escape_document("\n".join(lines) + "\n")
    lines += [_headline(found), ""]
    lines += _summary_table(found.changed)
    lines += _items("Removed", found.removed)
    lines += _items("New", found.new)
    lines += _renames(found)
    lines += _changes("Changed rules and indicators", found.changed)
    lines += _changes("Changed definitions", found.definitions)
    lines += _changes("Changed control guidance", found.controls)
    lines += _unmentioned(found)
    return escape_document("\n".join(lines).rstrip() + "\n")


def _text(text: str) -> str:
    return mark_text(text)


def _about(release: Release) -> str:
    day = f", {release.date.isoformat()}" if release.date else ""
    rules = sum(not one.retired for one in release.rules)
    indicators = sum(not one.retired for one in release.indicators)
    counts = f"{pluralize(rules, 'rule')}, {pluralize(indicators, 'indicator')}"
    return f"{_text(release.name)}{day}, {counts}, SHA-256 {release.sha256[:12]}"


def _remarks(old: Release, new: Release) -> list[str]:
    lines = []
    same = old.version == new.version and old.version and old.sha256 != new.sha256
    if same:
        lines += ["Both files name the same version but differ in content.", ""]
    for name, release in (("old", old), ("new", new)):
        if release.unknown:
            keys = ", ".join(_text(one.path) for one in release.unknown[:SHOWN])
            lines += [f"Keys of the {name} file that fedcheck does not know: {keys}", ""]
        if release.notes:
            notes = "; ".join(_text(f"{one.path} {one.what}") for one in release.notes[:SHOWN])
            lines += [f"Values of the {name} file that could not be used: {notes}", ""]
    return lines


def _headline(found: Comparison) -> str:
    settled = sum(not one.confirm for one in found.renamed)
    proposed = len(found.renamed) - settled
    parts = [
        f"{len(found.removed)} removed",
        f"{len(found.new)} new",
        f"{len(found.changed)} changed",
        f"{settled} renamed",
    ]
    if proposed:
        parts.append(f"{pluralize(proposed, 'rename')} to confirm")
    return ", ".join(parts) + "."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(_text(cell) for cell in row)} |" for row in rows), ""]


SUMMARY_BY_TYPE = frozenset(
    (
        *("adopt", "obtain", "maintain", "grace", "start", "end", "requirement"),
        *(f"class {key}" for key in CLASSES),
    )
)
"""Fields of a ruleset that are shown first; the certification type may follow in brackets."""


def _is_summary(change: FieldChange) -> bool:
    by_type = change.field.split(" (")[0] in SUMMARY_BY_TYPE
    return by_type or change.field in (*SUMMARY_FIELDS, "timeframe", "effective")


def _summary_table(changed: Iterable[Changed]) -> list[str]:
    """Return force, dates and applicability: what a lead reads first."""
    rows = [
        (one.id, _field_name(change), change.old or "none", change.new or "none")
        for one in changed
        for change in one.fields
        if _is_summary(change)
    ]
    if not rows:
        return []
    return ["## Force, dates and applicability", "", *_table(("Id", "What", "Old", "New"), rows)]


def _field_name(change: FieldChange) -> str:
    if not change.classes:
        return change.field
    noun = "Class" if len(change.classes) == 1 else "Classes"
    return f"{change.field}, {noun} {', '.join(one.upper() for one in change.classes)}"


def _items(title: str, items: Sequence[Item]) -> list[str]:
    if not items:
        return []
    rows = [(one.id, one.name, one.force, ", ".join(one.actors)) for one in items]
    return [f"## {title}", "", *_table(("Id", "Name", "Force", "Who"), rows)]


def _renames(found: Comparison) -> list[str]:
    if not found.renamed:
        return []
    rows = [
        (
            one.old,
            one.new,
            "FedRAMP names the earlier id" if one.by == "fka" else f"{one.likeness:.0%} alike",
            "to confirm" if one.confirm else "",
        )
        for one in found.renamed
    ]
    return ["## Renamed", "", *_table(("Old", "New", "Why", ""), rows)]


def _changes(title: str, changed: Sequence[Changed]) -> list[str]:
    """Return what changed under a heading each; a change that many share is shown once."""
    groups: dict[tuple[FieldChange, ...], list[Changed]] = {}
    for one in changed:
        groups.setdefault(one.fields, []).append(one)
    lines: list[str] = []
    for one in changed:
        shared = groups[one.fields]
        if len(shared) >= MANY:
            if shared[0] is one:
                what = " and ".join(dict.fromkeys(change.field for change in one.fields))
                lines += [f"### {_text(what)} of {len(shared)}, the same in each", ""]
                lines += [f"- {_text(f'{other.id} {other.name}')}" for other in shared]
                lines += ["", *_fields(one)]
            continue
        was = f" (was {one.was})" if one.was else ""
        lines += [f"### {_text(f'{one.id} {one.name}{was}')}", ""]
        if one.affects:
            more = len(one.affects) - SHOWN
            ids = ", ".join(one.affects[:SHOWN]) + (f" and {more} more" if more > 0 else "")
            lines += [_text(f"{pluralize(len(one.affects), 'rule')}: {ids}"), ""]
        lines += _fields(one)
    return [f"## {title}", "", *lines] if lines else []


def _fields(one: Changed) -> list[str]:
    lines: list[str] = []
    for change in one.fields:
        lines += _field(change)
    return [*lines, ""]


def _field(change: FieldChange) -> Iterator[str]:
    name = _text(_field_name(change))
    if change.field not in LONG_FIELDS or not (change.old and change.new):
        before, after = (_text(value) or "none" for value in (change.old, change.new))
        yield f"- **{name}:** {before} → {after}"
        return
    old, new = change.old.split("\n"), change.new.split("\n")
    if len(old) == len(new) == 1:
        yield f"- **{name}:** {_word_difference(change.old, change.new)}"
        return
    yield f"- **{name}:**"
    gone = [line for line in old if line not in new]
    came = [line for line in new if line not in old]
    if len(gone) == len(came):
        yield from (
            f"    - {_word_difference(one, two)}" for one, two in zip(gone, came, strict=True)
        )
    else:
        yield from (f"    - ~~{_text(line)}~~" for line in gone)
        yield from (f"    - **{_text(line)}**" for line in came)
    if not gone and not came:
        yield "    - the same, in another order"


def _word_difference(old: str, new: str) -> Markdown:
    marks = {"same": "", "removed": "~~", "added": "**"}
    pieces = (
        f"{marks[one.kind]}{_text(one.text)}{marks[one.kind]}" for one in compare_words(old, new)
    )
    return Markdown(" ".join(pieces))


def _unmentioned(found: Comparison) -> list[str]:
    if not found.unmentioned:
        return []
    return [
        "## Not in FedRAMP's change log",
        "",
        "The content of these changed without an entry in the change log of the release.",
        "",
        *(f"- {_text(one)}" for one in found.unmentioned),
        "",
    ]
