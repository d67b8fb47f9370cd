"""The Ongoing Certification Report (CCM-OCR-AVL): JSON, or the same as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.domain.dates import Span, format_stamp, shift_clamped
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import Deviation, DeviationState, FindingState
from fedcheck.domain.package import Announcement, Incident, Package
from fedcheck.domain.package_values import parse_moment
from fedcheck.domain.text import clean_for_file, one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.certification.document import (
    EXTENSION,
    NO_OVERVIEW_REMARK,
    build_export,
    drop_empty,
    overview_uri,
    read_package,
    read_schema,
    wants_markdown,
)
from fedcheck.exporters.certification.markdown import bullets, escape, escape_block, mark_page
from fedcheck.exporters.certification.requirements import (
    Requirement,
    build_requirements,
    has_requirements,
    official_id,
    refuse_open_profile,
)
from fedcheck.exporters.certification.schema_check import Schema
from fedcheck.exporters.certification.shapes import ONGOING_REPORT
from fedcheck.exporters.registry import Export
from fedcheck.importers.option import Values
from fedcheck.reports.past_state import load_past_state
from fedcheck.session import Session
from fedcheck.storage.package_table import find_fault, load_entries
from fedcheck.storage.record_file import FINDINGS

EVENTS = ("incident", "transformative-change", "recommendation")
"""The keys of `[package]` with what happened; an empty list of them states that nothing did."""

PERIOD = Span(3, "mo")
"""What a report covers, and how far it looks ahead at least (CCM-OCR-AVL)."""

ACCEPTED_AFTER = timedelta(days=192)
"""A vulnerability that is open for longer counts as accepted (VER-TFR-MAV)."""

NO_VULNERABILITIES = "There were no accepted vulnerabilities."
NO_INCIDENTS = "No incident reportable to FedRAMP occurred in this period."


def write(session: Session, values: Values) -> Export:
    """Return the report of a period.

    Raises FedcheckError: usage where the period is none or lies ahead; unreadable where what it is
    made of is broken; refused where the report would not be valid.
    """
    newer = read_schema(values, "reportPeriod")
    today = session.today()
    until = values["until"] or today
    since = values["since"] or shift_clamped(until, PERIOD, -1) + timedelta(days=1)
    if since > until:
        raise FedcheckError(
            f"the period ends on {until}, before it begins on {since}",
            "name its first day with --since and its last with --until",
            ErrorKind.USAGE,
        )
    refuse_open_profile(session.board())
    _refuse_broken_findings(session)
    _refuse_broken_events(session)
    package, remarks = read_package(session)
    old = _board_at(session, since - timedelta(days=1), remarks)
    new = session.board().shared() if until == today else _board_at(session, until, remarks)
    document = build_document(old, new, package, since, until, newer)
    if not document["reportableIncidents"]["incidents"]:
        remarks.append(
            f"no incident is recorded for {since} to {until}; the report states that there was none"
        )
    if not package.agencies:
        remarks.append("no agency is named: add agencies to [package] of fedcheck.toml")
    if not package.overview_uri:
        remarks.append(NO_OVERVIEW_REMARK)
    text = render_markdown(new, document) if wants_markdown(values) else None
    return build_export(document, (ONGOING_REPORT, newer), text, remarks)


def _board_at(session: Session, day: date, remarks: list[str]) -> Board:
    """Return the state at the end of a day; what is not known of it is added to the remarks."""
    found = load_past_state(session, day.isoformat(), Path.cwd()).shared()
    remarks += [note for note in found.notes if note not in remarks]
    return found.board


def _refuse_broken_findings(session: Session) -> None:
    """Raise FedcheckError where the file of findings is broken: it would look like none."""
    for broken in session.project.broken:
        if not broken.private and Path(broken.path).stem == FINDINGS:
            raise FedcheckError(str(broken), "fix it: fedcheck doctor")


def _refuse_broken_events(session: Session) -> None:
    """Raise FedcheckError where what happened cannot be read: it would look like nothing did."""
    entries = load_entries(session.root)
    for key in EVENTS:
        if fault := find_fault(key, entries.get(key)):
            raise FedcheckError(
                f"fedcheck.toml: package.{key}: {fault}",
                "correct it; without it the report would state that there was none",
                ErrorKind.UNREADABLE,
            )


def build_document(
    old: Board,
    new: Board,
    package: Package,
    since: date,
    until: date,
    schema: Schema | None = None,
) -> dict[str, Any]:
    """Return the report as JSON data.

    Args:
        old: the state before the period, without what is private or internal.
        new: the state at its end.
        package: what the workspace states about agencies, incidents and the like.
        since: the first day.
        until: the last day.
        schema: a newer schema; one that allows no other keys gets no `x-fedcheck`.
    """
    horizon = shift_clamped(until, PERIOD)
    document: dict[str, Any] = {
        "certificationPackageOverviewUri": overview_uri(package),
        "reportPeriod": {"from": since.isoformat(), "to": until.isoformat()},
        "certificationDataChanges": list(
            summarize_changes(
                build_requirements(old) if has_requirements(old) else (), build_requirements(new)
            )
        ),
        "plannedCertificationDataChanges": {
            "planningHorizonThrough": horizon.isoformat(),
            "changes": [text for _, text in sorted(_plans(new, until, horizon))],
        },
        "acceptedVulnerabilities": summarize_accepted(new.project.findings, until),
        "transformativeChanges": list(_announcements(package.changes, since, until)),
        "updatedRecommendations": list(_announcements(package.recommendations, since, until)),
        "activeAgencies": [one_line(one) for one in package.agencies],
        "reportableIncidents": {
            "incidents": [_incident(one) for one in package.incidents if since <= one.day <= until]
        },
    }
    if schema is None or schema.allows_more:
        config = new.project.config
        more = {
            "service": one_line(config.name),
            "profile": dict(config.profile or {}),
            "marking": one_line(config.marking),
            "nextReport": package.next_report.isoformat() if package.next_report else "",
        }
        document[EXTENSION] = drop_empty(more)
    return document


def summarize_changes(old: Sequence[Requirement], new: Sequence[Requirement]) -> Iterator[str]:
    """Yield a sentence for each requirement whose decision or evidence changed.

    What applies now, or no longer applies, without more to state about it, is one sentence each.
    """
    before = {one.id: one for one in old}
    added = []
    for one in new:
        was = before.pop(one.id, None)
        if was is None and not one.decided:
            added.append(one.id)
            continue
        said = list(_differences(was, one)) if was else [f"applies now, {one.implementation}"]
        if said:
            yield f"{one.id} {one.title}: {', '.join(said)}."
    if added:
        yield f"Newly applicable, without a decision: {', '.join(added)}."
    if before:
        yield f"No longer applicable: {', '.join(before)}."


def _differences(was: Requirement, now: Requirement) -> Iterator[str]:
    if was.implementation is not now.implementation:
        yield f"{now.implementation}, was {was.implementation}"
    elif was.decided is not now.decided:
        yield f"{now.implementation}, decision {'recorded' if now.decided else 'withdrawn'}"
    elif was.statements != now.statements:
        yield "decision updated"
    if (was.validation, was.assessment, was.tests) != (now.validation, now.assessment, now.tests):
        yield "validation updated"
    if was.evidence != now.evidence:
        yield "evidence updated"


def _plans(board: Board, until: date, horizon: date) -> Iterator[tuple[date, str]]:
    """Yield what is due by the horizon, each with its day: rules, indicators, milestones."""
    role = board.project.process.provider
    for row in board.rows.values():
        due = row.due
        if due is None or due > horizon or row.role != role or not official_id(row):
            continue
        again = row.record.closed
        if again and not (row.item.every and due > until):
            continue
        word = "due again" if again else "due" if due > until else "overdue since"
        yield due, f"{official_id(row)} {one_line(row.item.title)}: {word} {due}."
    for milestone in board.project.process.milestones:
        day = board.dates.get(milestone.id)
        if day and until < day <= horizon:
            yield day, f"{one_line(milestone.title)}: {day}."


def summarize_accepted(findings: Sequence[Finding], until: date) -> str:
    """Return what a report states about accepted vulnerabilities; each with its title alone.

    Accepted is an open finding whose operational requirement was approved, or that was found
    more than 192 days before the end of the period.
    """
    found = [(one, why) for one in findings if (why := _why_accepted(one, until))]
    if not found:
        return NO_VULNERABILITIES
    lines = [
        f"- {one_line(one.number or one.id)} {one_line(one.title)} (risk {one.risk}; {why})"
        for one, why in found
    ]
    count = pluralize(len(found), "accepted vulnerability", "accepted vulnerabilities")
    return "\n".join([f"{count} on {until}:", "", *lines])


def _why_accepted(one: Finding, until: date) -> str:
    closed = one.closed or (date.min if one.state == FindingState.CLOSED else None)
    if closed is not None and closed <= until:
        return ""
    if one.found and one.found > until:
        return ""
    approved = one.deviation_state == DeviationState.APPROVED
    if approved and one.deviation == Deviation.FALSE_POSITIVE:
        return ""
    if approved and one.deviation == Deviation.OPERATIONAL_REQUIREMENT:
        return "operational requirement approved"
    if one.found and until - one.found > ACCEPTED_AFTER:
        return f"open since {one.found}, more than {ACCEPTED_AFTER.days} days"
    return ""


def _announcements(listed: Sequence[Announcement], since: date, until: date) -> Iterator[str]:
    for one in sorted(listed, key=lambda one: one.on):
        if since <= one.on <= until:
            yield f"{one.on}: {clean_for_file(one.summary).strip()}"


def _incident(one: Incident) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": clean_for_file(one.summary).strip()}
    found["occurredAt"] = _moment(one.occurred)
    if one.resolved:
        found["resolvedAt"] = _moment(one.resolved)
    if one.lessons:
        found["incidentLessonsLearned"] = [clean_for_file(text).strip() for text in one.lessons]
    return found


def _moment(text: str) -> str:
    return format_stamp(parse_moment(text), "seconds")


def render_markdown(board: Board, document: dict[str, Any]) -> str:
    """Return the report as a page for people."""
    config = board.project.config
    return "\n".join(mark_page(config.marking, _lines(config.name, document))) + "\n"


def _lines(name: str, document: dict[str, Any]) -> Iterator[str]:
    period, planned = document["reportPeriod"], document["plannedCertificationDataChanges"]
    yield from (f"# Ongoing Certification Report: {escape(name)}", "")
    yield from (f"Period: {period['from']} to {period['to']}", "")
    ahead = f"Planned changes until {planned['planningHorizonThrough']}"
    yield from _section(
        "Changes to FedRAMP Certification Data", document["certificationDataChanges"]
    )
    yield from _section(ahead, planned["changes"])
    yield from ("## Accepted vulnerabilities", "")
    yield from (escape_block(document["acceptedVulnerabilities"]), "")
    yield from _section("Transformative changes", document["transformativeChanges"])
    yield from _section("Updated recommendations", document["updatedRecommendations"])
    yield from _section("Agencies that use the service directly", document["activeAgencies"])
    yield from ("## Incidents reportable to FedRAMP", "")
    incidents = document["reportableIncidents"]["incidents"]
    yield from bullets(map(_incident_text, incidents), NO_INCIDENTS)


def _section(title: str, texts: Iterable[str]) -> Iterator[str]:
    yield from (f"## {title}", "", *bullets(texts, "None."), "")


def _incident_text(one: dict[str, Any]) -> str:
    resolved = f"resolved {one['resolvedAt']}" if "resolvedAt" in one else "not resolved"
    lessons = [f"- {text}" for text in one.get("incidentLessonsLearned", ())]
    head = f"{one['occurredAt']} ({resolved}): {one['summary']}"
    return "\n".join([head, *lessons])
