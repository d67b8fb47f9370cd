"""Commands on findings: raise, update, list, show."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from fedcheck.analysis.consequences import describe_retests, list_contradictions
from fedcheck.analysis.issue_queries import build_finding_language
from fedcheck.analysis.issues import state_of
from fedcheck.cli import completion, json_documents, output
from fedcheck.cli.change_output import hint_at_new_people, list_people_and_roles, print_transaction
from fedcheck.cli.commands import issues
from fedcheck.cli.options import (
    as_of_option,
    choice_of,
    collect_given,
    field_options,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    print_lines,
    read_texts,
    workspace_option,
)
from fedcheck.domain.field import Group
from fedcheck.domain.fields import in_group
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.glossary import DEVIATION_STATES, DEVIATIONS, RETESTS, RISKS
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.record_file import FINDINGS

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.session import Session

RATED = ("likelihood", "impact", "recommendation")
"""What the assessor's workbooks require of a finding that a test raised."""


@click.group()
def finding() -> None:
    """Findings of the assessor: risk, plan, due date, retest.

    \b
    Example:
      fedcheck finding list risk:high state:open
    """


@finding.command()
@click.argument("title")
@click.option("--risk", type=choice_of(RISKS), help="Risk; sets the due date.")
@click.option(
    "--item",
    "items",
    multiple=True,
    shell_complete=completion.complete_items,
    help="Test that found it.",
)
@click.option(
    "--owner",
    default="",
    shell_complete=completion.complete_people,
    help="Owner of the remediation.",
)
@click.option("--found", help="Date found; today by default.")
@click.option("--due", help="Default: 30, 90 or 180 days after it was found, by risk.")
@click.option("--plan", default="", help="Planned remediation; - reads stdin.")
@click.option("--text", default="", help="Full description; - reads stdin.")
@field_options(Finding, in_group(Finding, Group.DETAILS))
@workspace_option
@as_of_option
@json_option
def add(
    title: str,
    risk: str | None,
    items: tuple[str, ...],
    owner: str,
    found: str | None,
    due: str | None,
    plan: str,
    text: str,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
    **details: Any,
) -> None:
    """Raise a finding with a one-line TITLE. Prints the new id first.

    State its risk, or likelihood and impact, which determine the risk.

    \b
    Example:
      fedcheck finding add "Management API takes tenant tokens" --risk moderate \\
        --item pen-3 --owner erik --plan "Bind tokens to their audience; release 4.12"
    """
    told, described = read_texts(plan, text)
    known = collect_given(details)
    if not (risk or compute_exposure(known.get("likelihood", ""), known.get("impact", ""))):
        hint = "add --risk, or both --likelihood and --impact"
        raise FedcheckError("a finding needs a risk", hint, ErrorKind.USAGE)
    session = open_workspace(workspace, as_of)
    ref = session.new_ref(FINDINGS)
    edit = FindingEdit(
        new=True,
        title=title,
        risk=risk,
        link=issues.resolve_item_refs(session, items),
        owner=owner,
        found=issues.parse_date_option(session, found),
        due=issues.parse_date_option(session, due),
        plan=told,
        text=described,
        details=known,
    )
    people = list_people_and_roles(session)
    action = session.apply([ref], edit, f"Finding: {one_line(title)}")
    raised = session.project.finding(split_ref(ref)[1])
    if as_json or raised is None:
        print_transaction(session, action, as_json)
        return
    far = f"due {output.format_due(raised.due, session.today())}"
    issues.print_new_ref(raised, raised.risk, far, "" if raised.plan else "no plan yet")
    lacks = [name for name in RATED if not getattr(raised, name)]
    if lacks and raised.items:
        options = " ".join(f'--{name} "..."' for name in lacks)
        print_line(f"SRTM and RET also need: fedcheck finding update {raised.id} {options}")
    for test, why in list_contradictions(session.project, raised.items):
        if raised.id in why:
            print_line(f"{split_ref(test)[1]}: {why}")
    hint_at_new_people(session, people, owner)


