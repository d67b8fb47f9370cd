"""Make the assessor's test checklist from an OSCAL catalog."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item, Section, Source, SourceRef, fingerprint
from fedcheck.domain.glossary import METHODS, ItemKind
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.csv_checklist.lists import make_slug
from fedcheck.importers.option import Values
from fedcheck.importers.oscal.catalog import Contents, Control, Objective, contents
from fedcheck.importers.oscal.file import CatalogFile, read_catalog
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.session import Session
from fedcheck.storage.names import parse_list_id

CORE = "FedRAMP core control."
"""Finds core controls with `fedcheck list core`; they are tested each year."""

LONGEST = 30_000
"""The most characters of a guidance; official ones stay below 12,000."""


def write_control_guidance(control: Control) -> str:
    """Return the guidance of an item that is a whole control, in Markdown."""
    determine = [f"{one.label}: {one.text}" for one in control.objectives]
    return _join(
        CORE if control.core else "",
        _bullets("FedRAMP requires a response to", control.points),
        _bullets("FedRAMP properties", control.more),
        _paragraphs("FedRAMP guidance", control.advice),
        _bullets("Determine", determine),
        *_methods(control, control.objects),
        _bullets("Parameters", control.params),
        *(_paragraphs(name, [text]) for name, text in control.others),
        _paragraphs("Discussion", [control.discussion]),
    )


def write_objective_guidance(control: Control, objective: Objective) -> str:
    """Return the guidance of an item that is one determination statement, in Markdown."""
    return _join(
        f"{control.label} {control.title}",
        CORE if control.core else "",
        _bullets("FedRAMP requires a response to", objective.points),
        *_methods(control, objective.methods),
        _bullets("FedRAMP properties", control.more),
        _paragraphs("FedRAMP requirements", control.demands),
        _paragraphs("FedRAMP guidance", control.advice),
        *(_paragraphs(name, [text]) for name, text in control.others),
    )


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)[:LONGEST]


def _methods(control: Control, methods: Iterable[str]) -> list[str]:
    looked_at = control.objects
    return [f"**{m.title()}:** {looked_at[m]}" for m in methods if looked_at.get(m)]


def _bullets(title: str, lines: Iterable[str]) -> str:
    listed = "\n".join(f"- {line}" for line in lines)
    return f"**{title}:**\n\n{listed}" if listed else ""


def _paragraphs(title: str, texts: Iterable[str]) -> str:
    text = "\n\n".join(one for one in texts if one)
    return f"**{title}:** {text}" if text else ""


By = Literal["control", "objective"]
SOURCE = "oscal"
"""The id of the source that marks a checklist and its items as made from a catalog."""

LARGEST = 24 * 1024 * 1024
"""The largest list that is made, in bytes; a larger file would not be read again."""

MOST_TWICE = 20
"""How many duplicate keys are listed."""

LIST_IDS: dict[By, str] = {"control": "oscal.controls", "objective": "oscal.objectives"}
"""The usual names: the same for every edition, so that a newer one keeps what is recorded."""

_UNFIT = re.compile(r"[^a-z0-9._-]+")
_WORDS = re.compile(r"[a-z]+|\d+")


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a catalog; see `plan`."""
    name, phase = values["list"].strip(), values["phase"].strip()
    return Prepared(plan(session, path, values["by"], phase, name))


def plan(
    session: Session, path: Path, by: By = "control", phase: str = "", list_id: str = ""
) -> Plan:
    """Plan what a catalog brings into a workspace.

    Args:
        session: the open workspace.
        path: a catalog, or a resolved profile catalog, as JSON.
        by: what makes an item.
        phase: the phase of the list; else the full assessment, where the process has that.
        list_id: the name of the list; else the usual one.

    Raises:
        FedcheckError: the file is no usable catalog (status 3), or the list cannot be (status 2).
    """
    name = list_id or LIST_IDS[by]
    parse_list_id(name)
    before = _find_earlier(session, name)
    phase = _choose_phase(session, phase, before)
    file = read_catalog(path)
    found = contents(file.data, file.title)
    if not found.families:
        raise FedcheckError(f"{path}: has no controls", _explain_empty(found))
    notes = [Note(where, what) for where, what in found.notes]
    for key, count in file.twice.most_common(MOST_TWICE):
        what = f'"{one_line(key, 40)}" appears several times in {pluralize(count, "object")}'
        notes.append(Note("the file", what, "the last one counts; compare it with its source"))
    if not any(c.objectives for c in _controls(found)):
        if by == "objective":
            raise FedcheckError(
                f"{path}: has no assessment objectives",
                "omit --by objective to get one item per control, or use a catalog with objectives",
            )
        what = "has no assessment objectives: the tests hold statement and guidance only"
        notes.append(Note("the catalog", what, "use a catalog with objectives, if there is one"))
    sections = tuple(_sections(found, by, notes))
    new = _keep_earlier(
        _build_list(session, file, by, name, phase, sections), before, notes, session
    )
    facts = [_headline(file, found), *_describe(name, new, before)]
    if found.withdrawn:
        facts.append(f"{pluralize(len(found.withdrawn), 'withdrawn control')} left out")
    changed = (new,) if new != before else ()
    return Plan(one_line(path.name, 80), tuple(facts), changed, notes=tuple(notes))


