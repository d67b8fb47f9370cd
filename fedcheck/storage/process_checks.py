"""Checks of a process file: whatever it names must be in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fedcheck.domain.checklist import OVERLAID
from fedcheck.domain.dates import parse_due
from fedcheck.domain.key import is_id
from fedcheck.domain.process import Milestone, Process
from fedcheck.domain.text import one_line
from fedcheck.storage.list_checks import check_options, note_repeated_ids, note_unknown
from fedcheck.storage.loaded_files import KeyPath
from fedcheck.storage.problems import Collector

ARRAYS = ("role", "phase", "milestone", "deliverable", "ruleset", "requirement-kind", "source")
"""The arrays of tables whose ids must differ."""


def check_process(
    process: Process, folder: str, data: Mapping[str, Any], problems: Collector
) -> None:
    """Note everything in a process that does not fit together.

    Args:
        process: the process, decoded.
        folder: the name of the folder that its file is in.
        data: the file as parsed.
        problems: what takes the problems.
    """
    if process.id != folder:
        problems.add(
            ("id",),
            f'the id "{process.id}" is not the name of the folder',
            f"name the folder {process.id}, or change the id",
        )
    for array in ARRAYS:
        note_repeated_ids(data, array, problems)
    _check_roles(process, problems)
    _check_names(process, problems)
    _check_milestones(process, problems)
    for i, deliverable in enumerate(process.deliverables):
        at: KeyPath = ("deliverable", i)
        note_unknown(deliverable.owner, process.all_roles, "role", (*at, "owner"), problems)
        for name in deliverable.reviewers:
            note_unknown(name, process.all_roles, "role", (*at, "reviewers"), problems)
        for name in deliverable.decided_by:
            note_unknown(name, process.all_roles, "role", (*at, "decided-by"), problems)
    _check_profile(process, problems)
    _check_rulesets(process, problems)
    sources = [one.id for one in process.sources]
    for place, source in _sources(process):
        note_unknown(source, sources, "source", place, problems)


def _check_roles(process: Process, problems: Collector) -> None:
    if process.roles and process.role_tables:
        text = "the roles are listed twice, as roles = [...] and as [[role]]"
        problems.add(("roles",), text, "keep the [[role]] tables")
    elif not any(not one.optional for one in process.role_tables) and not process.roles:
        text = "the process has no role"
        problems.add((), text, 'add [[role]] with id = "csp" and a title')
    for i, name in enumerate(process.roles):
        if not is_id(name):
            text = f'"{one_line(name, 60)}" is not an id'
            problems.add(("roles", i), text, "use lower-case letters, digits, dots and hyphens")
    for duty in ("provider", "assessor"):
        holders = [i for i, one in enumerate(process.role_tables) if one.duty == duty]
        for i in holders[1:]:
            text = f"two roles have the duty {duty}"
            problems.add(("role", i, "duty"), text, "correct one of them")


def _check_names(process: Process, problems: Collector) -> None:
    phases = [phase.id for phase in process.phases]
    if not phases:
        problems.add(("phase",), "the process has no phase", "add [[phase]] with id and title")
    for i, name, owner in _find_named_twice([(one.id, one.lists) for one in process.phases]):
        text = f'the phase {owner} already has the checklist "{one_line(name, 60)}"'
        problems.add(("phase", i, "lists"), text, "a checklist is in one phase")
    for i, name, owner in _find_named_twice([(one.id, one.also) for one in process.milestones]):
        text = f'the milestone {owner} already replaces "{one_line(name, 60)}"'
        problems.add(("milestone", i, "also"), text, "one milestone can replace it")
    if process.assessment:
        note_unknown(process.assessment, phases, "phase", ("assessment",), problems)
    for i, name in enumerate(process.shares_lists_with):
        if name == process.id or not is_id(name):
            text = f'"{one_line(name, 60)}" is not the id of another process'
            problems.add(("shares-lists-with", i), text, "remove it")


def _find_named_twice(
    tables: Sequence[tuple[str, Sequence[str]]],
) -> Iterator[tuple[int, str, str]]:
    """Yield what a table names that an earlier one has: its place, the name, the earlier id."""
    owners: dict[str, str] = {}
    for i, (owner, names) in enumerate(tables):
        for name in names:
            if owners.setdefault(name, owner) != owner:
                yield i, name, owners[name]


def _check_milestones(process: Process, problems: Collector) -> None:
    phases = [phase.id for phase in process.phases]
    milestones = {milestone.id: milestone for milestone in process.milestones}
    values = {name: option.values for name, option in (process.profile or {}).items()}
    for i, phase in enumerate(process.phases):
        check_options(phase.applies or {}, values, ("phase", i, "applies"), problems)
    for i, milestone in enumerate(process.milestones):
        at: KeyPath = ("milestone", i)
        check_options(milestone.applies or {}, values, (*at, "applies"), problems)
        for name in milestone.closes:
            note_unknown(name, phases, "phase", (*at, "closes"), problems)
        for name in milestone.roles:
            note_unknown(name, process.all_roles, "role", (*at, "roles"), problems)
        anchor = _anchor(milestone)
        if anchor and ":" not in anchor:
            note_unknown(anchor, milestones, "milestone", (*at, "default"), problems)
        if _leads_back(milestone, milestones):
            text = f'the date of "{milestone.id}" depends on itself'
            problems.add((*at, "default"), text, "base it on another milestone")
        _check_decision(process, milestone, at, problems)


def _anchor(milestone: Milestone) -> str:
    return parse_due(milestone.default).anchor if milestone.default else ""


def _leads_back(milestone: Milestone, milestones: Mapping[str, Milestone]) -> bool:
    seen: set[str] = set()
    name = _anchor(milestone)
    while name in milestones and name not in seen:
        if name == milestone.id:
            return True
        seen.add(name)
        name = _anchor(milestones[name])
    return False


def _check_decision(
    process: Process, milestone: Milestone, at: KeyPath, problems: Collector
) -> None:
    """Note what is wrong with who decides at a milestone: a fact that needs its source."""
    for name in milestone.decided_by:
        note_unknown(name, process.all_roles, "role of this process", (*at, "decided-by"), problems)
    if (milestone.decided_by or milestone.decision) and milestone.decision_source is None:
        text = "who decides is stated without a source"
        problems.add(at, text, "add decision-source, or remove decided-by and decision")


def _check_profile(process: Process, problems: Collector) -> None:
    options = process.profile or {}
    for name, option in options.items():
        at: KeyPath = ("profile", name)
        if name == "process" or name in OVERLAID or not is_id(name):
            text = f'a profile option cannot be named "{one_line(name, 60)}"'
            problems.add(at, text, "choose another name, in lower-case letters")
        if not option.values:
            problems.add((*at, "values"), f"the option {name} has no values", "name at least one")
        for value in {one for one in option.values if option.values.count(one) > 1}:
            problems.add((*at, "values"), f'the value "{one_line(value, 60)}" is listed twice')
        if option.default:
            note_unknown(
                option.default, option.values, f"value of {name}", (*at, "default"), problems
            )
        for value in option.titles or {}:
            known = (*option.values, *option.also)
            note_unknown(value, known, f"value of {name}", (*at, "titles", value), problems)
    values = {name: option.values for name, option in options.items()}
    for i, combination in enumerate(process.combinations):
        check_options(combination, values, ("profile-combination", i), problems)
    default = {name: option.default for name, option in options.items() if option.default}
    if len(default) == len(options) and not process.allows(default):
        text = "the profile defaults are not a valid combination"
        problems.add(("profile-combination",), text, "change a default, or add the combination")


def _check_rulesets(process: Process, problems: Collector) -> None:
    values = {name: option.values for name, option in (process.profile or {}).items()}
    milestones = [milestone.id for milestone in process.milestones]
    for i, rules in enumerate(process.rulesets):
        at: KeyPath = ("ruleset", i)
        check_options(rules.applies or {}, values, (*at, "applies"), problems)
        if rules.grace_after:
            note_unknown(rules.grace_after, milestones, "milestone", (*at, "grace-after"), problems)
        binds = rules.maintain or rules.obtain
        if rules.grace and binds and rules.grace < binds:
            text = f"the grace period ends before the rules bind, on {binds}"
            problems.add((*at, "grace"), text, "check the dates")


def _sources(process: Process) -> Iterator[tuple[KeyPath, str]]:
    """Yield every source that is named, with its place."""
    arrays: Mapping[str, Any] = {
        "phase": process.phases,
        "milestone": process.milestones,
        "deliverable": process.deliverables,
        "ruleset": process.rulesets,
    }
    for array, tables in arrays.items():
        for i, table in enumerate(tables):
            for field in ("source", "decision_source"):
                source = getattr(table, field, None)
                if source is not None:
                    yield (array, i, field.replace("_", "-")), source.id