@finding.command()
@click.argument(
    "finding_ids",
    nargs=-1,
    required=True,
    metavar="ID...",
    shell_complete=completion.complete_findings,
)
@click.option(
    "--risk", type=choice_of(RISKS), help="New risk; a due date set by risk moves with it."
)
@click.option("--plan", help='Planned remediation; - reads stdin, "" clears it.')
@click.option("--owner", shell_complete=completion.complete_people, help='Owner; "" for no owner.')
@click.option("--due", help='2027-02-01, +2w, "kick-off - 30d"; "" for the default by risk.')
@click.option("--title", help="New title.")
@click.option("--text", help="Full description; - reads stdin.")
@click.option(
    "--item",
    "items",
    multiple=True,
    shell_complete=completion.complete_items,
    help="Link this item too.",
)
@click.option(
    "--deviation", type=choice_of([*DEVIATIONS, ""]), help='Deviation to request; "" withdraws it.'
)
@click.option("--rationale", help="Rationale of the deviation; - reads stdin.")
@click.option(
    "--deviation-state", type=choice_of(DEVIATION_STATES), help="Decision on the deviation."
)
@click.option("--retest", type=choice_of(RETESTS), help="Retest result; passed closes the finding.")
@click.option(
    "--close", is_flag=True, help="Close it; needs evidence, a passed retest or a deviation."
)
@click.option("--reopen", is_flag=True, help="Reopen it.")
@click.option("--evidence", "links", multiple=True, metavar="LINK", help="Evidence of remediation.")
@click.option("--kind", type=click.Choice(["url", "file", "ticket"]), help="Label of the evidence.")
@click.option("--outside", is_flag=True, help="Allow a file outside the workspace.")
@field_options(Finding, in_group(Finding, Group.DETAILS))
@workspace_option
@as_of_option
@json_option
def update(
    finding_ids: tuple[str, ...],
    risk: str | None,
    plan: str | None,
    owner: str | None,
    due: str | None,
    title: str | None,
    text: str | None,
    items: tuple[str, ...],
    deviation: str | None,
    rationale: str | None,
    deviation_state: str | None,
    retest: str | None,
    close: bool,
    reopen: bool,
    links: tuple[str, ...],
    kind: str | None,
    outside: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
    **details: Any,
) -> None:
    """Change findings: plan, risk, deviation, retest, and the fields of the official tables.

    One command is one change. Likelihood and impact determine the risk. If a risk adjustment is
    approved, the adjusted risk counts. A finding corrected during testing is closed.

    \b
    Example:
      fedcheck finding update f3k9 --plan "Release 4.12" --owner erik --due +6w
      fedcheck finding update f3k9 --evidence evidence/retest.pdf --retest passed
      fedcheck finding update f3k9 --deviation false-positive --rationale "Not our host"
    """
    _refuse_contradictions(close, reopen, retest)
    plan, text, rationale = read_texts(plan, text, rationale)
    session = open_workspace(workspace, as_of)
    refs = issues.resolve_refs(session, FINDINGS, finding_ids)
    wanted = FindingEdit(
        link=issues.resolve_item_refs(session, items),
        title=title,
        text=text,
        risk=risk,
        plan=plan,
        owner=owner,
        due=issues.parse_date_option(session, due),
        by_risk=due is not None and not due.strip(),
        deviation=deviation,
        rationale=rationale,
        decision=deviation_state,
        retest=retest,
        close=close,
        reopen=reopen,
        details=collect_given(details),
    )
    if wanted == FindingEdit() and not links:
        raise FedcheckError(
            "nothing to update",
            "add what to change: --plan TEXT, --retest passed, ...",
            ErrorKind.USAGE,
        )
    wanted = replace(wanted, evidence=issues.evidence_of(session, links, kind, outside))
    people = list_people_and_roles(session)
    print_transaction(session, session.apply(refs, wanted, "Finding updated"), as_json)
    if not as_json:
        for line in describe_retests(session.project, [(ref, wanted) for ref in refs]):
            print_line(line)
        hint_at_new_people(session, people, owner)


