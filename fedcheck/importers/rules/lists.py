"""Make checklists of a release of the rules: pure, for the builder and the import.

Which items there are, for which profiles and how binding each is, is computed from the release; our
guidance only states in which phase and section an item is. The builder joins our words to the lists
that it writes (`domain/guidance.py`), an import leaves that to whoever loads them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import (
    FORMAT,
    Checklist,
    Item,
    Section,
    Source,
    SourceRef,
    When,
    fingerprint,
)
from fedcheck.domain.control_ids import find_controls
from fedcheck.domain.glossary import Level
from fedcheck.domain.process import Process, role_label
from fedcheck.domain.text import one_line
from fedcheck.importers.csv_checklist.lists import make_slug
from fedcheck.importers.rules.applicability import (
    ANY,
    STRICTEST,
    level_of,
    list_applicable,
)
from fedcheck.importers.rules.clocks import find_period
from fedcheck.importers.rules.compare import pain_text, timeframe_text
from fedcheck.importers.rules.controls import ControlWords, build_control_list
from fedcheck.importers.rules.document import (
    RULES_PAGE,
    SOURCE,
    Entry,
    Indicator,
    Release,
    Rule,
    Wording,
)
from fedcheck.importers.rules.field_changes import plain_text
from fedcheck.importers.rules.guidance import Guidance
from fedcheck.importers.rules.official_text import (
    list_artifacts,
    write_remarks,
    write_statement,
    write_whole_statement,
)
from fedcheck.importers.rules.profiles import (
    Profile,
    enclose,
    find_condition,
    list_profiles,
    split_conditions,
)

_PROPER = {
    "fedramp": "FedRAMP", "rev5": "Rev5", "20x": "20x", "class a": "Class A", "json": "JSON",
    "agency ato": "agency ATO",
}  # fmt: skip
"""Names in the ids of sections that have a spelling of their own."""


TIME_FRAME = "Time frame"
"""What the fact of an item begins with that shows in which time something is due."""


class BuiltLists(Struct, frozen=True):
    """Checklists, and what did not fit together.

    Attributes:
        lists: by id, in the order of phases and roles.
        without_guidance: ids of the release that our guidance does not have.
        without_rule: ids of our guidance that the release does not have.
        notes: what had to be decided, as text.
    """

    lists: Mapping[str, Checklist]
    without_guidance: tuple[str, ...] = ()
    without_rule: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Facet(Struct, frozen=True):
    """What an item is for a profile."""

    level: Level
    every: str
    basis: str
    statement: str = ""
    expects: tuple[str, ...] = ()


def build_lists(
    release: Release,
    guidance: Mapping[str, Guidance],
    process: Process,
    official: bool = False,
    usual: Mapping[str, str] | None = None,
    words: ControlWords | None = None,
) -> BuiltLists:
    """Return the checklists of a release for every role and profile of a process.

    Args:
        release: the rules.
        guidance: our guidance by official id, for phase and section; an item without is with its
            neighbors.
        process: the process, with its profiles, roles and phases.
        official: whether the items contain the official text and artifacts.
        usual: the phase, by role, of an item whose neighbors have no guidance either.
        words: our words on the controls that are tested again and again.
    """
    profiles = list_profiles(process)
    notes: list[str] = []
    found: dict[tuple[str, str], dict[str, list[Item]]] = {}
    for role in process.all_roles:
        for entry, by_profile in _applicable(release, profiles, role):
            one = guidance.get(entry.id) or _neighbor(entry, guidance)
            if not one.phase and usual:
                group = entry.id.split("-")[0]
                one = Guidance(usual.get(role, ""), make_slug(group), "", "")
            if process.phase(one.phase) is None:
                notes.append(f'{entry.id}: the process has no phase "{one.phase}"; left out')
                continue
            item = _build_item(entry, by_profile, profiles, official, notes)
            known = guidance.get(entry.id)  # what a neighbor carries is for the neighbor alone
            if known and known.carries_from:
                item = replace(item, carries_from=known.carries_from)
            sections = found.setdefault((one.phase, role), {})
            sections.setdefault(one.section, []).append(item)
    order = sorted(found, key=lambda key: (process.order(key[0]), process.all_roles.index(key[1])))
    lists = [_build_list(release, process, *key, found[key]) for key in order]
    controls = build_control_list(release, process, words or ControlWords(), official)
    lists += [controls] if controls else []
    return BuiltLists(
        {one.id: one for one in lists},
        tuple(name for name in release.entries if name not in guidance),
        tuple(name for name in guidance if name not in release.entries),
        tuple(notes),
    )


def _applicable(
    release: Release, profiles: Sequence[Profile], role: str
) -> Iterator[tuple[Entry, Mapping[int, Level]]]:
    """Yield what applies to a role at all, with its level by the place of each profile."""
    by_profile = [list_applicable(release, one, role) for one in profiles]
    for name, entry in release.entries.items():
        levels = {
            place: applying[name] for place, applying in enumerate(by_profile) if name in applying
        }
        if levels:
            yield entry, levels


def _neighbor(entry: Entry, guidance: Mapping[str, Guidance]) -> Guidance:
    """Return what stands for missing guidance: phase and section of the likest id that has some."""
    parts = entry.id.split("-")
    for length in range(len(parts) - 1, 0, -1):
        start = "-".join(parts[:length]) + "-"
        near = [one for name, one in guidance.items() if name.startswith(start)]
        if near:
            places = Counter((one.phase, one.section) for one in near)
            return Guidance(*places.most_common(1)[0][0], "", "")
    return Guidance("", "", "", "")


def _build_item(
    entry: Entry,
    levels: Mapping[int, Level],
    profiles: Sequence[Profile],
    official: bool,
    notes: list[str],
) -> Item:
    wanted = [profiles[place] for place in levels]
    applies = find_condition(wanted, profiles)
    if applies is None:
        applies = enclose(wanted)
        notes.append(f"{entry.id}: shown to more profiles than it applies to")
    facets = [
        (profiles[place], _facet(entry, profiles[place], level, official))
        for place, level in levels.items()
    ]
    base = _choose_base(entry, [facet for _, facet in facets], official)
    name = one_line(entry.title, 200)
    return Item(
        entry.id.lower(),
        name,
        code=entry.id,
        statement=base.statement,
        remarks=_write_remarks(entry, official),
        level=base.level,
        expects=base.expects,
        controls=_controls(entry),
        applies=dict(applies) or None,
        every=base.every,
        source=SourceRef(SOURCE, f"{entry.id}, {name}"),
        own_basis=base.basis,
        when=tuple(_whens(facets, base)),
    )


def _facet(entry: Entry, profile: Profile, level: Level, official: bool) -> _Facet:
    chosen = profile.get("class", ANY)
    if chosen == ANY or not entry.by_class:
        periods = {find_period(one) for one in entry.wordings().values()}
        every = periods.pop() if len(periods) == 1 else ""
        found = _Facet(level, every, basis_of(entry))
        wording, statement = entry.common, write_whole_statement(entry)
    else:
        wording = entry.wording(chosen) or entry.common
        statement = write_statement(wording)
        found = _Facet(level, find_period(wording), basis_of(entry, chosen))
    if not official:
        return found
    artifacts = list_artifacts(wording, profile.get("type", ANY))
    return replace(found, statement=statement, expects=tuple(dict.fromkeys(artifacts)))


def _choose_base(entry: Entry, facets: Sequence[_Facet], official: bool) -> _Facet:
    """Return what the item states before any variant: the usual level, the stricter of equals.

    A period that not every profile has is in the variants alone, since none can be taken back.
    """
    levels = Counter(one.level for one in facets)
    level = min(levels, key=lambda one: (-levels[one], STRICTEST.index(one)))
    periods = Counter(one.every for one in facets)
    every = "" if "" in periods else periods.most_common(1)[0][0]
    expects = Counter(one.expects for one in facets).most_common(1)[0][0]
    statement = write_whole_statement(entry) if official else ""
    return _Facet(level, every, basis_of(entry), statement, expects)


def _whens(facets: Iterable[tuple[Profile, _Facet]], base: _Facet) -> Iterator[When]:
    """Yield the variants of an item for the profiles in which it differs from its base."""
    listed = list(facets)
    among = [profile for profile, _ in listed]
    groups: dict[_Facet, list[Profile]] = {}
    for profile, facet in listed:
        if facet != base:
            groups.setdefault(facet, []).append(profile)
    for facet, wanted in groups.items():
        for condition in split_conditions(wanted, among):
            yield When(
                level=facet.level if facet.level != base.level else None,
                every=facet.every if facet.every != base.every else None,
                own_basis=facet.basis if facet.basis != base.basis else None,
                statement=facet.statement if facet.statement != base.statement else None,
                expects=facet.expects if facet.expects != base.expects else None,
                extra={name: list(values) for name, values in condition.items()},
            )


def basis_of(entry: Entry, certification_class: str = "") -> str:
    """Return the fingerprint of what an item requires: of one class, or of all it varies by.

    It is made of force, statement, points, the table of times and the controls that it lists;
    wording of terms, notes, links and artifacts change nothing.
    """
    if certification_class:
        wording = entry.wording(certification_class) or entry.common
        return fingerprint([_substance(entry, wording)])
    wordings = entry.wordings()
    return fingerprint([[key, *_substance(entry, wordings[key])] for key in sorted(wordings)])


def _substance(entry: Entry, wording: Wording) -> list[Any]:
    controls = [one for ids in wording.controls.values() for one in ids]
    return [
        level_of(entry, wording).value,
        plain_text(wording.statement),
        [plain_text(point) for point in wording.points],
        pain_text(wording.pain),
        controls,
    ]


def _controls(entry: Entry) -> tuple[str, ...]:
    if not isinstance(entry, Indicator):
        return ()
    return tuple(dict.fromkeys(one for name in entry.controls for one in find_controls(name)))


def _write_remarks(entry: Entry, official: bool) -> str:
    """Return the facts of the release, with its remarks where they may be quoted."""
    listed = "\n".join(f"- {one}" for one in _facts(entry))
    return "\n\n".join((listed, *(write_remarks(entry) if official else ())))


def _facts(entry: Entry) -> Iterator[str]:
    yield f"Official name: {one_line(entry.title, 200)}"
    times: dict[str, list[str]] = {}
    for key, wording in entry.wordings().items():
        if wording.timeframe is not None:
            times.setdefault(timeframe_text(wording.timeframe), []).append(key.upper())
    for time, classes in times.items():
        named = ", ".join(one for one in classes if one)
        yield f"{TIME_FRAME}{f' (Class {named})' if named and len(times) > 1 else ''}: {time}"
    if not isinstance(entry, Rule):
        return
    if entry.schema is not None:
        yield f"Schema: {one_line(f'{entry.schema.name} {entry.schema.url}'.strip(), 300)}"
    for one in entry.notifications:
        where = one_line(_recipient(one.name, one.url or one.target), 300)
        yield f"Notify {one_line(one.party, 100)}{' (optional)' if one.optional else ''}: {where}"
    if entry.related:
        yield "Related: " + ", ".join(entry.related)


def list_time_frames(item: Item) -> list[str]:
    """Return the lines on time frames among the facts of an item; they are in no basis."""
    return [one for one in item.remarks.splitlines() if one.startswith(f"- {TIME_FRAME}")]


def _recipient(name: str, target: str) -> str:
    """Return name and address; a target that repeats the name or is no address adds nothing."""
    if not name or name == target:
        return target
    return f"{name} {target}" if "://" in target or "@" in target else name


def _build_list(
    release: Release, process: Process, phase_id: str, role: str, sections: Mapping[str, list[Item]]
) -> Checklist:
    phase = process.phase(phase_id)
    assert phase is not None
    title = process.role_title(role)
    name = "FedRAMP" if title == "FedRAMP" else f"the {title[:1].lower()}{title[1:]}"
    return Checklist(
        FORMAT,
        f"{process.id}.{phase_id}.{role}",
        (process.id,),
        phase_id,
        role,
        f"{phase.title}: {role_label(role)}",
        summary=f"These FedRAMP rules apply to {name} in this phase. "
        "The level of an item shows how binding it is.",
        sources=(Source(SOURCE, f"FedRAMP Consolidated Rules, {release.name}", RULES_PAGE),),
        sections=tuple(
            Section(section, section_title(section), items=tuple(items))
            for section, items in sections.items()
        ),
    )


def section_title(section: str) -> str:
    """Return the heading of a section: `class-a` is Class A, `trust-center` Trust center."""
    text = section.replace("-", " ")
    for plain, spelled in _PROPER.items():
        text = text.replace(plain, spelled)
    return text[:1].upper() + text[1:]
