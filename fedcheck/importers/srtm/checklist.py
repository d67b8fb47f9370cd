"""Build the checklist of a test case workbook: a test for each assessment procedure."""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from fedcheck.analysis.test_progress import WORKBOOK
from fedcheck.domain.checklist import FORMAT, Checklist, Item, Section, Source, SourceRef
from fedcheck.domain.process import Process
from fedcheck.domain.query_fields import FAMILIES, parse_family
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import count_cells, make_storable, one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.plan import Note
from fedcheck.importers.srtm.columns import TABLE, cell_text, normalize_words
from fedcheck.importers.srtm.rows import Step, Steps, code_key
from fedcheck.spreadsheets.xlsx_reader import Sheet

LONGEST = 80
"""The longest id that is made of an official one, in characters."""


def make_slug(code: str) -> str:
    """Return an official id as an id of ours: `ac-01a.01-02` for `AC-01a.[01][02]`."""
    text = unicodedata.normalize("NFKD", code).casefold()
    text = re.sub(r"[^a-z0-9.]+", "-", text.encode("ascii", "ignore").decode())
    text = re.sub(r"[.-]*\.[.-]*", ".", text).strip(".-")
    return text[:LONGEST].rstrip(".-")


def assign_item_ids(steps: Sequence[Step], old: Checklist | None) -> tuple[list[str], list[Note]]:
    """Return the id of the item of each step, and what had to be decided.

    An item that is there already is found by the official id and the control, else by the official
    id alone, else by the control and the text of the objective: its id, and so its record, stays.
    """
    found: dict[int, str] = {}
    notes: list[Note] = []
    items = [item for _, item in old.items.values()] if old else []
    _match(found, steps, items, _full_key_of_step, _full_keys_of_items(items))
    left = [item for item in items if item.id not in found.values()]
    by_code = [(code_key(item.code),) if item.code else None for item in left]
    _match(found, steps, left, lambda s: (code_key(s.code),) if s.code else None, by_code)
    left = [item for item in left if item.id not in found.values()]
    by_text = [(item.controls[:1], normalize_words(item.statement)) for item in left]

    def key_by_text(step: Step) -> tuple[tuple[str, ...], str] | None:
        return (step.controls[:1], normalize_words(step.objective)) if step.objective else None

    renamed = _match(found, steps, left, key_by_text, by_text)
    before = {item.id: item for item in items}
    for place in renamed:
        step, item = steps[place], before[found[place]]
        what = f'"{one_line(item.code, 40)}" is now called "{one_line(step.code, 40)}"'
        notes.append(Note(step.place("procedure"), what, f"it remains the item {item.id}"))
    taken = {*(item.id for item in items), *found.values()}
    _new_ids(found, steps, taken)
    return [found[place] for place in range(len(steps))], notes


def _full_key_of_step(step: Step) -> object:
    return step.key


def _full_keys_of_items(items: Iterable[Item]) -> list[object]:
    """Return the keys of items as those of steps, numbered where several are alike."""
    seen: Counter[object] = Counter()
    keys: list[object] = []
    for item in items:
        key = (code_key(item.code or item.statement), item.controls[:1])
        seen[key] += 1
        keys.append((*key, seen[key]))
    return keys


def _match(
    found: dict[int, str],
    steps: Sequence[Step],
    items: Sequence[Item],
    key_of: Callable[[Step], object],
    keys: Sequence[object],
) -> list[int]:
    """Find the items of steps by a key that just one of each has; return the steps' places."""
    counts = Counter(keys)
    by_key = {key: item for key, item in zip(keys, items, strict=True) if counts[key] == 1}
    wanted = {
        place: key
        for place, step in enumerate(steps)
        if place not in found and (key := key_of(step)) is not None and key in by_key
    }
    times = Counter(wanted.values())
    made = [place for place, key in wanted.items() if times[key] == 1]
    found |= {place: by_key[wanted[place]].id for place in made}
    return made


def _new_ids(found: dict[int, str], steps: Sequence[Step], taken: set[str]) -> None:
    """Give ids to steps that are new; of several with one slug the first in the alphabet has it."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, step in enumerate(steps):
        if place not in found:
            groups[_base(step)].append(place)
    for base, places in groups.items():
        order = sorted(places, key=lambda p: (steps[p].occurrence, steps[p].code, p))
        for place in order:
            step = steps[place]
            wanted = base if step.occurrence == 1 else f"{base}-{step.occurrence}"
            if wanted in taken:
                wanted = f"{wanted}-{_digest(step)}"
            count, name = 1, wanted
            while name in taken:
                count += 1
                name = f"{wanted}-{count}"
            taken.add(name)
            found[place] = name


def _base(step: Step) -> str:
    if made := make_slug(step.code):
        return made
    control = make_slug(step.controls[0]) if step.controls else "step"
    return f"{control}.{_digest(step)}"


def _digest(step: Step) -> str:
    return short_digest(code_key(step.code), *step.controls, normalize_words(step.objective))


def short_digest(*texts: str) -> str:
    """Return six characters that are the same for the same texts, wherever they are made."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:6]