def _find_earlier(session: Session, name: str) -> Checklist | None:
    """Return the list as an earlier import made it. Raises where another list is called so."""
    known = [one for one in session.catalog.lists if one.id == name]
    if not known:
        return None
    first = known[0]
    if first.layer == "workspace" and first.checklist is None:
        raise FedcheckError(f"{first.path}: cannot be read", "fix it, or move it elsewhere")
    old = first.checklist
    if first.layer != "workspace" or old is None or all(s.id != SOURCE for s in old.sources):
        raise FedcheckError(
            f"{name}: a checklist with this name already exists",
            "choose another name: --list ID",
            ErrorKind.USAGE,
        )
    return old


def _choose_phase(session: Session, said: str, before: Checklist | None) -> str:
    known = [phase.id for phase in session.project.process.phases]
    usual = session.project.process.assessment_phase
    phase = said or (before.phase if before else usual)
    if phase in known:
        return phase
    hint = (did_you_mean(said, known) if said else "") or "add --phase; known: " + ", ".join(known)
    text = (
        f'unknown phase "{one_line(said, 40)}"'
        if said
        else f"this process has no {usual or 'assessment phase'}"
    )
    raise FedcheckError(text, hint, ErrorKind.USAGE)


def _explain_empty(found: Contents) -> str:
    if found.withdrawn:
        return "all of its controls are withdrawn; use the catalog of a baseline"
    return "use the resolved profile catalog of a baseline"


def _controls(found: Contents) -> Iterator[Control]:
    for family in found.families:
        yield from family.controls


def _build_list(
    session: Session,
    file: CatalogFile,
    by: By,
    name: str,
    phase: str,
    sections: tuple[Section, ...],
) -> Checklist:
    editions = (("version", file.version), ("OSCAL", file.oscal))
    edition = ", ".join(f"{of} {number}" for of, number in editions if number)
    what = "tests by control" if by == "control" else "tests by objective"
    return Checklist(
        1,
        name,
        (session.project.process.id,),
        phase,
        session.project.process.assessor or session.project.config.role,
        f"{file.title}: {what}",
        sources=(Source(SOURCE, f"{file.title}, {edition}" if edition else file.title),),
        sections=sections,
    )


def _sections(found: Contents, by: By, notes: list[Note]) -> Iterator[Section]:
    """Yield the families with their items; a duplicate family is one section."""
    whole: dict[str, tuple[str, list[Item]]] = {}
    taken: set[str] = set()
    size = 0
    for family in found.families:
        _, items = whole.setdefault(make_slug(family.id or family.title), (family.title, []))
        for control in family.controls:
            for item in _build_items(control, by):
                if item.id in taken:
                    notes.append(Note(item.code, f'"{item.id}" appears twice; the first is used'))
                    continue
                taken.add(item.id)
                size += len((item.guidance + item.statement + item.title).encode()) + 400
                if size > LARGEST:
                    text = f"the checklist would be larger than {LARGEST >> 20} MB"
                    raise FedcheckError(text, "use the catalog of a baseline, or --by control")
                items.append(item)
            if by == "objective" and not control.objectives:
                notes.append(Note(control.label, "has no objectives, so it becomes one item"))
    for name, (title, items) in whole.items():
        yield Section(name, title, items=tuple(items))


def _build_items(control: Control, by: By) -> Iterator[Item]:
    if by == "objective" and control.objectives:
        for number, objective in enumerate(control.objectives, 1):
            yield _build_objective_item(control, objective, number)
        return
    methods = control.objects or {m: "" for one in control.objectives for m in one.methods}
    yield Item(
        _make_id(control.id),
        control.title,
        code=control.label,
        guidance=write_control_guidance(control),
        statement=control.statement,
        kind=ItemKind.TEST,
        controls=(control.label,),
        methods=tuple(m for m in METHODS if m in methods),
        source=SourceRef(SOURCE, control.label),
    )


