"""The JSON that the outside relies on (documented in docs/json.md)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from fedcheck.analysis import issues, outstanding, progress
from fedcheck.analysis.board import Board, list_orphaned_refs
from fedcheck.analysis.gate_answer import NO_DAYS, Gate, Outstanding, Remark
from fedcheck.analysis.gate_scope import count_before, count_before_each
from fedcheck.analysis.gates import gates
from fedcheck.analysis.obligations import Obligation
from fedcheck.analysis.progress import Count
from fedcheck.analysis.replacements import Replacement, list_replacements
from fedcheck.analysis.rulesets import RulesetState, list_rulesets
from fedcheck.analysis.statement_changes import StatementChange, list_statement_changes
from fedcheck.domain.change import HistoryLine
from fedcheck.domain.dates import format_stamp
from fedcheck.domain.evidence import evidence_to_dict
from fedcheck.domain.field import Field
from fedcheck.domain.field_values import field_value
from fedcheck.domain.fields import in_json
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import FINDING_STATES, REQUEST_STATES, RISKS, TOLD_STATES
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.terms import Term

if TYPE_CHECKING:
    from fedcheck.session import Session
    from fedcheck.storage.losses import Loss


def status_document(
    whole: Board, days: Mapping[str, date] = NO_DAYS, internal: bool = False
) -> dict[str, Any]:
    """Return `fedcheck/status@1`.

    Args:
        whole: the board with all checklists; internal ones are in no total.
        days: since when items have their status.
        internal: whether internal checklists are added, under a key of their own.
    """
    board = whole.without_internal()
    project = board.project
    counts = progress.count_by_checklist(board)
    states = progress.count_evidence_states(board.rows.values())
    requests = project.requests
    asked = issues.count_issues(requests, board.today)
    found = issues.count_issues(project.findings, board.today)
    judged = gates(board, days)
    scopes = zip(judged, count_before_each(judged), strict=True)
    return {
        "schema": "fedcheck/status@1",
        "as_of": board.today,
        "workspace": {
            "name": project.config.name,
            "process": project.process.id,
            "profile": dict(project.config.profile or {}),
            "role": project.config.role,
            "root": project.root,
        },
        "phases": [
            {
                "id": phase.id,
                "title": phase.title,
                "checklists": [
                    {
                        "id": checklist.id,
                        "role": checklist.role,
                        **_count_row(counts[checklist.id]),
                        "private": checklist.id in project.withheld_lists,
                    }
                    for checklist in project.checklists.values()
                    if checklist.phase == phase.id
                ],
            }
            for phase in project.process.phases
        ],
        "milestones": [_milestone(board, gate, before) for gate, before in scopes],
        "rulesets": [ruleset_row(one) for one in list_rulesets(board)],
        "evidence": {
            "total": states.total(),
            **{state: states[state] for state in TOLD_STATES},
        },
        "requests": {
            **{state: asked.by_state.get(state, 0) for state in REQUEST_STATES},
            "returned": sum(r.returned for r in requests),
            "overdue": asked.overdue,
        },
        "findings": {
            **{state: found.by_state.get(state, 0) for state in FINDING_STATES},
            "risk": {risk: found.by_risk.get(risk, 0) for risk in RISKS},
            "overdue": found.overdue,
        },
        "orphaned": list_orphaned_refs(project),
        "replaced": [replacement_row(one) for one in list_replacements(project)],
        "broken": [
            {"file": b.path, "line": b.line, "message": b.message, "hint": b.hint}
            for b in project.broken
        ],
        **({"internal": _internal_rows(whole)} if internal else {}),
    }


def _internal_rows(board: Board) -> list[dict[str, Any]]:
    return [
        {
            "id": checklist.id,
            "title": checklist.title,
            "phase": checklist.phase,
            "role": checklist.role,
            **_count_row(count),
            "overdue": overdue,
        }
        for checklist, count, overdue in progress.count_internal(board)
    ]


def _count_row(count: Count) -> dict[str, Any]:
    return {
        "total": count.total,
        **count.by_status,
        "unknown": count.unknown,
        "optional": count.optional,
        "percent": count.percent,
    }


def loss_row(session: "Session", loss: "Loss") -> dict[str, Any]:
    """Return what a person set and what is not in the files."""
    from fedcheck.doctor.losses import describe_loss

    return {
        "ref": loss.ref,
        "by": loss.line.by,
        "at": format_stamp(loss.line.at),
        "hash": loss.name,
        "fields": [change.field for change in loss.changes],
        "branch": loss.branch,
        "text": describe_loss(session, loss),
    }


def _milestone(board: Board, gate: Gate, before: int) -> dict[str, Any]:
    return {
        "id": gate.milestone.id,
        "title": gate.milestone.title,
        "date": gate.date,
        "days": (gate.date - board.today).days if gate.date else None,
        "gate": {
            "ready": gate.ready,
            "phases": list(gate.milestone.closes),
            "before": before if gate.milestone.closes else 0,
            "missing": [missing_row(m) for m in gate.missing],
            "remarks": [remark_row(one) for one in gate.remarks],
        },
    }


def replacement_row(one: Replacement) -> dict[str, Any]:
    """Return what a file takes out of the shipped one that it replaces."""
    return {
        "kind": one.kind,
        "id": one.id,
        "layer": one.layer,
        "removed": list(one.removed),
        "lowered": [
            {"ref": item.ref, "shipped": item.shipped, "now": item.now} for item in one.lowered
        ],
        "changes": list(one.changes),
        "uncounted": one.uncounted,
    }


def ruleset_row(one: RulesetState) -> dict[str, Any]:
    """Return the days of a ruleset that binds the workspace."""
    ruleset = one.ruleset
    return {
        "id": ruleset.id,
        "title": ruleset.title,
        "obtain": ruleset.obtain,
        "maintain": ruleset.maintain,
        "grace": ruleset.grace_day,
        "grace_after": ruleset.grace_after,
        "grace_ends": one.grace,
        "items": len(one.rows),
        "open": len(one.open_rows),
    }


def missing_row(missing: Outstanding) -> dict[str, Any]:
    """Return one thing that a gate lacks."""
    names = ("kind", "ref", "why", "owner", "role", "phase", "since")
    return {name: getattr(missing, name) for name in names}


def remark_row(remark: Remark) -> dict[str, Any]:
    """Return one remark of a gate, which keeps it from nothing."""
    names = ("kind", "ref", "why", "owner", "role", "phase")
    return {name: getattr(remark, name) for name in names}


def gate_document(
    board: Board, gate: Gate, fresh: Collection[tuple[str, str]], every: Sequence[Gate]
) -> dict[str, Any]:
    """Return `fedcheck/gate@1`; `fresh` is not missing yet on the real day, `every` all gates."""
    return {
        "schema": "fedcheck/gate@1",
        "as_of": board.today,
        "milestone": gate.milestone.id,
        "date": gate.date,
        "ready": gate.ready,
        "phases": list(gate.milestone.closes),
        "before": count_before(every, gate.milestone),
        "missing": [
            {
                **missing_row(missing),
                "title": outstanding.title_of(board, missing),
                "now": (missing.kind, missing.ref) not in fresh,
            }
            for missing in gate.missing
        ],
        "remarks": [{**remark_row(one), "title": one.title} for one in gate.remarks],
        "owed": [
            {"role": debt.role, "person": debt.person, "count": len(debt.missing)}
            for debt in outstanding.group_by_owner(board.project, gate.missing)
        ],
        "replaced": [replacement_row(one) for one in list_replacements(board.project)],
    }


def _fields(thing: Any, part: str) -> dict[str, Any]:
    """Return the fields of a part of a thing's JSON, in the order of the table of fields."""
    return {row.json or row.name: _plain(thing, row) for row in in_json(type(thing), part)}