EXPECTS = ("Evidence collected during the test",)
"""Every row of the workbook names its evidence (SAR Template v5.0, section 4.4, instruction)."""

LEVELS = {"li-saas": "LI-SaaS", "low": "Low", "moderate": "Moderate", "high": "High"}
TITLE = 110
"""The longest title that is made of an objective, in cells."""

_LEVEL = re.compile(r"(?<![a-z])(li[\s_-]?saas|tailored|low|moderate|high)(?![a-z])", re.I)
_LEVEL_HEADINGS = {
    "categorization level", "security categorization level", "system categorization level",
    "security categorization", "impact level", "baseline", "system impact level",
}  # fmt: skip
_TITLED = ("traceability matrix", "test case", "test procedures", "srtm")
_BULLET = re.compile(r"(?:^|(?<=\n)|(?<=;))\s*[-•*–]\s+")
_BEGINS = re.compile(r"^\s*determine\s+(?:if|whether|that)\s*[:,]?\s+", re.I)


@dataclass(frozen=True, slots=True)
class About:
    """A workbook's baseline, edition and title.

    Attributes:
        title: its title, with version and day of the template where it names them.
        level: `li-saas`, `low`, `moderate` or `high`; empty where it does not state.
    """

    title: str
    level: str


def describe_workbook(sheets: Sequence[Sheet], steps: Steps, stem: str) -> About:
    """Return the title and the level of a workbook; its file's name is the last that is asked."""
    title, said, version = "", "", ""
    for sheet in sheets:
        if sheet.title in steps.sheets:
            continue
        version = version or _find_version(sheet)
        for row in sheet.rows[:60]:
            texts = [cell_text(cell) for cell in row]
            for place, text in enumerate(texts):
                if TABLE.normalize(text) in _LEVEL_HEADINGS:
                    beside = next((t for t in texts[place + 1 :] if t), "")
                    said = said or _find_level(beside if len(beside) < 40 else "")
                elif not title and len(text) < 200 and _names_itself(text):
                    title = one_line(text)
    level = said or _find_level(title) or _find_level(stem)
    return About(", ".join(part for part in (title, version) if part), level)


def _names_itself(text: str) -> bool:
    sentence = text.rstrip().endswith(".")
    return len(text) > 15 and not sentence and any(w in text.casefold() for w in _TITLED)


def _find_level(text: str) -> str:
    found = {one.casefold() for one in _LEVEL.findall(text)}
    if any(one.startswith(("li", "tailored")) for one in found):
        return "li-saas"
    return found.pop() if len(found) == 1 else ""


def _find_version(sheet: Sheet) -> str:
    """Return the newest version of the template that a record of changes names."""
    heads: dict[str, int] = {}
    newest = ""
    for row in sheet.rows[:200]:
        names = {TABLE.normalize(cell): place for place, cell in enumerate(row)}
        if {"date", "version"} <= names.keys():
            heads = names
        elif heads and max(heads["date"], heads["version"]) < len(row):
            day, version = row[heads["date"]], cell_text(row[heads["version"]])
            if version and len(version) < 12:
                shown = day.isoformat()[:10] if isinstance(day, date) else one_line(cell_text(day))
                newest = f"version {version}" + (f", {shown[:20]}" if shown else "")
    return newest


@dataclass(frozen=True, slots=True)
class Made:
    """The list of a workbook, and the item of each of its steps.

    Attributes:
        pairs: item ids and steps, in the order of the workbook.
        kept: items that the workbook no longer has, and that something is recorded about.
        gone: how many items went, since the workbook no longer has them.
    """

    checklist: Checklist
    pairs: tuple[tuple[str, Step], ...]
    kept: tuple[str, ...]
    gone: int
    notes: tuple[Note, ...]


def usual_list_id(project: Project, level: str) -> str:
    """Return the id of the list of a level: `rev5.srtm-moderate`."""
    made = project.process.srtm
    name = made.list_id if made and made.list_id else f"{project.process.id}.srtm"
    return f"{name}-{level}" if level else name


