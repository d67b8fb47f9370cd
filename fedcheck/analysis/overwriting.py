"""Find the recorded work that a change would replace: the one rule by which every front end asks.

A change of several items, or one that copies a test onto another (`set` with several items, a query
or `--like`, "same as last" and marked items in the app, an import), asks before it replaces:

- another person's result, observation, other field of a test, assessment, note or response, with
  another value or with nothing;
- a result with a different result, whoever recorded it.

A field of a test belongs to the tester, one of an assessment to the assessor. If none is named, and
for notes, the field belongs to the person who wrote it last according to the history. A text that
another person wrote into your own test is theirs. Two changes are not asked about: a text that is
added to (the new one contains the old one), and the result of a retest, which is recorded in
addition to the first result, with its own date.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.consequences import add_consequences
from fedcheck.domain.change import OUTSIDE, AnyRecord, Change, HistoryLine, is_import, is_outside
from fedcheck.domain.change_text import class_of
from fedcheck.domain.edits import Edit, plan_edits
from fedcheck.domain.field_values import field_value
from fedcheck.domain.fields import field_of
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError, RuleError

RESULTS = ("result", "verified", "validated")
"""What is asked about, whoever gave it, before it becomes a different one."""

NAMED_BY: Mapping[str, str] = {
    "result": "tester",
    "observation": "tester",
    "tester": "tester",
    "sample": "tester",
    "differential": "tester",
    "verified": "assessor",
    "validated": "assessor",
    "summary": "assessor",
    "assessor": "assessor",
    "note": "",
    "response": "",
}
"""The fields that are asked about, each with the field that names whose it is; empty for none."""

_DAY_OF = {"tester": "tested", "assessor": "assessed"}
_FOLLOWS = {"tester": ("result",), "assessor": ("verified", "validated", "summary")}

NAMED = 3
"""How many items that share a line, or how many people, are named."""

History = Callable[[Collection[str]], Iterable[HistoryLine]]
"""Reads the history of records and of imports, the oldest line first; called only where something
is replaced."""


class Replaced(Struct, frozen=True):
    """One value that a change would replace.

    Attributes:
        whose: the person whose it is; empty where nobody knows.
        mine: whether it is the person's own who acts.
        on: the day it was tested, assessed or written.
    """

    ref: str
    field: str
    whose: str
    mine: bool
    on: date | None
    old: Any
    new: Any


def plan_edit(
    project: Project, refs: Sequence[str], edit: Edit, today: date, who: str
) -> list[Change]:
    """Return the changes that an edit of records would make; none where the rules refuse it."""
    edits = add_consequences(project, [(ref, edit) for ref in refs])
    items = {ref: project.item(ref) for ref, _ in edits}
    try:
        return plan_edits(edits, project.thing, items, today, who)
    except RuleError:
        return []


def list_replaced(
    project: Project, changes: Iterable[Change], who: str, history: History, zone: tzinfo
) -> list[Replaced]:
    """Return what changes would replace that a person has to be asked about.

    Args:
        project: what is recorded now.
        changes: what would be changed, from what is recorded now.
        who: the person who acts.
        history: reads the history.
        zone: the time zone of the workspace.
    """
    changes = list(changes)
    retested = {one.ref for one in changes if one.field in ("retest", "retested") and one.new}
    found = [one for one in changes if _replaces(one) and _is_asked(one, retested)]
    if not found:
        return []
    lines: dict[tuple[str, str], list[HistoryLine]] | None = None
    imports: set[str] = set()
    replaced = []
    for change in found:
        record = project.record(change.ref)
        naming = NAMED_BY[change.field]
        whose = getattr(record, naming) if naming else ""
        on = getattr(record, _DAY_OF[naming]) if naming else None
        mine = _is_same(whose, who)
        if not whose or (mine and change.field not in (*RESULTS, naming)):
            if lines is None:
                lines, imports = _index_lines(project, history({one.ref for one in found}), found)
            last = _find_author(lines.get((change.ref, change.field), ()), change.old)
            if last is not None and (not whose or _is_other(last, who, imports)):
                whose, on = last.by, last.counts_on(zone)
                mine = _is_same(whose, who)
        if not mine or (change.field in RESULTS and change.new):
            args = (change.ref, change.field, whose, mine, on, change.old, change.new)
            replaced.append(Replaced(*args))
    return replaced


def _replaces(change: Change) -> bool:
    """Return whether a change of a record removes a value that the new one does not contain."""
    if change.field not in NAMED_BY or class_of(change.ref) is not Record:
        return False
    old, new = str(change.old or ""), str(change.new or "")
    if not old or old == new:
        return False
    return change.field in RESULTS or not new or old.strip() not in new


def _is_asked(change: Change, retested: set[str]) -> bool:
    return not (change.field == "result" and change.ref in retested)


def _is_same(name: str, who: str) -> bool:
    return name.strip().casefold() == who.strip().casefold()


def _is_other(line: HistoryLine, who: str, imports: set[str]) -> bool:
    """Return whether another person wrote a line about one's own test.

    Hand edits and imports do not count: their words may be anybody's.
    """
    return not (is_outside(line) or _is_same(line.by, who) or line.tx in imports)


def _index_lines(
    project: Project, history: Iterable[HistoryLine], changes: Iterable[Change]
) -> tuple[dict[tuple[str, str], list[HistoryLine]], set[str]]:
    """Return the lines of the fields that changes name, and the transactions that were imports."""
    wanted = {(one.ref, one.field) for one in changes}
    renamed = {
        f"{name}:{old}": f"{name}:{new}"
        for name, ids in project.renamed.items()
        for old, new in ids.items()
    }
    found: dict[tuple[str, str], list[HistoryLine]] = {}
    imports: set[str] = set()
    for line in history:
        if is_import(line.change):
            imports.add(line.tx)
        key = renamed.get(line.change.ref, line.change.ref), line.change.field
        if key in wanted:
            found.setdefault(key, []).append(line)
    return found, imports


def _find_author(lines: Sequence[HistoryLine], value: Any) -> HistoryLine | None:
    """Return the line that wrote a value; an undo, a merge or a hand edit only where none else."""
    wrote = [one for one in lines if one.change.new == value]
    own = [one for one in wrote if not (one.undoes or one.merged or is_outside(one))]
    return next(reversed(own or wrote or list(lines)), None)


def list_left(refs: Iterable[str], replaced: Iterable[Replaced]) -> list[str]:
    """Return the records in which nothing is replaced: "only the empty ones"."""
    taken = {one.ref for one in replaced}
    return [ref for ref in refs if ref not in taken]


def count_items(replaced: Iterable[Replaced]) -> int:
    """Return in how many items something is replaced."""
    return len({one.ref for one in replaced})


def describe(replaced: Iterable[Replaced], most: int = 0) -> list[str]:
    """Return whose work is replaced: one line for all items with the same description.

    `ac-01b, ac-01c: ben's result other-than-satisfied -> satisfied, observation (2026-11-27)`.
    After `most` lines, where that is given, the other items are counted.
    """
    by_owner: dict[tuple[str, str, bool], list[Replaced]] = {}
    for one in replaced:
        by_owner.setdefault((one.ref, one.whose, one.mine), []).append(one)
    by_words: dict[str, list[str]] = {}
    for (ref, whose, mine), of_it in by_owner.items():
        names = {one.field for one in of_it}
        told = [one for one in of_it if not names.intersection(_FOLLOWS.get(one.field, ()))]
        days = [one.on for one in of_it if one.on]
        when = f" ({max(days)})" if days else ""
        what = ", ".join(_describe_value(one) for one in told)
        words = f"{_possessive(whose, mine)} {what}{when}"
        by_words.setdefault(words, []).append(one_line(split_ref(ref)[1], 30))
    lines = [f"{_join_names(names)}: {words}" for words, names in by_words.items()]
    if not most or len(lines) <= most:
        return lines
    rest = sum(len(names) for names in list(by_words.values())[most:])
    return [*lines[:most], f"and {pluralize(rest, 'more item')}"]


def _join_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _possessive(whose: str, mine: bool) -> str:
    if mine:
        return "your"
    if not whose or whose == OUTSIDE:
        return "an unknown person's"
    return f"{one_line(whose, 40)}'s"


def _describe_value(one: Replaced) -> str:
    row = field_of(Record, one.field)
    word = row.word if row else one.field
    if one.field in RESULTS:
        return f"{word} {one.old} -> {one.new or 'none'}"
    return word if one.new else f"{word} (cleared)"


def summarize(replaced: Sequence[Replaced], total: int) -> str:
    """Return whose work is replaced, and in how many items: `ben's work in 2 of 5 items`."""
    owners = list(dict.fromkeys(_possessive(one.whose, one.mine) for one in replaced))
    many = len(owners) > NAMED
    whose = f"{len(owners)} people's" if many else " and ".join(owners)
    count = count_items(replaced)
    if total <= 1:
        return f"{whose} work in this item"
    where = f"{count} of {total}" if count < total else "both" if total == 2 else f"all {total}"
    return f"{whose} work in {where} items"


def refuse_unseen(planned: Iterable[Change], who: str) -> Callable[[Change, AnyRecord], None]:
    """Return a guard that refuses to replace what came to disk after a person was asked.

    The person's own results may have come by a key that was pressed just before. Raises
    FedcheckError (refused).
    """
    seen = {(one.ref, one.field): one.old for one in planned}

    def guard(change: Change, record: AnyRecord) -> None:
        if not isinstance(record, Record) or change.field not in NAMED_BY:
            return
        now = field_value(record, change.field)
        naming = NAMED_BY[change.field]
        if naming and _is_same(getattr(record, naming), who):
            return
        if _replaces(replace(change, old=now)) and now != seen.get((change.ref, change.field)):
            raise FedcheckError(
                f"{change.ref}: somebody else changed the {change.field} in the meantime; nothing "
                "was changed",
                "check it, then try again",
                ErrorKind.REFUSED,
            )

    return guard
