"""Build checklists from the rows of a team's own list, and update them when it comes again."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item, Section, Source
from fedcheck.domain.glossary import DEMANDED, SHARING_HINTS, Audience, Sharing
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.csv_checklist.rows import Look
from fedcheck.importers.csv_checklist.tasks import Task
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.storage.names import parse_list_id

SOURCE = "sheet"
"""The id of the source that marks a checklist as made from a sheet."""

ITEMS = Section("items", "Items")
"""The section of rows that name none."""

_UNFIT = re.compile(r"[^a-z0-9._]+")


@dataclass(slots=True)
class Lists:
    """The lists that are made, and which item each row has become."""

    sharing: Sharing
    lists: list[Checklist] = field(default_factory=list)
    refs: list[tuple[Task, str, Item]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def is_new(session: Session, name: str) -> bool:
    """Return whether no checklist has an id yet: then a person decides who may see it."""
    return all(one.id != name for one in session.catalog.lists)


def _decide_sharing(session: Session, seen: Look, said: str) -> Sharing:
    """Return how far a list travels: an existing one as it does today, a new one as stated.

    A list that was imported before and is gone, as after an undo, is as it was then. Raises
    FedcheckError (usage) where nothing is stated about a new list, so that it leaks nothing, or
    where an existing one travels otherwise.
    """
    name = seen.mapped.list
    now = next((one.sharing for one in session.catalog.lists if one.id == name), None)
    if now is None and not (said := said or seen.mapped.audience):
        text = f"{name} is a new checklist: choose who sees it: shared, internal or private"
        hint = f"add --audience: {'; '.join(f'{k} ({v})' for k, v in SHARING_HINTS.items())}"
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    if now is not None and said not in ("", now):
        hint = f"leave --audience out, or first run: fedcheck checklist audience {name} {said}"
        raise FedcheckError(f"{name} is already {now}, not {said}", hint, ErrorKind.USAGE)
    return now or Sharing(said)


def build_lists(session: Session, seen: Look, tasks: Sequence[Task], said: str = "") -> Lists:
    """Return the lists that rows make, what was in them before included.

    Args:
        session: the open workspace.
        seen: the list.
        tasks: its rows.
        said: how far a new list travels, as a person stated; one of `Sharing`.

    Raises FedcheckError where the list's name, phase, role or audience cannot be.
    """
    mapped, project = seen.mapped, session.project
    parse_list_id(mapped.list)
    phase, role = _check_phase(project, mapped.phase), _check_role(project, mapped.role)
    found = Lists(_decide_sharing(session, seen, said))
    ids = _assign_ids(seen, tasks, found.notes)
    groups: dict[tuple[str, str], list[tuple[Task, str]]] = {(phase, role): []}
    for task, item_id in ids:
        place = _choose_place(project, seen, task, (phase, role), found.notes)
        groups.setdefault(place, []).append((task, item_id))
    for (its_phase, its_role), rows in groups.items():
        own = (its_phase, its_role) == (phase, role)
        name = mapped.list if own else f"{mapped.list}.{its_phase}.{its_role}"
        before = _find_earlier(session, name, found.sharing)
        if before is None and not rows:
            continue
        _build_list(found, seen, project, name, (its_phase, its_role), before, rows)
    return found


def _find_earlier(session: Session, name: str, sharing: Sharing) -> Checklist | None:
    """Return the list as an earlier import made it. Raises where another list is called so."""
    layer = "private" if sharing is Sharing.PRIVATE else "workspace"
    known = [one for one in session.catalog.lists if one.id == name]
    if not known:
        return None
    old = session.project.as_written(name) or known[0].in_file
    ours = known[0].layer == layer and old is not None
    if not ours or old is None or not any(one.id == SOURCE for one in old.sources):
        text = f"{name}: a checklist with this name already exists"
        raise FedcheckError(
            text, f"choose another name, or: --onto checklist:{name}", ErrorKind.USAGE
        )
    return old


def _check_phase(project: Project, name: str) -> str:
    known = [phase.id for phase in project.process.phases]
    if name not in known:
        hint = did_you_mean(name, known) or "add --phase; known: " + ", ".join(known)
        raise FedcheckError(f'unknown phase "{one_line(name, 40)}"', hint, ErrorKind.USAGE)
    return name


def _check_role(project: Project, name: str) -> str:
    known = project.process.all_roles
    if name not in known:
        hint = did_you_mean(name, known) or "add --role; known: " + ", ".join(known)
        raise FedcheckError(f'unknown role "{one_line(name, 40)}"', hint, ErrorKind.USAGE)
    return name


def _choose_place(
    project: Project, seen: Look, task: Task, usual: tuple[str, str], notes: list[Note]
) -> tuple[str, str]:
    """Return phase and role of a row: those that it names, else those of the list."""
    phases = {p.id.casefold(): p.id for p in project.process.phases}
    phases |= {p.title.casefold(): p.id for p in project.process.phases}
    process = project.process
    roles = {r: r for r in process.all_roles}
    roles |= {process.role_title(r).casefold(): r for r in process.all_roles}
    place = []
    for what, said, known, own in (
        ("phase", task.phase, phases, usual[0]),
        ("role", task.role, roles, usual[1]),
    ):
        word = said.casefold()
        meant = known.get(word) or known.get(word.replace(" ", "-"))
        if said and meant is None:
            text = f'"{one_line(said, 40)}" is not a {what}; {own} is used'
            notes.append(Note(seen.grid.place(task.line), text, did_you_mean(word, known)))
        place.append(meant or own)
    return place[0], place[1]


def _assign_ids(seen: Look, tasks: Sequence[Task], notes: list[Note]) -> Iterator[tuple[Task, str]]:
    """Yield each row with the id of its item; a row that states the same as another is left out."""
    taken: dict[str, str] = {}
    said: dict[str, Task] = {}
    for task in tasks:
        name = task.id or task.title
        if name.casefold() in said:
            first = seen.grid.place(said[name.casefold()].line)
            text = f'"{one_line(name, 40)}" is also in {first}; this row is not used'
            remedy = "" if task.id else "map an id column to distinguish them: --map id=..."
            notes.append(Note(seen.grid.place(task.line), text, remedy))
            continue
        said[name.casefold()] = task
        item_id = make_slug(name)
        if item_id in taken:
            item_id = f"{item_id[:50]}-{sha256(name.encode()).hexdigest()[:6]}"
        taken[item_id] = name
        yield task, item_id


def make_slug(text: str) -> str:
    """Return an id made of a text: `Draft the SSP` gives `draft-the-ssp`."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    found = _UNFIT.sub("-", plain).strip("-._")[:60].strip("-._")
    return found or "row-" + sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _build_list(
    found: Lists,
    seen: Look,
    project: Project,
    name: str,
    place: tuple[str, str],
    before: Checklist | None,
    rows: Sequence[tuple[Task, str]],
) -> None:
    old = before.items if before else {}
    ids = {item_id for _, item_id in rows}
    sections: dict[str, list[Item]] = {}
    titles: dict[str, Section] = {s.id: s for s in before.sections} if before else {}
    for section in before.sections if before else ():
        sections[section.id] = []
    for task, item_id in rows:
        where, was = old.get(item_id, (None, None))
        section = _choose_section(seen, task, where)
        titles.setdefault(section.id, section)
        item = _build_item(seen, task, item_id, was)
        sections.setdefault(section.id, []).append(item)
        found.refs.append((task, f"{name}:{item_id}", item))
    gone = [(section, item) for item_id, (section, item) in old.items() if item_id not in ids]
    for section, item in gone:
        sections.setdefault(section.id, []).append(item)
        what = f"{item.id}: is no longer in the sheet; it was kept: {one_line(item.title, 60)}"
        remedy = "mark it not applicable, or remove it from the checklist by hand"
        found.notes.append(Note(name, what, remedy))
    whole = tuple(replace(titles[i], items=tuple(items)) for i, items in sections.items() if items)
    if before is not None:
        new = replace(before, phase=place[0], role=place[1], sections=whole)
    else:
        title = seen.path.stem.replace("_", " ").replace("-", " ").strip().capitalize() or name
        source = Source(SOURCE, one_line(seen.path.name, 80))
        new = Checklist(
            1, name, (project.process.id,), *place, one_line(title, 80), sources=(source,),
            sections=whole,
        )  # fmt: skip
        if found.sharing is Sharing.INTERNAL:
            new = replace(new, audience=Audience.INTERNAL)
    _describe(found, name, before, new, len(gone))
    if new != before:
        found.lists.append(new)