def check_phase(project: Project, wanted: str) -> str:
    """Return the phase of the list. Raises FedcheckError where it is to be named."""
    phases = [phase.id for phase in project.process.phases]
    name = wanted or project.process.assessment_phase
    if name in phases:
        return name
    hint = did_you_mean(name, phases) if wanted else "name one: --phase " + phases[0]
    what = f"the process has no phase {one_line(name, 40)}" if name else "its phase is not given"
    raise FedcheckError(what, hint, ErrorKind.USAGE)


def build_list(project: Project, name: str, phase: str, steps: Steps, known: About) -> Made:
    """Return the list of a workbook; what a person added to an item that is there stays."""
    old = project.as_written(name)
    ids, notes = assign_item_ids(steps.steps, old)
    before = {item.id: item for _, item in old.items.values()} if old else {}
    sections: dict[str, list[Item]] = {}
    for item_id, step in zip(ids, steps.steps, strict=True):
        item = _build_item(project, item_id, step, before.get(item_id))
        sections.setdefault(_family(step), []).append(item)
    gone = [item for item in before.values() if item.id not in set(ids)]
    used = {ref for asked in project.requests for ref in asked.items}
    used |= {ref for gap in project.findings for ref in gap.items}
    kept = [
        item
        for item in gone
        if not project.record(f"{name}:{item.id}").untouched or f"{name}:{item.id}" in used
    ]
    for item in kept:
        place = parse_family(item.controls[0]) if item.controls else ""
        sections.setdefault(place, []).append(item)
    if kept:
        what = f"{pluralize(len(kept), 'item')} of the checklist no longer in the workbook"
        shown = ", ".join(item.id for item in kept[:5])
        notes.append(Note("the workbook", what, f"kept, with what is recorded: {shown}"))
    level = f", {LEVELS[known.level]}" if known.level else ""
    checklist = Checklist(
        format=FORMAT,
        id=name,
        process=_served(project.process, phase),
        phase=phase,
        role=project.process.assessor or project.config.role,
        title=f"Test steps of the SRTM{level}",
        summary="The assessment procedures of the test case workbook, by control family.",
        sources=(Source(WORKBOOK, known.title or "Security Requirements Traceability Matrix"),),
        sections=tuple(_build_section(letters, items) for letters, items in sections.items()),
    )  # fmt: skip
    pairs = tuple(zip(ids, steps.steps, strict=True))
    kept_ids = tuple(item.id for item in kept)
    return Made(checklist, pairs, kept_ids, len(gone) - len(kept), tuple(notes))


def _served(process: Process, phase: str) -> tuple[str, ...]:
    """Return the processes that a list serves: in another phase it is that of one process."""
    if process.srtm is None or phase != process.assessment_phase:
        return (process.id,)
    return process.srtm.process or (process.id,)


def _family(step: Step) -> str:
    return parse_family(step.controls[0]) if step.controls else ""


def _build_section(letters: str, items: Sequence[Item]) -> Section:
    title = FAMILIES.get(letters, f"Family {letters}" if letters else "Without a control")
    return Section(letters.casefold() or "other", title, items=tuple(items))


def _build_item(project: Project, item_id: str, step: Step, old: Item | None) -> Item:
    deliverables = {one.id for one in project.process.deliverables}
    if old is None:
        document = next((name for name in ("srtm", "sar") if name in deliverables), "")
        old = Item(id=item_id, title="", deliverable=document, expects=EXPECTS)
    return replace(
        old,
        title=make_title(step),
        code=step.code,
        guidance=_write_guidance(step),
        statement=make_storable(step.objective),
        kind="test",
        controls=step.controls,
        methods=step.methods,
        source=SourceRef(WORKBOOK, one_line(step.sheet)),
    )


def make_title(step: Step) -> str:
    """Return an objective in one line: without its first words, cut at a word where it is long."""
    said = _BULLET.sub(" ", _BEGINS.sub("", step.objective))
    text = one_line(said) or one_line(f"{step.name}: {step.code}")
    text = text[:1].upper() + text[1:]
    if count_cells(text) <= TITLE:
        return text
    short = one_line(text, TITLE).removesuffix("…")
    return (short.rpartition(" ")[0] or short).rstrip(" ,;:") + "…"


def _write_guidance(step: Step) -> str:
    parts = {
        "Control": step.name,
        "Parameter": step.parameter,
        "FedRAMP requirement or guidance": step.requirement,
        **{method.title(): text for method, text in step.looked_at.items()},
    }
    return make_storable("\n\n".join(f"{head}: {text}" for head, text in parts.items() if text))
