"""Gates: is a milestone's gate met, and if not, what is missing (design, section 3)."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_answer import NO_DAYS as NO_DAYS
from fedcheck.analysis.gate_answer import Counted, Part, Remark
from fedcheck.analysis.gate_answer import Gate as Gate
from fedcheck.analysis.gate_answer import Outstanding as Outstanding
from fedcheck.analysis.outstanding_issues import (
    IssueRules,
    list_outstanding_issues,
    list_outstanding_rest,
)
from fedcheck.analysis.outstanding_items import (
    UNVERIFIED,
    ItemRules,
    OutstandingItem,
    find_remark,
    list_kinds,
)
from fedcheck.analysis.rulesets import list_rulesets, select_lapsed
from fedcheck.domain.glossary import DEMANDED
from fedcheck.domain.process import Milestone
from fedcheck.domain.row import Row
from fedcheck.domain.text import pluralize

GRACE = "grace"
"""The kind of a remark that a grace period is over."""


class _Group(Struct, frozen=True):
    """What neighboring items of a list owe that come after the same milestone, or after none.

    Every gate asks for all of them, or for none.
    """

    after: str
    part: Part
    remarks: list[Remark]


class _Judging(Struct, frozen=True):
    """What gates of one board share: each item, issue and ruleset is judged once for all of them.

    Attributes:
        lists: what the lists judged so far owe.
        graces: the remarks on rulesets, by the roles that a gate asks.
    """

    board: Board
    items: ItemRules
    issues: IssueRules
    lists: dict[str, list[_Group]]
    graces: dict[tuple[str, ...], list[Remark]]


def gate(board: Board, milestone: Milestone, days: Mapping[str, date] = NO_DAYS) -> Gate:
    """Judge the gate of a milestone on the day of the board.

    Args:
        board: the project on that day.
        milestone: the milestone.
        days: since when items and requests have their status, as far as the history knows
            (`find_status_dates`); it only shows since when something is owed.
    """
    return _judge(_begin(board, days), milestone)


def gates(board: Board, days: Mapping[str, date] = NO_DAYS) -> list[Gate]:
    """Judge the gates of all milestones, in their order."""
    judging = _begin(board, days)
    return [_judge(judging, milestone) for milestone in board.project.process.milestones]


def _begin(board: Board, days: Mapping[str, date]) -> _Judging:
    return _Judging(board, ItemRules(board, days), IssueRules(board, days), {}, {})


def _judge(judging: _Judging, milestone: Milestone) -> Gate:
    board, process = judging.board, judging.board.project.process
    parts: list[Part] = []
    remarks: list[Remark] = []
    for name, rows in board.rows_by_list.items():
        if not milestone.asks_for(rows[0].phase, rows[0].role):
            continue
        if name not in judging.lists:
            judging.lists[name] = _judge_list(judging.items, rows)
        for group in judging.lists[name]:
            if not process.is_later(group.after, milestone.id):
                parts.append(group.part)
                remarks += group.remarks
    if milestone.closes:
        rest = [*list_outstanding_issues(judging.issues, milestone)]
        asked = (row for row in board.rows.values() if asks_for(board, milestone, row))
        rest += list_outstanding_rest(judging.issues, milestone, asked)
        parts += (Part(phase, tuple(ones)) for phase, ones in groupby(rest, attrgetter("phase")))
        if milestone.roles not in judging.graces:
            judging.graces[milestone.roles] = list(_list_lapsed_graces(board, milestone))
        remarks += judging.graces[milestone.roles]
    return Gate(milestone, board.dates.get(milestone.id), tuple(parts), tuple(remarks))


def _judge_list(rules: ItemRules, rows: list[Row]) -> list[_Group]:
    board, first = rules.board, rows[0]
    if first.private or first.unknown:  # as all items of the list are then
        return []
    phase, found = first.phase, []
    for after, members in groupby(rows, attrgetter("item.after")):
        owed: list[Counted] = []
        remarks: list[Remark] = []
        for row in members:
            for kind in list_kinds(board, row):
                owed.append(OutstandingItem(kind, row.ref, phase, row, rules))
            if UNVERIFIED in row.evidence and (remark := find_remark(row)):
                remarks.append(remark)
        found.append(_Group(after, Part(phase, owed), remarks))
    return found


def asks_for(board: Board, milestone: Milestone, row: Row) -> bool:
    """Return whether the gate of a milestone judges an item, of whatever level."""
    if row.private or row.unknown or not milestone.asks_for(row.phase, row.role):
        return False
    return not board.project.process.is_later(row.item.after, milestone.id)


def _list_lapsed_graces(board: Board, milestone: Milestone) -> Iterator[Remark]:
    """Yield the rulesets whose grace is over while the gate's roles have not done what they demand.

    It counts whatever phase it belongs to: the rules bind, whichever milestone is spoken of.
    """
    for one in select_lapsed(list_rulesets(board, milestone.roles), board.today):
        demanded = sum(row.item.level in DEMANDED for row in one.rows)
        roles = list(dict.fromkeys(row.role for row in one.open_rows))
        role = roles[0] if len(roles) == 1 else ""
        bound = one.ruleset.maintain or one.ruleset.obtain
        since = "it has been binding since" if one.grace == bound else "its grace period ended on"
        why = (
            f"{since} {one.grace}, and {len(one.open_rows)} of"
            f" {pluralize(demanded, 'binding item')} {'is' if demanded == 1 else 'are'} not done"
        )
        ref = f"rulesets:{one.ruleset.id}"
        yield Remark(GRACE, ref, why, role, role, "", one.ruleset.title)
