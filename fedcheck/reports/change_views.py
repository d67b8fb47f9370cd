"""What a template sees of the changes since an earlier state."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.comparison import compare_boards
from fedcheck.analysis.difference import GROUPS, Comparison, Difference, GateDifference
from fedcheck.analysis.outstanding import reason_of, title_of
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.record import EMPTY_RECORD, UNKNOWN_RECORD, Record
from fedcheck.domain.workspace import Project
from fedcheck.reports import wording
from fedcheck.reports.evidence_views import KEPT_INSIDE, is_private
from fedcheck.reports.past_state import PastState, list_remarks
from fedcheck.reports.redact import WITHHELD, Veil, list_evidence
from fedcheck.reports.view import View
from fedcheck.reports.wording import PeopleNames


class ChangeView(View, frozen=True):
    """One thing that is different; `what` states it as text, `worse` that it got worse.

    `name` is the title of the item, request, finding or milestone; `because` the title of the
    milestone whose move moved a due date; `evidence` what the piece of evidence is called.
    """

    kind: str
    trend: str
    worse: bool
    about: str
    ref: str
    name: str
    what: str
    was: str
    now: str
    why: str
    role: str
    owner: str
    evidence: str
    because: str


class ChangeGroupView(View, frozen=True):
    """Changes of one sort; `worse` is how many of them got worse."""

    id: str
    title: str
    worse: int
    changes: tuple[ChangeView, ...]


class NewLackView(View, frozen=True):
    """What gates lack that they did not lack before; `milestones` names the gates."""

    kind: str
    ref: str
    name: str
    why: str
    owner: str
    milestones: str


class GateChangeView(View, frozen=True):
    """How the gate of a milestone changed: what it lacked and lacks; how much is new or gone."""

    milestone: str
    title: str
    trend: str
    before: int
    after: int
    new: int
    gone: int
    what: str


class ChangesView(View, frozen=True):
    """What changed since an earlier state; what got worse stands first in each group.

    `since` is the day of that state, `words` states what it is, `notes` what is not known of it.
    `lacking` is what gates lack newly, each thing once.
    """

    since: date
    words: str
    notes: tuple[str, ...]
    summary: str
    worse: int
    better: int
    other: int
    groups: tuple[ChangeGroupView, ...]
    gates: tuple[GateChangeView, ...]
    lacking: tuple[NewLackView, ...]


def build_changes_view(
    board: Board, earlier: PastState, veil: Veil, since: Mapping[str, date]
) -> ChangesView:
    """Return what changed since an earlier state, without what the veil leaves out.

    Args:
        board: the project on the day of the report, without what the veil leaves out.
        earlier: the earlier state, as it was.
        veil: what is left out.
        since: the day on which items took their status, as far as it is known.
    """
    found = earlier.shared()
    before = Veil(found.board.project, veil.hidden)
    project = _without_evidence_names(before, before())
    if project is not found.board.project:
        found = replace(found, board=build_board(project, found.board.today))
    project = _without_evidence_names(veil, board.project)
    if project is not board.project:
        board = build_board(project, board.today)
    comparison = compare_boards(found.board, board, since)
    names, notes = PeopleNames(board.project), list_remarks(found, board, comparison)
    groups = dict(comparison.grouped())
    return ChangesView(
        since=comparison.since,
        words=wording.format_title(veil.text(found.words)),
        notes=tuple(wording.format_reason(veil.text(note)) for note in notes),
        summary=comparison.summary,
        worse=comparison.count("worse"),
        better=comparison.count("better"),
        other=comparison.count("other"),
        groups=tuple(
            ChangeGroupView(
                id=name,
                title=title,
                worse=sum(one.worse for one in groups[title]),
                changes=tuple(_build_change_view(board, names, one) for one in groups[title]),
            )
            for name, title in GROUPS.items()
            if title in groups
        ),
        gates=tuple(_build_gate_change_view(one) for one in comparison.gates),
        lacking=tuple(_list_newly_outstanding(board, names, comparison)),
    )


def _build_change_view(board: Board, names: PeopleNames, delta: Difference) -> ChangeView:
    row = board.rows.get(delta.ref)
    milestone = board.project.process.milestone(delta.because)
    is_proof = delta.about == "evidence"
    return ChangeView(
        kind=delta.kind,
        trend=delta.trend,
        worse=delta.worse,
        about=delta.about,
        ref=delta.ref,
        name=wording.format_title(wording.format_item_name(row) if row else delta.title),
        what=wording.format_reason(delta.words),
        was=wording.format_title(delta.was),
        now=wording.format_title(delta.now),
        why=wording.format_reason(delta.why),
        role=delta.role,
        owner=names.who(delta.owner, delta.role) if delta.owner or delta.role else "",
        evidence=wording.format_title(delta.now) if is_proof else "",
        because=wording.format_title(milestone.title if milestone else ""),
    )


def _build_gate_change_view(gate: GateDifference) -> GateChangeView:
    return GateChangeView(
        milestone=gate.milestone,
        title=wording.format_title(gate.title),
        trend=gate.trend,
        before=gate.before,
        after=gate.after,
        new=len(gate.newly_outstanding),
        gone=gate.gone,
        what=gate.words,
    )


def _list_newly_outstanding(
    board: Board, names: PeopleNames, comparison: Comparison
) -> Iterable[NewLackView]:
    titles = {one.milestone: one.title for one in comparison.gates}
    for lack, milestones in comparison.list_newly_outstanding():
        yield NewLackView(
            kind=lack.kind,
            ref=lack.ref,
            name=wording.format_title(title_of(board, lack)),
            why=wording.format_reason(reason_of(board, lack)),
            owner=names.who(lack.owner, lack.role),
            milestones=wording.format_title(", ".join(titles[one] for one in milestones)),
        )


def _without_evidence_names(veil: Veil, project: Project) -> Project:
    """Return a project whose evidence is called by no address that is left out, or is private."""

    def named(evidence_item: Evidence) -> Evidence:
        if is_private(evidence_item):
            return replace(evidence_item, label=KEPT_INSIDE)
        return (
            evidence_item
            if evidence_item.label or not veil.hides(evidence_item)
            else replace(evidence_item, label=WITHHELD)
        )

    if all(named(one) is one for one in list_evidence(project)):
        return project

    def record(one: Record) -> Record:
        if one is UNKNOWN_RECORD or one is EMPTY_RECORD or not one.evidence:
            return one
        return replace(one, evidence=tuple(named(evidence_item) for evidence_item in one.evidence))

    return replace(
        project,
        records={
            name: {item: record(one) for item, one in records.items()}
            for name, records in project.records.items()
        },
        requests=tuple(
            replace(one, evidence=tuple(map(named, one.evidence))) for one in project.requests
        ),
        findings=tuple(
            replace(one, evidence=tuple(map(named, one.evidence))) for one in project.findings
        ),
    )