def _build_objective_item(control: Control, objective: Objective, number: int) -> Item:
    return Item(
        _make_id(objective.id or objective.label or f"{control.id}_obj-{number}"),
        objective.text or control.title,
        code=objective.label or control.label,
        guidance=write_objective_guidance(control, objective),
        statement=objective.statement,
        kind=ItemKind.TEST,
        controls=(control.label,),
        methods=tuple(m for m in METHODS if m in objective.methods),
        # The title is official text here, and a title beside a statement is in no basis.
        own_basis=fingerprint([objective.text, objective.statement]) if objective.text else "",
        source=SourceRef(SOURCE, control.label),
    )


def _make_id(name: str) -> str:
    return _UNFIT.sub("-", name.lower()).strip("-._") or make_slug(name)


def _keep_earlier(
    new: Checklist, before: Checklist | None, notes: list[Note], session: Session
) -> Checklist:
    """Return the new list with what people added to the old one, and what its ids were.

    An item keeps what a catalog states nothing of: due date, evidence limits, needs. An item with
    the same official code under a new id is the same item. Items that people wrote stay.
    """
    if before is None:
        return new
    moved = _match_moved(new, before)
    sections = [
        replace(section, items=tuple(_keep_recorded(item, before, moved) for item in section.items))
        for section in new.sections
    ]
    used = {*new.items, *moved.values()}
    for old in before.sections:
        own = tuple(
            item
            for item in old.items
            if item.id not in used and (item.source is None or item.source.id != SOURCE)
        )
        place = next((i for i, one in enumerate(sections) if one.id == old.id), None)
        if own and place is None:
            sections.append(replace(old, items=own))
        elif own and place is not None:
            sections[place] = replace(sections[place], items=(*sections[place].items, *own))
        used |= {item.id for item in own}
    for item_id, (_, item) in before.items.items():
        record = session.project.record(f"{new.id}:{item_id}")
        if item_id not in used and not record.untouched:
            what = f"{item.code or item_id} is no longer in this catalog; its record was kept"
            notes.append(Note(f"{new.id}:{item_id}", what, "fedcheck doctor shows it and moves it"))
    own_sources = tuple(one for one in before.sources if one.id != SOURCE)
    return replace(
        new, sources=(*new.sources, *own_sources), sections=tuple(sections), summary=before.summary
    )


def _match_moved(new: Checklist, before: Checklist) -> dict[str, str]:
    """Return the old id of each item whose id is another one now, by its new id."""
    gone = {_plain(item.code): i for i, (_, item) in before.items.items() if i not in new.items}
    fresh = {_plain(item.code): i for i, (_, item) in new.items.items() if i not in before.items}
    return {fresh[code]: gone[code] for code in fresh if code and code in gone}


def _plain(code: str) -> str:
    """Return an official code without its marks and zeros: `AC-01a.[01]` is `AC-1(a)[1]`."""
    return " ".join(word.lstrip("0") or "0" for word in _WORDS.findall(code.lower()))


def _keep_recorded(item: Item, before: Checklist, moved: dict[str, str]) -> Item:
    name = moved.get(item.id, item.id)
    if name not in before.items:
        return item
    old = before.items[name][1]
    earlier = (*old.renamed_from, *([name] if name != item.id else []))
    return replace(
        item,
        level=old.level,
        deliverable=old.deliverable,
        expects=old.expects,
        needs=old.needs,
        carries_from=old.carries_from,
        applies=old.applies,
        after=old.after,
        due=old.due,
        max_age=old.max_age,
        every=old.every,
        renamed_from=tuple(dict.fromkeys(earlier)),
    )


def _headline(file: CatalogFile, found: Contents) -> str:
    controls = list(_controls(found))
    core = sum(control.core for control in controls)
    text = f"{file.title}: {pluralize(len(controls), 'control')}"
    text += f" in {pluralize(len(found.families), 'family', 'families')}"
    text += f", {core} of them core" if core else ""
    return f"{text} (version {file.version})" if file.version else text


def _describe(name: str, new: Checklist, before: Checklist | None) -> Iterable[str]:
    if before is None:
        count = pluralize(len(new.items), "test")
        yield f"{name}: a new checklist of {count}, for {new.role} in {new.phase}"
        return
    if before.sources and before.sources[0].title != new.sources[0].title:
        yield f"{name}: was made from {before.sources[0].title}"
    added = sum(i not in before.items for i in new.items)
    gone = sum(i not in new.items and i not in new.renamed for i in before.items)
    other = [i for i in new.items if i in before.items and before.items[i][1] != new.items[i][1]]
    parts = [f"{added} new"] if added else []
    parts += [f"{len(other)} changed"] if other else []
    parts += [f"{gone} gone"] if gone else []
    yield f"{name}: " + (", ".join(parts) or f"its {pluralize(len(new.items), 'test')} unchanged")
