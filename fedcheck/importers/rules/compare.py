"""What changed from one release of the rules to another, by content.

FedRAMP's own change log is not trusted: most real changes of a release are not in it. Terms that an
item uses, links and the wording of definitions change nothing about what is required; definitions
are listed on their own.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from fedcheck.importers.rules.applicability import level_of
from fedcheck.importers.rules.compare_parts import (
    compare_controls,
    compare_definitions,
    compare_rulesets,
    compare_subsets,
)
from fedcheck.importers.rules.document import (
    CLASSES,
    Entry,
    Indicator,
    PainRow,
    Release,
    Rule,
    Timeframe,
    Wording,
)
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
from fedcheck.importers.rules.renames import Rename, find_renames


class Item(Struct, frozen=True):
    """An item that came or went."""

    id: str
    name: str
    kind: str
    force: str
    actors: tuple[str, ...] = ()
    mentioned: bool = False


class Comparison(Struct, frozen=True):
    """The difference between two releases.

    Attributes:
        removed, new: ids without a counterpart, those of mere proposals included.
        changed: rulesets and subsets first, then the items in the order of the newer release.
        renamed: what has another id now; proposals are to be confirmed.
        definitions, controls: definitions and control guidance that came, went or changed.
        unmentioned: ids of what the change log of FedRAMP does not mention.
    """

    removed: tuple[Item, ...] = ()
    new: tuple[Item, ...] = ()
    changed: tuple[Changed, ...] = ()
    renamed: tuple[Rename, ...] = ()
    definitions: tuple[Changed, ...] = ()
    controls: tuple[Changed, ...] = ()
    unmentioned: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether nothing differs."""
        return self == Comparison()


def compare(old: Release, new: Release) -> Comparison:
    """Return what changed from one release to another; deterministic, and empty for the same."""
    renames = find_renames(old, new)
    settled = {one.old: one.new for one in renames if not one.confirm}
    before, after = old.entries, new.entries
    log = ChangeLog(old, new)
    targets = set(settled.values())
    came = [one for one in after.values() if one.id not in before and one.id not in targets]
    gone = [one for one in before.values() if one.id not in after and one.id not in settled]
    removed = tuple(_item(old, one, log.names(one.id)) for one in gone)
    added = tuple(_item(new, one, log.has_entry(one.id)) for one in came)
    parts = [*compare_rulesets(old, new, log), *compare_subsets(old, new, log)]
    pairs = [(before[one.old], after[one.new]) for one in renames if not one.confirm]
    pairs += [(before[name], one) for name, one in after.items() if name in before]
    order = {name: place for place, name in enumerate(after)}
    pairs.sort(key=lambda pair: order[pair[1].id])
    items = [found for one, other in pairs if (found := _compare_entries(one, other, log))]
    changed = (*parts, *items)
    silent = [one.id for one in (*removed, *added) if not one.mentioned]
    silent += [one.id for one in changed if not one.mentioned]
    return Comparison(
        removed,
        added,
        changed,
        tuple(renames),
        tuple(compare_definitions(old, new)),
        tuple(compare_controls(old, new)),
        tuple(dict.fromkeys(silent)),
    )


def _item(release: Release, entry: Entry, mentioned: bool) -> Item:
    forces = dict.fromkeys(_force(entry, one) for one in entry.wordings().values())
    actors = entry.actors if isinstance(entry, Rule) else ("Providers",)
    return Item(entry.id, entry.title, kind_of(entry), ", ".join(forces), actors, mentioned)


def kind_of(entry: Entry) -> str:
    """Return what an item is: a rule or an indicator."""
    return "indicator" if isinstance(entry, Indicator) else "rule"


def _force(entry: Entry, wording: Wording) -> str:
    return wording.force or level_of(entry, wording).replace("-", " ").upper()


def _compare_entries(old: Entry, new: Entry, log: ChangeLog) -> Changed | None:
    fields = list(_entry_fields(old, new))
    if not fields:
        return None
    was = old.id if old.id != new.id else ""
    mentioned = log.has_entry(new.id)
    return Changed(new.id, new.title, kind_of(new), tuple(fields), was, (), mentioned)


