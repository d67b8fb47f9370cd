"""What items owe at a gate: which kinds of things each lacks, and the words for it."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis import waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_answer import Outstanding, Remark
from fedcheck.analysis.unsettled import UNSETTLED_WORDS
from fedcheck.domain.glossary import (
    DEMANDED,
    PROHIBITED,
    UNVERIFIED_WORDS,
    EvidenceState,
    Status,
)
from fedcheck.domain.process import role_label
from fedcheck.domain.row import Row
from fedcheck.domain.set_twice import is_unsettled
from fedcheck.domain.text import pluralize

EVIDENCE_WORDS = {
    "stale": "evidence is too old",
    "missing": "an evidence file is missing",
    "changed": "an evidence file changed",
}

_OK, UNVERIFIED = EvidenceState.OK, EvidenceState.UNVERIFIED

UPSTREAM_WORDS = "changed upstream and not reviewed since"


class ItemRules(Struct, frozen=True):
    """What items are judged by: the board, and since when they have their status."""

    board: Board
    days: Mapping[str, date]


class OutstandingItem(Struct, eq=False):
    """One thing that an item lacks; the words are found when somebody reads them, once."""

    kind: str
    ref: str
    phase: str
    row: Row
    rules: ItemRules
    _described: Outstanding | None = None

    def find_owner(self) -> tuple[str, str]:
        """Return who owes it, and in which role."""
        of = _find_owing(self.rules.board, self.row, self.kind)
        return of.responsible or of.role, of.role

    def in_full(self) -> Outstanding:
        """Return it with the reason, the owner and the date; all gates share one."""
        if self._described is None:
            self._described = _describe(self.rules, self.row, self.kind)
        return self._described


def list_kinds(board: Board, row: Row) -> Sequence[str]:
    """Return the kinds of what a gate that asks for an item lacks of it (`Outstanding`)."""
    level, record = row.item.level, row.record
    optional, status = level == "may", record.status
    if status == "done":
        found = [] if optional else _list_kinds_of_done(row)
        if record.result == "other-than-satisfied" and is_unplanned(board, row):
            found.insert(0, "finding")
    elif optional:
        return ()
    elif status == "na":
        found = _list_kinds_of_na(row)
    else:
        found = ["open"] if level in DEMANDED else ["declined"]
    if record.extra and not optional and is_unsettled(record.extra):
        found.insert(0, "unsettled")
    return found


def _list_kinds_of_na(row: Row) -> list[str]:
    found = [] if row.record.reason else ["reason"]
    if row.changed:
        found.append("upstream")
    if row.record.reason and row.unobserved:
        found.append("observation")
    return found


def _list_kinds_of_done(row: Row) -> list[str]:
    item, record = row.item, row.record
    found = ["evidence"] if item.expects and not record.evidence else []
    if row.evidence.count(_OK) < len(row.evidence):
        found += [state for state in EVIDENCE_WORDS if state in row.evidence]
    if row.waits:
        found.append("needs")
    if item.kind == "test":
        if not record.result:
            found.append("result")
        if row.unobserved:
            found.append("observation")
    if row.changed:
        found.append("upstream")
    return found


def _describe(rules: ItemRules, row: Row, kind: str) -> Outstanding:
    board = rules.board
    of = _find_owing(board, row, kind)
    day = waiting_since.find_outstanding_since(board, row, kind, rules.days)
    why = _state_reason(board, row, kind, of)
    return Outstanding(kind, row.ref, why, of.responsible or of.role, of.role, row.phase, day)


def _state_reason(board: Board, row: Row, kind: str, waited: Row) -> str:
    """State why something is missing; `waited` is the item of the other side, or the item."""
    match kind:
        case "unsettled":
            return UNSETTLED_WORDS
        case "open":
            return _open_words(row, waited)
        case "declined":
            return f"not {_done_word(row)} and not declined"
        case "reason":
            return "not applicable without a reason"
        case "upstream":
            return UPSTREAM_WORDS
        case "finding":
            return _finding_words(board, row)
        case "evidence":
            return f"done without evidence; expected: {row.item.expects[0]}"
        case "stale":
            return describe_stale(row, board.today)
        case "needs":
            verb = "but it needs" if waited is row else f"and {role_label(row.role)} waits for"
            return f"done, {verb} {', '.join(row.waits)}"
        case "result":
            return "tested without a result"
        case "observation":
            is_na = row.record.status == Status.NA
            na = "not applicable, without a reason in the workbook"
            return na if is_na else "a result without an observation"
    return EVIDENCE_WORDS[kind]


def describe_stale(row: Row, today: date) -> str:
    """State that evidence is too old: today, or on which day before the milestone it serves."""
    turns = waiting_since.find_stale_day(row)
    if turns is None or turns <= today:
        return EVIDENCE_WORDS["stale"]
    return f"evidence goes stale on {turns.isoformat()}"


def _find_owing(board: Board, row: Row, kind: str) -> Row:
    """Return the item whose owner owes what an item lacks."""
    return _find_other_side(board, row) if kind in ("open", "needs") else row


def _find_other_side(board: Board, row: Row) -> Row:
    """Return the first item that an item waits for, where it waits for other roles alone; or it.

    An item that is blocked or in progress stays with its role.
    """
    if not row.waits or row.record.status in (Status.BLOCKED, Status.DOING):
        return row
    needed = [board.rows[ref] for ref in row.waits if ref in board.rows]
    if not needed or any(one.role == row.role for one in needed):
        return row
    return needed[0]


def find_remark(row: Row) -> Remark | None:
    """Return what is to be stated about unverified evidence where the gate would judge it."""
    if row.record.status != "done" or row.optional:
        return None
    count = row.evidence.count(UNVERIFIED)
    why = f"{pluralize(count, 'evidence file is', 'evidence files are')} {UNVERIFIED_WORDS}"
    owner = row.responsible or row.role
    return Remark(UNVERIFIED, row.ref, why, owner, row.role, row.phase, row.item.title)


def _open_words(row: Row, waited: Row) -> str:
    record = row.record
    if record.status == "blocked":
        return f"blocked: {record.reason}" if record.reason else "blocked, no reason given"
    words = "in progress" if record.status == "doing" else f"not {_done_word(row)}"
    if row.overdue and row.due:
        words += f", due {row.due.isoformat()}"
    if row.waits:
        whose = "" if waited is row else f"{role_label(row.role)} "
        words += f", {whose}waits for {row.waits[0]}"
        if len(row.waits) > 1:
            words += f" and {pluralize(len(row.waits) - 1, 'other')}"
    return words


def _done_word(row: Row) -> str:
    """Return what a tick means: a prohibition is not done but confirmed."""
    return "confirmed" if row.item.level in PROHIBITED else "done"


def is_unplanned(board: Board, row: Row) -> bool:
    """Return whether an item is other than satisfied without a planned finding."""
    if row.record.result != "other-than-satisfied" or not row.record.closed:
        return False
    return not any(one.planned for one in board.project.findings_of(row.ref))


def _finding_words(board: Board, row: Row) -> str:
    raised = board.project.findings_of(row.ref)
    if not raised:
        return "other than satisfied, without a planned finding"
    first = raised[0]
    return f"other than satisfied; finding {first.id} is {first.lacks}: {first.title}"
