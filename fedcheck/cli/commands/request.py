"""Commands on requests: ask, answer, accept, return, list, show."""

from datetime import date
from typing import TYPE_CHECKING

import click

from fedcheck.analysis.issue_queries import build_request_language
from fedcheck.analysis.issues import state_of
from fedcheck.analysis.waiting_since import find_role
from fedcheck.cli import completion, json_documents, output
from fedcheck.cli.change_output import print_transaction
from fedcheck.cli.commands import issues
from fedcheck.cli.options import (
    as_of_option,
    choice_of,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_lines,
    read_text,
    workspace_option,
)
from fedcheck.domain.glossary import REQUEST_KINDS
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.record_file import REQUESTS

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.session import Session

KINDS = {"question": "question", "evidence": "request for evidence"}


@click.group()
def request() -> None:
    """Reviewers' questions and assessors' requests for evidence.

    \b
    Example:
      fedcheck request list to:csp is:overdue
    """


@request.command()
@click.argument("title")
@click.option("--kind", type=choice_of(REQUEST_KINDS), default="question", show_default=True)
@click.option("--by", shell_complete=completion.complete_people, help="Requester; default: you.")
@click.option(
    "--to", default="", shell_complete=completion.complete_people, help="A person or a role."
)
@click.option("--due", help='2027-02-01, +2w, fri, "kick-off - 30d".')
@click.option("--round", "round_", default="", help="Round of the review.")
@click.option("--document", default="", help="Document it is about: SSP, RAR, SAR.")
@click.option("--section", default="", help="Section, page or control.")
@click.option("--text", default="", help="Full text; - reads stdin.")
@click.option(
    "--item",
    "items",
    multiple=True,
    shell_complete=completion.complete_items,
    help="Item it concerns.",
)
@workspace_option
@as_of_option
@json_option
def add(
    title: str,
    kind: str,
    by: str | None,
    to: str,
    due: str | None,
    round_: str,
    document: str,
    section: str,
    text: str,
    items: tuple[str, ...],
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Add a request with a one-line TITLE. Prints the new id first.

    \b
    Example:
      fedcheck request add "Which ports cross the boundary?" --by TR-B --to csp \\
        --document SSP --section 9.2 --round 1 --due +1w --item abd
      fedcheck request add "Export of the firewall rules" --kind evidence --to erik
    """
    session = open_workspace(workspace, as_of)
    ref = session.new_ref(REQUESTS)
    edit = RequestEdit(
        "ask",
        kind=kind,
        title=title,
        by=session.who if by is None else by,
        to=to,
        due=issues.parse_date_option(session, due),
        round=round_,
        document=document,
        section=section,
        text=read_text(text),
        link=issues.resolve_item_refs(session, items),
    )
    action = session.apply([ref], edit, f"Asked: {one_line(title)}")
    asked = session.project.request(split_ref(ref)[1])
    if as_json or asked is None:
        print_transaction(session, action, as_json)
        return
    far = f"due {output.format_due(asked.due, session.today())}" if asked.due else ""
    issues.print_new_ref(asked, f"to {asked.to}" if asked.to else "", far)


@request.command()
@click.argument("request_id", metavar="ID", shell_complete=completion.complete_requests)
@click.argument("text", required=False)
@click.option("--evidence", "links", multiple=True, metavar="LINK", help="URL, file or ticket.")
@click.option("--kind", type=click.Choice(["url", "file", "ticket"]), help="Guessed if not given.")
@click.option("--outside", is_flag=True, help="Allow a file outside the workspace.")
@workspace_option
@as_of_option
@json_option
def answer(
    request_id: str,
    text: str | None,
    links: tuple[str, ...],
    kind: str | None,
    outside: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Answer a request with TEXT (- reads it from stdin), evidence, or both.

    A new text replaces the earlier one; evidence is added. The requester then accepts or returns
    the answer.

    \b
    Example:
      fedcheck request answer q7w "443 only; see figure 9-1" --evidence evidence/ports.csv
    """
    session = open_workspace(workspace, as_of)
    ref = issues.resolve_ref(session, REQUESTS, request_id)
    whole = None if text is None else read_text(text)
    evidence = issues.evidence_of(session, links, kind, outside)
    edit = RequestEdit("answer", answer=whole, evidence=evidence)
    print_transaction(session, session.apply([ref], edit, "Request answered"), as_json)


@request.command()
@click.argument(
    "request_ids",
    nargs=-1,
    required=True,
    metavar="ID...",
    shell_complete=completion.complete_requests,
)
@click.option("--comment", default="", help="Comment on the answer.")
@workspace_option
@json_option
def accept(
    request_ids: tuple[str, ...], comment: str, workspace: str | None, as_json: bool
) -> None:
    """Accept the answers to one or more requests, which closes them.

    \b
    Example:
      fedcheck request accept q7wd m2vx
    """
    session = open_workspace(workspace)
    refs = issues.resolve_refs(session, REQUESTS, request_ids)
    edit = RequestEdit("accept", comment=comment)
    print_transaction(session, session.apply(refs, edit, "Accepted"), as_json)


@request.command("return")
@click.argument("request_id", metavar="ID", shell_complete=completion.complete_requests)
@click.option("--comment", required=True, help="What is missing from the answer.")
@workspace_option
@json_option
def return_(request_id: str, comment: str, workspace: str | None, as_json: bool) -> None:
    """Return an answer: the request is open again, and the comment explains why.

    \b
    Example:
      fedcheck request return q7wd --comment "Region two is not in the export"
    """
    session = open_workspace(workspace)
    ref = issues.resolve_ref(session, REQUESTS, request_id)
    edit = RequestEdit("return", comment=comment)
    print_transaction(session, session.apply([ref], edit, "Returned"), as_json)


@request.command()
@click.argument("request_id", metavar="ID", shell_complete=completion.complete_requests)
@click.option("--reason", required=True, help="Reason, kept in the history.")
@workspace_option
@json_option
def withdraw(request_id: str, reason: str, workspace: str | None, as_json: bool) -> None:
    """Withdraw a request that should not have been made.

    It leaves the register. The history keeps it with the reason, and undo restores it.

    \b
    Example:
      fedcheck request withdraw q7w --reason "asked twice"
    """
    issues.withdraw_issue(open_workspace(workspace), REQUESTS, request_id, reason, as_json)


@request.command()
@click.argument("request_id", metavar="ID", shell_complete=completion.complete_requests)
@click.option("--title", help="New title, in one line.")
@click.option("--kind", type=choice_of(REQUEST_KINDS), help="Question, or for evidence.")
@click.option("--by", shell_complete=completion.complete_people, help="Requester.")
@click.option("--to", shell_complete=completion.complete_people, help="A person or a role.")
@click.option("--due", help='2027-02-01, +2w, fri, "kick-off - 30d"; empty: none.')
@click.option("--round", help="Round of the review.")
@click.option("--document", help="Document it is about: SSP, RAR, SAR.")
@click.option("--section", help="Section, page or control.")
@click.option("--text", help="Full text; - reads stdin.")
@click.option(
    "--item",
    "items",
    multiple=True,
    shell_complete=completion.complete_items,
    help="Link this item too.",
)
@workspace_option
@as_of_option
@json_option
def edit(
    request_id: str,
    due: str | None,
    text: str | None,
    items: tuple[str, ...],
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
    **fields: str | None,
) -> None:
    """Change a request: title, assignee, due date and more. Other fields stay as they are.

    \b
    Example:
      fedcheck request edit q7w --to erik --due +1w
      fedcheck request edit q7w --title "Which ports are open to the internet?"
    """
    session = open_workspace(workspace, as_of)
    ref = issues.resolve_ref(session, REQUESTS, request_id)
    day = issues.parse_date_option(session, due)
    wanted = RequestEdit(
        due=day,
        no_due=due is not None and day is None,
        text=None if text is None else read_text(text),
        link=issues.resolve_item_refs(session, items),
        **fields,  # type: ignore[arg-type]
    )
    if wanted == RequestEdit():
        raise FedcheckError(
            "nothing to change",
            "add what to change: --title TEXT, --to WHO, --due DAY",
            ErrorKind.USAGE,
        )
    print_transaction(session, session.apply([ref], wanted, "Request changed"), as_json)


@request.command("list")
@click.argument("query", nargs=-1, shell_complete=completion.complete_request_query)
@workspace_option
@as_of_option
@json_option
def list_(query: tuple[str, ...], workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """List requests, one per line, newest last, narrowed by a QUERY.

    Words match id, title, texts, document, items and evidence. Keys narrow: state (open, returned,
    answered, accepted), kind, by, to, round, document, section, item, due, is; a|b means either, a
    leading - excludes a term. A role (to:csp) means everyone in it. ! marks overdue requests.

    \b
    Example:
      fedcheck request list to:csp is:overdue
      fedcheck request list by:TR-B round:2 document:ssp
    """
    session = open_workspace(workspace, as_of)
    issues.list_issues(session, REQUESTS)
    board = session.board()
    parsed = build_request_language(board.project).parse(output.join_query(query))
    chosen = parsed.select(board.project.requests, board.today)
    chosen.sort(key=lambda one: one.asked or date.min)
    if as_json:
        print_json([json_documents.request_row(one, board.today) for one in chosen])
        return
    print_lines(output.format_table([_cells(board, one) for one in chosen], flexible=4))
    if not chosen:
        print_error("no request matches" if query else "no requests yet")


def _cells(board: "Board", one: Request) -> list[str]:
    people = f"{one.by} → {one.to}" if one.by and one.to else one.by or (one.to and f"→ {one.to}")
    place = " ".join(part for part in (one.document, one.section) if part)
    return [
        one.id,
        state_of(one),
        issues.format_due_cell(one, board.today),
        people,
        one.title,
        place,
    ]


@request.command()
@click.argument("request_id", metavar="ID", shell_complete=completion.complete_requests)
@workspace_option
@as_of_option
@json_option
def show(request_id: str, workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """Show everything about a request, including its history.

    \b
    Example:
      fedcheck request show q7wd
    """
    session = open_workspace(workspace, as_of)
    ref = issues.resolve_ref(session, REQUESTS, request_id)
    found = session.project.request(ref.partition(":")[2])
    assert found is not None, "its id was just found"
    if as_json:
        history = issues.load_history(session, ref)
        print_json(json_documents.request_document(found, session.today(), history))
        return
    _print(session, found, ref)


def _print(session: "Session", one: Request, ref: str) -> None:
    board = session.board()
    asked = one.asked.isoformat() if one.asked else ""
    by = f"by {_who(board, one.by)}" if one.by else ""
    issues.print_heading(one, ref, KINDS[one.kind], board.today)
    issues.print_fields(
        [
            ("asked", " ".join(part for part in (asked, by) if part)),
            ("to", _who(board, one.to)),
            ("due", issues.describe_due(one, board.today)),
            ("about", " ".join(part for part in (one.document, one.section) if part)),
            ("round", one.round),
            *issues.more_facts(one),
        ]
    )
    issues.print_paragraph("Question", one.text)
    day = f", {one.answered.isoformat()}" if one.answered else ""
    issues.print_paragraph("Answer" + day, one.answer)
    issues.print_paragraph("Returned because" if one.returned else "Comment", one.comment)
    for title, text in issues.more_texts(one):
        issues.print_paragraph(title, text)
    issues.print_details(session, board, one, ref)


def _who(board: "Board", name: str) -> str:
    role = find_role(board.project, name)
    return f"{name} ({role})" if role and role != name.casefold() else name