def _plain(thing: Any, row: Field) -> Any:
    value = getattr(thing, row.name)
    return list(value) if isinstance(value, tuple) else value


def _known(thing: Any, part: str) -> dict[str, Any]:
    """Return the same for a part in which null stands for what is not known."""
    rows = in_json(type(thing), part)
    return {row.json or row.name: field_value(thing, row.name) for row in rows}


def list_row(row: Row) -> dict[str, Any]:
    """Return the row of an item."""
    item, record = row.item, row.record
    return {
        "ref": row.ref,
        "checklist": row.checklist,
        "section": row.section.id,
        "id": item.id,
        "code": item.code,
        "title": item.title,
        "kind": item.kind,
        "level": item.level,
        **_fields(record, "row"),
        "due": row.due,
        "evidence": len(record.evidence),
        "stale": row.stale,
        "controls": list(item.controls),
        "role": row.role,
        "phase": row.phase,
        "overdue": row.overdue,
        "waits": list(row.waits),
        "changed": row.changed,
        "private": row.private,
        "internal": row.internal,
    }


def show_document(
    board: Board, row: Row, history: list[HistoryLine], terms: Sequence[Term] = ()
) -> dict[str, Any]:
    """Return `fedcheck/show@1`; `terms` are those that the item's text uses."""
    project, day = board.project, board.today
    item, record = row.item, row.record
    checklist, _ = split_ref(row.ref)
    source, where = project.checklists[checklist].source_of(item)
    return {
        "schema": "fedcheck/show@1",
        **list_row(row),
        "statement": item.statement,
        "guidance": item.full_guidance,
        "former": [_former_to_dict(one) for one in list_statement_changes(row)],
        "terms": [{"id": one.id, "term": one.term} for one in terms],
        "expects": list(item.expects),
        "methods": list(item.methods),
        "needs": list(item.needs),
        "deliverable": item.deliverable,
        "source": {
            "id": source.id if source else "",
            "title": source.title if source else "",
            "url": source.url if source else "",
            "where": where,
            "says": item.source.says if item.source else "",
        },
        "private_note": project.private_note(row.ref),
        **_fields(record, "document"),
        "test": _known(record, "test"),
        "assessment": _known(record, "assessment"),
        "evidence": [
            {"id": evidence_item.id, "state": state, **evidence_to_dict(evidence_item)}
            for evidence_item, state in zip(record.evidence, row.evidence, strict=True)
        ],
        "requests": [request_row(r, day) for r in project.requests if row.ref in r.items],
        "findings": [finding_row(f, day) for f in project.findings if row.ref in f.items],
        "history": [history_row(entered) for entered in history],
    }


