"""Make the assessor's list of the Rev5 controls to be tested again and again, by class.

A rule that lists controls and states how often is where the list comes from (IVV-CSF-AIA: every
year). No control and no id of a rule is written here; only titles and guidance are ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.checklist import (
    FORMAT,
    Checklist,
    Item,
    Section,
    Source,
    SourceRef,
    fingerprint,
)
from fedcheck.domain.control_ids import find_controls, parse_control
from fedcheck.domain.glossary import ItemKind, Level
from fedcheck.domain.guidance import Words
from fedcheck.domain.process import Process
from fedcheck.domain.text import one_line, pluralize
from fedcheck.importers.rules.applicability import ANY, PROVIDER, list_applicable
from fedcheck.importers.rules.clocks import find_period
from fedcheck.importers.rules.document import (
    RULES_PAGE,
    SOURCE,
    ControlGuidance,
    Entry,
    Release,
    Wording,
)
from fedcheck.importers.rules.profiles import Profile, enclose, find_condition, list_profiles
from fedcheck.storage.toml_io import read

SUFFIX = "controls"
"""How the id of the list ends, after its role."""

WORDS = "controls"
"""The folder of our words on controls next to the lists of a process."""


class ControlWords(Struct, frozen=True):
    """What we state about controls: one guidance for all, titles, and names of families."""

    guidance: str = ""
    families: Mapping[str, str] = {}
    titles: Mapping[str, str] = {}


def read_control_words(folder: Path) -> ControlWords:
    """Return our words on the controls of a process; none where its folder has none.

    Raises InvalidFileError where the file cannot be read.
    """
    path = folder / WORDS / "controls.toml"
    if not path.is_file():
        return ControlWords()
    data = read(path).data
    return ControlWords(
        str(data.get("guidance", "")), _texts(data, "families"), _texts(data, "titles")
    )


def _texts(data: Mapping[str, Any], key: str) -> Mapping[str, str]:
    table = data.get(key)
    found = table if isinstance(table, dict) else {}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def is_control_list(checklist: str) -> bool:
    """Return whether the id of a list is that of the controls to be tested."""
    return checklist.endswith(f"-{SUFFIX}")


def build_control_list(
    release: Release, process: Process, words: ControlWords, official: bool
) -> Checklist | None:
    """Return the assessor's list of recurring controls; None where no rule lists any.

    Args:
        release: the rules.
        process: the process, with its profiles and the phase of the assessment.
        words: our words, for the names of families; the rest is joined as other guidance is.
        official: whether the items contain FedRAMP's guidance and parameters for the control.
    """
    profiles = list_profiles(process)
    found = _find_controls(release, profiles)
    phase, role = process.assessment_phase, process.assessor
    if not found or not phase:
        return None
    texts = {parse_control(one.id): one for one in release.controls}
    sections: dict[str, list[Item]] = {}
    for control, places in found.items():
        item = _build_item(control, places, profiles, texts.get(control), official)
        sections.setdefault(control.partition("-")[0], []).append(item)
    return Checklist(
        FORMAT,
        f"{process.id}.{phase}.{role}-{SUFFIX}",
        (process.id,),
        phase,
        role,
        "Assessment: controls tested every year",
        summary="These are the Rev5 controls that each yearly assessment of the class includes.",
        sources=(Source(SOURCE, f"FedRAMP Consolidated Rules, {release.name}", RULES_PAGE),),
        sections=tuple(
            Section(family.lower(), words.families.get(family, family), items=tuple(items))
            for family, items in sections.items()
        ),
    )


def collect_control_words(lists: Iterable[Checklist], words: ControlWords) -> dict[str, Words]:
    """Return our words on each control of the lists of controls, by its id."""
    return {
        item.code: Words(
            f"{'Tested this year' if item.every == '1y' else 'Tested on time'}: "
            f"{words.titles.get(item.code, item.code)}",
            words.guidance.strip(),
        )
        for one in lists
        if is_control_list(one.id)
        for _, item in one.items.values()
    }


def describe_control_changes(
    before: Mapping[str, Checklist], after: Mapping[str, Checklist]
) -> Iterator[str]:
    """Yield which controls are to be tested again and again now, and which are not any more."""
    old, new = (
        [
            item.code
            for one in lists.values()
            if is_control_list(one.id)
            for _, item in one.items.values()
        ]
        for lists in (before, after)
    )
    came = [code for code in new if code not in old]
    gone = [code for code in old if code not in new]
    if came:
        yield f"{pluralize(len(came), 'control')} more to be tested every year: {', '.join(came)}"
    if gone:
        count = pluralize(len(gone), "control")
        yield f"{count} no longer to be tested every year: {', '.join(gone)}"


class _Use(Struct, frozen=True):
    """A control in the list of a rule: how often, and for which profiles by their places."""

    rule: Entry
    every: str
    places: tuple[int, ...]


def _find_controls(release: Release, profiles: Sequence[Profile]) -> dict[str, _Use]:
    """Return each control that a rule lists with a period, in the order of their ids."""
    found: dict[str, _Use] = {}
    for place, profile in enumerate(profiles):
        applying = list_applicable(release, profile, PROVIDER)
        for name in applying:
            entry = release.entries[name]
            for control, every in _recurring(entry, profile.get("class", ANY)):
                before = found.get(control)
                places = before.places if before and before.rule.id == name else ()
                if place not in places:
                    found[control] = _Use(entry, every, (*places, place))
    return {control: found[control] for control in sorted(found, key=_sort_key)}


def _sort_key(control: str) -> tuple[str, int, int]:
    family, _, rest = control.partition("-")
    number, _, part = rest.rstrip(")").partition("(")
    return family, int(number), int(part or 0)


def _recurring(entry: Entry, certification_class: str) -> Iterator[tuple[str, str]]:
    """Yield each control that an entry lists for a class with how often it is due again."""
    wordings: Iterable[Wording] = entry.wordings().values()
    if certification_class != ANY and entry.by_class:
        own = entry.wording(certification_class)
        wordings = [own] if own else []
    for wording in wordings:
        every = find_period(wording) if wording.controls else ""
        if every:
            for ids in wording.controls.values():
                yield from ((control, every) for one in ids for control in find_controls(one))


def _build_item(
    control: str,
    use: _Use,
    profiles: Sequence[Profile],
    text: ControlGuidance | None,
    official: bool,
) -> Item:
    wanted = [profiles[place] for place in use.places]
    applies = find_condition(wanted, profiles)
    said = list(_control_text(text)) if text else []
    parts = (text.common, *text.by_class.values()) if text else ()
    named = dict.fromkeys(one.id for part in parts for one in part.parameters)
    facts = f"- Listed by: {use.rule.id}, {one_line(use.rule.title, 200)}"
    if named and not official:
        facts += f"\n- FedRAMP sets a value for: {', '.join(named)}"
    place = f"Listed by {use.rule.id}"
    return Item(
        control.lower().replace("(", "-").rstrip(")"),
        place,
        code=control,
        remarks=facts,
        statement="\n".join(said) if official else "",
        kind=ItemKind.TEST,
        level=Level.MUST,
        controls=(control,),
        applies=dict(enclose(wanted) if applies is None else applies) or None,
        every=use.every,
        source=SourceRef(SOURCE, f"{control}, {place}"),
        own_basis=fingerprint([control, use.every, said]),
    )


def _control_text(text: ControlGuidance) -> Iterator[str]:
    """Yield FedRAMP's guidance and parameter values for a control, common ones and by class."""
    parts = {"": text.common, **text.by_class}
    for key, wording in parts.items():
        lead = f"Class {key.upper()}: " if key else ""
        yield from (f"{lead}{one_line(one, 2000)}" for one in wording.guidance)
        yield from (f"{lead}{one.id}: {one_line(one.value, 2000)}" for one in wording.parameters)