def _entry_fields(old: Entry, new: Entry) -> Iterator[FieldChange]:
    """Yield the fields of an item that changed: force and dates first, then what it states."""
    keys = [""] if not old.by_class and not new.by_class else list(CLASSES)
    pairs = {key: (old.wording(key or None), new.wording(key or None)) for key in keys}
    spoken = {key: (one, other) for key, (one, other) in pairs.items() if one and other}
    yield from compare_by_class("applies", pairs, lambda one: "yes" if one else "no")
    if old.classes != new.classes:
        yield FieldChange(
            "classes", class_words(old.classes or CLASSES), class_words(new.classes or CLASSES)
        )
    forces = {key: (_force(old, one), _force(new, other)) for key, (one, other) in spoken.items()}
    yield from compare_by_class("force", forces, str)
    yield from compare_by_class("timeframe", spoken, lambda one: timeframe_text(one.timeframe))
    yield from compare_by_class("effective", spoken, lambda one: one.effective)
    yield from compare_by_class("pain timeframes", spoken, lambda one: pain_text(one.pain))
    if isinstance(old, Rule) and isinstance(new, Rule):
        yield from compare_values("actors", ", ".join(old.actors), ", ".join(new.actors))
        yield from compare_values("type", old.bucket, new.bucket)
    yield from compare_by_class("statement", spoken, lambda one: plain_text(one.statement))
    yield from compare_by_class("points", spoken, lambda one: join_lines(one.points))
    yield from compare_values("name", old.name, new.name)
    yield from compare_values("related", join_lines(old.related), join_lines(new.related))
    yield from compare_by_class(
        "artifacts", spoken, lambda one: join_lines(a.text for a in one.artifacts)
    )
    yield from compare_by_class("controls", spoken, lambda one: _control_text(one.controls))
    if isinstance(old, Indicator) and isinstance(new, Indicator):
        yield from compare_values("controls", ", ".join(old.controls), ", ".join(new.controls))
    if isinstance(old, Rule) and isinstance(new, Rule):
        yield from compare_values("schema", _schema_text(old), _schema_text(new))
        yield from compare_values("notifications", _sent(old), _sent(new))
        yield from compare_values(
            "corrective actions",
            join_lines(old.corrective_actions),
            join_lines(new.corrective_actions),
        )
        yield from compare_values("dangers", join_lines(old.dangers), join_lines(new.dangers))
    yield from compare_by_class("notes", spoken, lambda one: join_lines(one.notes))


def timeframe_text(time: Timeframe | None) -> str:
    """Return a length of time as text: `3 to 10 business days`."""
    if time is None:
        return ""
    unit = {"bizdays": "business days"}.get(time.unit, time.unit)
    number = f"{time.most:g}"
    if time.least is not None and time.least != time.most:
        return f"{time.least:g} to {number} {unit}"
    return f"{number} {unit.removesuffix('s') if time.most == 1 else unit}"


def pain_text(rows: Iterable[PainRow]) -> str:
    """Return a table of times by rating as text, a line for each rating."""
    lines = []
    for row in sorted(rows, key=lambda one: one.rating):
        cells = ", ".join(f"{one.kind} {timeframe_text(one.timeframe)}" for one in row.cells)
        if cells:
            lines.append(f"N{row.rating}: {cells}")
    return "\n".join(lines)


def _control_text(controls: Mapping[str, Iterable[str]]) -> str:
    return ", ".join(one for ids in controls.values() for one in ids)


def _schema_text(rule: Rule) -> str:
    return f"{rule.schema.name} {rule.schema.url}".strip() if rule.schema else ""


def _sent(rule: Rule) -> str:
    return "\n".join(
        f"{one.party}: {one.method} {one.target} {one.url}{' (optional)' if one.optional else ''}"
        for one in rule.notifications
    )
