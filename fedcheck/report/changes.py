"""What changed since an earlier state, as a report tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from fedcheck.insight.debts import reason_of, title_of
from fedcheck.insight.delta import GROUPS, Delta, Deltas, GateDelta
from fedcheck.insight.deltas import between
from fedcheck.insight.entries import Board
from fedcheck.insight.entries import board as board_of
from fedcheck.model.evidence import Evidence
from fedcheck.model.project import Project
from fedcheck.model.record import EMPTY, UNKNOWN, Record
from fedcheck.report import words
from fedcheck.report.earlier import Earlier, remarks
from fedcheck.report.proofs import KEPT_INSIDE, is_private
from fedcheck.report.redact import WITHHELD, Veil
from fedcheck.report.view_changes import (
    ChangeGroupView,
    ChangesView,
    ChangeView,
    GateChangeView,
    NewLackView,
)
from fedcheck.report.words import Names


def changes(board: Board, earlier: Earlier, veil: Veil, since: Mapping[str, date]) -> ChangesView:
    """Return what changed since an earlier state, without what the veil leaves out.

    Args:
        board: the project on the day of the report, without what the veil leaves out.
        earlier: the earlier state, as it was.
        veil: what is left out.
        since: the day on which items took their status, as far as it is known.
    """
    found = earlier.shared()
    before = Veil(found.board.project, veil.hidden)
    found = replace(found, board=board_of(_nameless(before, before()), found.board.today))
    board = board_of(_nameless(veil, board.project), board.today)
    deltas = between(found.board, board, since)
    names, notes = Names(board.project), remarks(found, board, deltas)
    groups = dict(deltas.grouped())
    return ChangesView(
        since=deltas.since,
        words=words.title(veil.text(found.words)),
        notes=tuple(words.reason(veil.text(note)) for note in notes),
        summary=deltas.summary,
        worse=deltas.count("worse"),
        better=deltas.count("better"),
        other=deltas.count("other"),
        groups=tuple(
            ChangeGroupView(
                id=name,
                title=title,
                worse=sum(one.worse for one in groups[title]),
                changes=tuple(_change(board, names, one) for one in groups[title]),
            )
            for name, title in GROUPS.items()
            if title in groups
        ),
        gates=tuple(_gate(one) for one in deltas.gates),
        lacking=tuple(_lacking(board, names, deltas)),
    )


def _change(board: Board, names: Names, delta: Delta) -> ChangeView:
    entry = board.entries.get(delta.ref)
    stone = board.project.process.milestone(delta.because)
    is_proof = delta.about == "evidence"
    return ChangeView(
        kind=delta.kind,
        trend=delta.trend,
        worse=delta.worse,
        about=delta.about,
        ref=delta.ref,
        name=words.title(words.item_name(entry) if entry else delta.title),
        what=words.reason(delta.words),
        was=words.title(delta.was),
        now=words.title(delta.now),
        why=words.reason(delta.why),
        role=delta.role,
        owner=names.who(delta.owner, delta.role) if delta.owner or delta.role else "",
        evidence=words.title(delta.now) if is_proof else "",
        because=words.title(stone.title if stone else ""),
    )


def _gate(gate: GateDelta) -> GateChangeView:
    return GateChangeView(
        milestone=gate.milestone,
        title=words.title(gate.title),
        trend=gate.trend,
        before=gate.before,
        after=gate.after,
        new=len(gate.came),
        gone=gate.gone,
        what=gate.words,
    )


def _lacking(board: Board, names: Names, deltas: Deltas) -> Iterable[NewLackView]:
    titles = {one.milestone: one.title for one in deltas.gates}
    for lack, stones in deltas.new_lacks():
        yield NewLackView(
            kind=lack.kind,
            ref=lack.ref,
            name=words.title(title_of(board, lack)),
            why=words.reason(reason_of(board, lack)),
            owner=names.who(lack.owner, lack.role),
            milestones=words.title(", ".join(titles[one] for one in stones)),
        )


def _nameless(veil: Veil, project: Project) -> Project:
    """Return a project whose evidence is called by no address that is left out, or is private."""

    def named(proof: Evidence) -> Evidence:
        if is_private(proof):
            return replace(proof, label=KEPT_INSIDE)
        return proof if proof.label or not veil.hides(proof) else replace(proof, label=WITHHELD)

    def record(one: Record) -> Record:
        if one is UNKNOWN or one is EMPTY or not one.evidence:
            return one
        return replace(one, evidence=tuple(named(proof) for proof in one.evidence))

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