def _describe(found: Lists, name: str, before: Checklist | None, new: Checklist, gone: int) -> None:
    if before is None:
        count = pluralize(len(new.items), "item")
        found.facts.append(f"{name}: a new checklist of {count}, for {new.role} in {new.phase}")
        if found.sharing is not Sharing.SHARED:
            found.facts.append(f"{name}: {found.sharing}: {SHARING_HINTS[found.sharing]}")
        elif any(item.level in DEMANDED for _, item in new.items.values()):
            counts = (
                "items are imported as required and count toward gates; use --level may for "
                "optional ones"
            )
            found.facts.append(f"{name}: {counts}")
        return
    added = [i for i in new.items if i not in before.items]
    other = [i for i, one in new.items.items() if i in before.items and _is_changed(before, i, one)]
    parts = [f"{len(added)} new"] if added else []
    parts += [f"{len(other)} changed"] if other else []
    parts += [f"{gone} no longer in the sheet, kept"] if gone else []
    found.facts.append(f"{name}: " + (", ".join(parts) or f"its {len(new.items)} items unchanged"))


def _is_changed(before: Checklist, item_id: str, now: tuple[Section, Item]) -> bool:
    section, item = before.items[item_id]
    return (section.id, item) != (now[0].id, now[1])


def _choose_section(seen: Look, task: Task, where: Section | None) -> Section:
    if "section" not in seen.mapped.columns and where is not None:
        return where
    if not task.section:
        return ITEMS
    return Section(make_slug(task.section), one_line(task.section, 120))


def _build_item(seen: Look, task: Task, item_id: str, was: Item | None) -> Item:
    """Return the item of a row; what the sheet has no column for stays as it was."""
    mapped = seen.mapped
    kind = "test" if "result" in mapped.columns else "task"
    item = was or Item(item_id, task.title, kind=kind, level=mapped.level)  # type: ignore[arg-type]
    item = replace(item, title=task.title)
    if task.id and task.id != item_id:
        item = replace(item, code=task.id)
    if "control" in mapped.columns:
        item = replace(item, controls=task.controls)
    if "guidance" in mapped.columns:
        item = replace(item, guidance=task.guidance)
    return item