def _former_to_dict(change: StatementChange) -> dict[str, Any]:
    """Return an earlier statement that is to be reviewed, with its words against today's."""
    one = change.former
    words = [[{"kind": p.kind, "text": p.text} for p in line] for line in change.lines]
    return {
        "release": one.release,
        "code": one.code,
        "level": one.level,
        "statement": one.statement,
        "lines": words,
    }


def request_row(request: Request, today: date) -> dict[str, Any]:
    """Return the row of a request."""
    return {
        "ref": f"requests:{request.id}",
        **_fields(request, "row"),
        "returned": request.returned,
        "overdue": issues.is_overdue(request, today),
        "evidence": len(request.evidence),
    }


def request_document(request: Request, today: date, history: list[HistoryLine]) -> dict[str, Any]:
    """Return `fedcheck/request@1`."""
    row = {**request_row(request, today), **_fields(request, "document")}
    return {"schema": "fedcheck/request@1", **row, **_proof_and_story(request, history)}


def finding_row(finding: Finding, today: date) -> dict[str, Any]:
    """Return the row of a finding."""
    return {
        "ref": f"findings:{finding.id}",
        **_fields(finding, "row"),
        "planned": finding.planned,
        "overdue": issues.is_overdue(finding, today),
        "evidence": len(finding.evidence),
    }


def finding_document(finding: Finding, today: date, history: list[HistoryLine]) -> dict[str, Any]:
    """Return `fedcheck/finding@1`."""
    more = {**_fields(finding, "document"), "details": _known(finding, "details")}
    row = finding_row(finding, today)
    return {"schema": "fedcheck/finding@1", **row, **more, **_proof_and_story(finding, history)}


def owed_row(owed: Obligation, today: date) -> dict[str, Any]:
    """Return the row of a request or finding in the agenda; its kind is no item's."""
    thing = owed.thing
    row = request_row(thing, today) if isinstance(thing, Request) else finding_row(thing, today)
    return {**row, "kind": owed.kind, "task": owed.task, "owner": owed.owner, "why": owed.why}


def _proof_and_story(thing: Request | Finding, history: list[HistoryLine]) -> dict[str, Any]:
    return {
        "evidence": [
            {"id": evidence_item.id, **evidence_to_dict(evidence_item)}
            for evidence_item in thing.evidence
        ],
        "history": [history_row(entered) for entered in history],
    }


def history_row(entered: HistoryLine) -> dict[str, Any]:
    """Return one change of the history."""
    change = entered.change
    return {
        "at": format_stamp(entered.at),
        "by": entered.by,
        "tx": entered.tx,
        "ref": change.ref,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "undoes": entered.undoes,
        "for": entered.day.isoformat() if entered.day else "",
        "lost": entered.lost,
        "hash": entered.hash,
    }