def _refuse_contradictions(close: bool, reopen: bool, retest: str | None) -> None:
    if close and (reopen or retest == "failed"):
        other = "--reopen" if reopen else "--retest failed"
        raise FedcheckError(
            f"--close and {other} contradict each other", "leave one out", ErrorKind.USAGE
        )
    if reopen and retest == "passed":
        text = "--reopen and --retest passed contradict each other"
        raise FedcheckError(text, "leave one out", ErrorKind.USAGE)


@finding.command()
@click.argument("finding_id", metavar="ID", shell_complete=completion.complete_findings)
@click.option("--reason", required=True, help="Reason, kept in the history.")
@workspace_option
@json_option
def withdraw(finding_id: str, reason: str, workspace: str | None, as_json: bool) -> None:
    """Withdraw a finding that should not have been raised.

    It leaves the register. The history keeps it with the reason, and undo restores it. To close a
    remediated finding or request a deviation for a false positive, use fedcheck finding update.

    \b
    Example:
      fedcheck finding withdraw f3k9 --reason "raised twice, see f7aa"
    """
    issues.withdraw_issue(open_workspace(workspace), FINDINGS, finding_id, reason, as_json)


@finding.command("list")
@click.argument("query", nargs=-1, shell_complete=completion.complete_finding_query)
@workspace_option
@as_of_option
@json_option
def list_(query: tuple[str, ...], workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """List findings, one per line, newest last, narrowed by a QUERY.

    Words match id, title, texts, items and evidence. Keys narrow: risk, state (open, closed),
    owner, item, deviation, decision, retest, due, is (overdue, planned, unplanned); a|b means
    either, a leading - excludes a term. A role (owner:csp) means everyone in it. ! marks overdue
    findings.

    \b
    Example:
      fedcheck finding list risk:high state:open
      fedcheck finding list is:unplanned
    """
    session = open_workspace(workspace, as_of)
    issues.list_issues(session, FINDINGS)
    board = session.board()
    parsed = build_finding_language(board.project).parse(output.join_query(query))
    chosen = parsed.select(board.project.findings, board.today)
    chosen.sort(key=lambda one: one.found or date.min)
    if as_json:
        print_json([json_documents.finding_row(one, board.today) for one in chosen])
        return
    rows = [
        [f.id, f.risk, state_of(f), issues.format_due_cell(f, board.today), f.owner, f.title]
        for f in chosen
    ]
    print_lines(output.format_table(rows, flexible=5))
    if not chosen:
        print_error("no finding matches" if query else "no findings yet")


@finding.command()
@click.argument("finding_id", metavar="ID", shell_complete=completion.complete_findings)
@workspace_option
@as_of_option
@json_option
def show(finding_id: str, workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """Show everything about a finding, including its history.

    \b
    Example:
      fedcheck finding show f3k9
    """
    session = open_workspace(workspace, as_of)
    ref = issues.resolve_ref(session, FINDINGS, finding_id)
    found = session.project.finding(ref.partition(":")[2])
    assert found is not None, "its id was just found"
    if as_json:
        history = issues.load_history(session, ref)
        print_json(json_documents.finding_document(found, session.today(), history))
        return
    _print(session, session.board(), found, ref)


def _print(session: "Session", board: "Board", one: Finding, ref: str) -> None:
    issues.print_heading(one, ref, f"{one.risk} risk", board.today)
    days = {name: day.isoformat() if day else "" for name, day in _list_dates(one).items()}
    issues.print_fields(
        [
            ("found", days["found"]),
            ("owner", one.owner),
            ("due", issues.describe_due(one, board.today)),
            ("deviation", f"{one.deviation}, {one.deviation_state}" if one.deviation else ""),
            ("retest", f"{one.retest} {days['retested']}".rstrip()),
            ("closed", days["closed"]),
            ("first rated", one.original),
            *issues.more_facts(one),
        ]
    )
    issues.print_paragraph("Weakness", one.text)
    issues.print_paragraph("Plan", one.plan)
    issues.print_paragraph("Rationale", one.rationale)
    for title, text in issues.more_texts(one):
        issues.print_paragraph(title, text)
    issues.print_details(session, board, one, ref)


def _list_dates(one: Finding) -> dict[str, date | None]:
    return {"found": one.found, "retested": one.retested, "closed": one.closed}
