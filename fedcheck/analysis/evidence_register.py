"""The evidence register: all evidence of the workspace, how it stands, until when it holds."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence import (
    find_newest_date,
    find_stale_date,
    predict_stale_date,
    resolve_age_limit,
)
from fedcheck.analysis.issue_evidence import list_issue_rows
from fedcheck.analysis.milestones import Calendar, find_phase_ends
from fedcheck.domain.dates import parse_max_age, shift_clamped
from fedcheck.domain.evidence import Evidence, normalize_link
from fedcheck.domain.glossary import UNSOUND_STATES, UNVERIFIED_WORDS, EvidenceState
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row
from fedcheck.domain.text import pluralize


class UnsoundEvidence(Struct, frozen=True):
    """A piece of evidence that is stale, missing or changed, and why in a few words."""

    row: Row
    evidence_item: Evidence
    state: str
    why: str


def list_unsound_evidence(board: Board) -> list[UnsoundEvidence]:
    """Return the evidence that does not count, in the order of the items."""
    return [
        UnsoundEvidence(row, evidence_item, state, _explain_state(board, row, evidence_item, state))
        for row in board.rows.values()
        for evidence_item, state in zip(row.record.evidence, row.evidence, strict=True)
        if state in UNSOUND_STATES
    ]


def _explain_state(board: Board, row: Row, evidence_item: Evidence, state: str) -> str:
    if state == "missing":
        return "file not found"
    if state == "changed":
        return "its hash differs"
    span, judged = resolve_age_limit(row.item.max_age, board.calendar, board.today)
    if evidence_item.expires and evidence_item.expires < judged:
        verb = "expired" if evidence_item.expires < board.today else "expires"
        return f"{verb} on {evidence_item.expires}"
    if span and evidence_item.collected is None:
        return "its date is unknown"
    if span and evidence_item.collected and shift_clamped(evidence_item.collected, span) < judged:
        return f"older than {span} {_describe_judging_date(board.calendar, row)}"
    return f"due again: older than {row.item.every}"


def _describe_judging_date(calendar: Calendar, row: Row) -> str:
    at = parse_max_age(row.item.max_age).at
    milestone = calendar.project.process.milestone(at)
    day = calendar.anchor(at) if at else None
    return f"at {milestone.title if milestone else at}, {day}" if day else "today"


STANDINGS: tuple[str, ...] = (
    "missing",
    "changed",
    "stale",
    "lacking",
    "soon",
    "unverified",
    "ok",
    "expected",
)
"""How a row stands, the worst first. `lacking`: done, and the evidence that is expected is not
there; `soon`: still good, but stale before the next milestone; `unverified`: its file has not been
hashed on this machine as it is now; `expected`: open, and none yet."""


class EvidenceUse(Struct, frozen=True):
    """A piece of evidence on one item; no piece where one is expected and none is attached.

    Attributes:
        state: one of `EvidenceState`; `lacking` or `expected` without a piece.
        stale_from: the first day on which it is too old, whatever it is judged by.
        at: id of the milestone that it is judged at; empty where each day judges it.
        turns: the first day on which it is stale in fact, as things stand; none if it never is.
        soon: whether that is before the next milestone.
    """

    row: Row
    evidence_item: Evidence | None
    state: str
    stale_from: date | None = None
    at: str = ""
    turns: date | None = None
    soon: bool = False

    @property
    def standing(self) -> str:
        """Return how it stands, one of STANDINGS."""
        return "soon" if self.soon else self.state

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return STANDINGS.index(self.standing)


class EvidenceRow(Struct, frozen=True, dict=True):
    """One link, with the items that it stands for; or an item that lacks evidence."""

    uses: tuple[EvidenceUse, ...]

    @cached_property
    def worst(self) -> EvidenceUse:
        """Return the use that stands worst, or goes stale first."""
        return min(self.uses, key=lambda use: (use.rank, use.turns or use.stale_from or date.max))

    @property
    def standing(self) -> str:
        """Return how the row stands: as its worst use."""
        return self.worst.standing

    @property
    def evidence_item(self) -> Evidence | None:
        """Return the piece, as the worst of its items knows it."""
        return self.worst.evidence_item

    @property
    def kind(self) -> str:
        """Return `file`, `url` or `ticket`; empty where there is no piece."""
        return self.evidence_item.kind if self.evidence_item else ""

    @property
    def key(self) -> tuple[str, str]:
        """Return what distinguishes this row, from one state of the workspace to the next."""
        evidence_item = self.evidence_item
        return (
            (evidence_item.kind, normalize_link(evidence_item.link))
            if evidence_item
            else ("", self.uses[0].row.ref)
        )

    @property
    def name(self) -> str:
        """Return what to call it; without a piece, what is expected."""
        return (
            self.evidence_item.name
            if self.evidence_item
            else "; ".join(self.uses[0].row.item.expects)
        )

    @property
    def refs(self) -> tuple[str, ...]:
        """Return the items that it stands for."""
        return tuple(dict.fromkeys(use.row.ref for use in self.uses))

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """Return reference and evidence id of each use."""
        return tuple((use.row.ref, use.evidence_item.id) for use in self.uses if use.evidence_item)

    def only(self, ref: str) -> "EvidenceRow":
        """Return the row as it is on one item."""
        return replace(self, uses=tuple(use for use in self.uses if use.row.ref == ref))


class EvidenceRegister(Struct, frozen=True, dict=True):
    """All rows of a board, in the order of its items.

    Attributes:
        before: title of the next milestone with a gate, which `soon` looks at.
    """

    rows: tuple[EvidenceRow, ...]
    today: date
    before: str = ""

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each standing."""
        found = [row.standing for row in self.rows]
        return {name: found.count(name) for name in STANDINGS}

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Return the words of each row."""
        return tuple(searchable_text(row) for row in self.rows)

    @property
    def pieces(self) -> int:
        """Return how many pieces there are; one that stands for many items is one."""
        return sum(1 for row in self.rows if row.evidence_item)

    @property
    def summary(self) -> str:
        """Return the counts as text, bad news where there is any."""
        count = self.counts
        parts = [pluralize(self.pieces, "piece")]
        parts += [
            f"{count[name]} {name}" for name in ("missing", "changed", "stale") if count[name]
        ]
        if count["unverified"]:
            parts.append(f"{count['unverified']} {UNVERIFIED_WORDS}")
        if count["soon"]:
            verb = "goes" if count["soon"] == 1 else "go"
            parts.append(f"{count['soon']} {verb} stale before {self.before}")
        if count["lacking"]:
            parts.append(f"{count['lacking']} done without")
        return ", ".join(parts)


def build_register(board: Board) -> EvidenceRegister:
    """Return the register of a board: the evidence of its items."""
    return _build(board, board.rows.values())


def build_full_register(board: Board) -> EvidenceRegister:
    """Return the register with the evidence of requests and findings too.

    They are in it by entries of their own, whose references begin with `requests:` and
    `findings:`.
    """
    return _build(board, [*board.rows.values(), *list_issue_rows(board)])


def count_soon(board: Board) -> tuple[int, str]:
    """Return how many rows of the full register stand at `soon`, and before which milestone.

    Without the register, which takes longer to build.
    """
    limit, before = _find_next_day(board)
    if limit is None:
        return 0, before
    ends = find_phase_ends(board.project, board.dates)
    soon: set[tuple[str, str]] = set()
    worse: set[tuple[str, str]] = set()
    known: dict[tuple[str, date | None, date | None], date | None] = {}
    for row in (*board.rows.values(), *list_issue_rows(board)):
        item, end = row.item, ends.get(row.phase)
        for one, state in zip(row.record.evidence, row.evidence, strict=True):
            if state in UNSOUND_STATES:
                worse.add((one.kind, normalize_link(one.link)))
                continue
            key = item.max_age, one.collected, one.expires
            if item.every or key not in known:
                turns = predict_stale_date(item, row.record, one, board.calendar, end)
                if not item.every:  # what recurs counts from the newest evidence of its record
                    known[key] = turns
            else:
                turns = known[key]
            if turns and turns <= limit:
                soon.add((one.kind, normalize_link(one.link)))
    return len(soon - worse), before


def _find_next_day(board: Board) -> tuple[date | None, str]:
    """Return the day of the next milestone, where that is known and ahead, and its title."""
    milestone = board.project.process.milestone(board.next_dated)
    day = board.dates.get(board.next_dated)
    limit = day if day and day >= board.today else None
    return limit, milestone.title if milestone else ""


def _build(board: Board, entries: Iterable[Row]) -> EvidenceRegister:
    ends = find_phase_ends(board.project, board.dates)
    limit, before = _find_next_day(board)
    by_link: dict[tuple[str, str], list[EvidenceUse]] = {}
    for row in entries:
        for use in list_uses(board, row, ends.get(row.phase), limit):
            link = (
                (use.evidence_item.kind, normalize_link(use.evidence_item.link))
                if use.evidence_item
                else ("", row.ref)
            )
            by_link.setdefault(link, []).append(use)
    rows = tuple(EvidenceRow(tuple(found)) for found in by_link.values())
    return EvidenceRegister(rows, board.today, before)


def list_uses(board: Board, row: Row, ends: date | None, limit: date | None) -> list[EvidenceUse]:
    """Return the uses of one entry: its pieces, or the one that it lacks.

    Args:
        board: what the entry belongs to.
        row: an item with its record.
        ends: the day on which its phase is closed for good.
        limit: the day of the next milestone, where that is known and ahead.
    """
    record, item = row.record, row.item
    if not record.evidence:
        if not item.expects or row.unknown or record.status == "na":
            return []
        lacks = record.status == "done" and item.level != "may"
        return [EvidenceUse(row, None, "lacking" if lacks else "expected")]
    at = parse_max_age(item.max_age).at if item.max_age else ""
    found = []
    for evidence_item, state in zip(record.evidence, row.evidence, strict=True):
        turns = predict_stale_date(item, record, evidence_item, board.calendar, ends)
        soon = state not in UNSOUND_STATES and bool(turns and limit and turns <= limit)
        from_day = _find_stale_date(row, record, evidence_item, board)
        found.append(EvidenceUse(row, evidence_item, state, from_day, at, turns, soon))
    return found


def _find_stale_date(
    row: Row, record: Record, evidence_item: Evidence, board: Board
) -> date | None:
    """Return the day from which a piece is too old; an earlier turn of what recurs is not."""
    item = row.item
    if item.every and evidence_item.collected != find_newest_date(record):
        item = replace(item, every="")
    return find_stale_date(item, evidence_item, board.calendar)


def filter_rows(register: EvidenceRegister, text: str) -> list[EvidenceRow]:
    """Return the rows that hold every word; a word after a minus must not be there."""
    words = text.casefold().split()
    wanted = [word for word in words if not word.startswith("-")]
    unwanted = [word[1:] for word in words if word.startswith("-") and len(word) > 1]
    found = []
    for row, names in zip(register.rows, register.texts, strict=True):
        if all(word in names for word in wanted) and not any(word in names for word in unwanted):
            found.append(row)
    return found


def searchable_text(row: EvidenceRow) -> str:
    """Return all words of a row that a person may look for; `state:soon` and so on among them."""
    parts = [row.name, row.kind, "goes stale" if row.standing == "soon" else row.standing]
    parts += [f"state:{row.standing}"]
    if any(use.state == EvidenceState.UNVERIFIED for use in row.uses):
        parts += [f"state:{EvidenceState.UNVERIFIED}", UNVERIFIED_WORDS]
    for use in row.uses:
        item, evidence_item = use.row.item, use.evidence_item
        parts += [use.row.ref, item.title, item.code, *item.controls, use.row.record.owner]
        parts += (
            [
                evidence_item.link,
                evidence_item.label,
                evidence_item.id,
                str(evidence_item.collected or ""),
            ]
            if evidence_item
            else []
        )
    return "\n".join(parts).casefold()
