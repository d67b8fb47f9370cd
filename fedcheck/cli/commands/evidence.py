"""Commands on evidence: add, list, verify, renew, remove."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.analysis.issue_evidence import ISSUE_FILES, is_issue_ref, list_issue_rows
from fedcheck.cli import completion, output
from fedcheck.cli.change_output import print_transaction
from fedcheck.cli.commands import issues
from fedcheck.cli.commands.evidence_output import forecast_stale, format_groups, show_progress
from fedcheck.cli.options import (
    DateType,
    as_of_option,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    print_lines,
    workspace_option,
)
from fedcheck.domain.evidence import Evidence, evidence_to_dict, normalize_link
from fedcheck.domain.evidence_edit import attach_evidence, change_each, detach_each
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, NoSuchItemError
from fedcheck.storage.evidence_files import guess_kind
from fedcheck.storage.evidence_paths import resolve_path
from fedcheck.storage.paths import expand_path

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.row import Row
    from fedcheck.session import Session

EvidenceOnRow = tuple["Row", Evidence, str]


@click.group()
def evidence() -> None:
    """Attach evidence to items, list it, verify it.

    \b
    Example:
      fedcheck evidence add abd evidence/boundary.pdf --label "Boundary diagram v3"
    """


@evidence.command()
@click.argument(
    "targets",
    nargs=-1,
    required=True,
    metavar="ITEM... LINK...",
    shell_complete=completion.complete_items,
)
@click.option("--link", "links", multiple=True, help="A link; then every other word names an item.")
@click.option("--label", default="", help="Label: what it shows.")
@click.option("--kind", type=click.Choice(["url", "file", "ticket"]), help="Guessed if not given.")
@click.option("--collected", type=DateType(), help="Date collected; today by default.")
@click.option("--expires", type=DateType("future"), help="Last date on which it counts.")
@click.option("--outside", is_flag=True, help="Allow a file outside the workspace.")
@click.option("--also", multiple=True, metavar="ITEM", help="Attach it to this item too.")
@workspace_option
@as_of_option
@json_option
def add(
    targets: tuple[str, ...],
    links: tuple[str, ...],
    label: str,
    kind: str | None,
    collected: date | None,
    expires: date | None,
    outside: bool,
    also: tuple[str, ...],
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Attach each LINK to each ITEM: a URL, a file or a ticket such as SEC-123.

    The items come first, then the links. Several links go to all of the items, with the same label
    and dates. With --link, every word names an item.

    fedcheck keeps the file's hash, so a later change to the file shows. One command is one action
    and one undo. To attach evidence to a request or finding, use requests:ID or findings:ID.

    \b
    Example:
      fedcheck evidence add scan-web evidence/zap-2027-01.json --collected 2027-01-09
      fedcheck evidence add scan-web scan-db evidence/scans-2027-01.zip
      fedcheck evidence add abd evidence/boundary.pdf evidence/data-flow.pdf
      fedcheck evidence add m-meeting --link https://tickets.example.com/SEC-9 --link SEC-10
    """
    session = open_workspace(workspace, as_of)
    named, wanted = (
        (list(targets), list(links)) if links else _split_targets(session, targets, kind)
    )
    refs = list(dict.fromkeys(issues.resolve_any_ref(session, one) for one in (*named, *also)))
    with show_progress("reading") as step:
        pieces = [
            session.new_evidence(
                link,
                here=Path.cwd(),
                kind=kind or "",
                label=label,
                collected=collected,
                expires=expires,
                outside=outside,
                step=step,
            )
            for link in dict.fromkeys(wanted)
        ]
    _warn_of_duplicates(session, refs, pieces)
    action = session.apply(refs, attach_evidence(*pieces))
    if len(pieces) > 1 and not as_json:
        print_line(
            f"{len(pieces)} links, each attached to {pluralize(len(refs), 'item')}; one undo "
            "reverses it"
        )
    print_transaction(session, action, as_json)


def _split_targets(
    session: "Session", words: tuple[str, ...], kind: str | None
) -> tuple[list[str], list[str]]:
    """Return which words name items, and which are links: the first is an item, the last a link.

    Raises FedcheckError, saying what was understood, where a word is neither.
    """
    if len(words) < 2:
        hint = "first the items, then the links: fedcheck evidence add abd evidence/boundary.pdf"
        raise FedcheckError("the link or the item is missing", hint, ErrorKind.USAGE)
    if not _names_item(session, words[0]) and _is_link(session, words[0]):
        raise FedcheckError(
            f"{one_line(words[0], 200)}: this is a link; the item comes first",
            f"fedcheck evidence add ITEM {one_line(words[0], 100)}",
            ErrorKind.USAGE,
        )
    items = [words[0]]
    links: list[str] = []
    for word in words[1:]:
        if not links and word is not words[-1] and _names_item(session, word):
            items.append(word)
        elif kind in ("url", "ticket") or _is_link(session, word):
            links.append(word)
        else:
            shown = one_line(word, 200)
            what = "names an item, not a file" if _names_item(session, word) else "no such file"
            said = f"understood so far: {_list_words('item', items)}"
            said += f"; {_list_words('link', links)}" if links else ""
            hint = "first the items, then the links; a URL begins with https://"
            raise FedcheckError(f"{shown}: {what}", f"{said}\n  {hint}", ErrorKind.USAGE)
    return items, links


def _list_words(what: str, words: list[str]) -> str:
    return f"{what}{'s' * (len(words) > 1)} {', '.join(one_line(word, 60) for word in words)}"


def _names_item(session: "Session", word: str) -> bool:
    """Return whether a word names an item; one that may be several is refused as such, later."""
    try:
        issues.resolve_any_ref(session, word)
    except NoSuchItemError:
        return False
    except FedcheckError:
        return not _is_link(session, word)
    return True


def _is_link(session: "Session", word: str) -> bool:
    """Return whether a word is a URL, a ticket, or a file or folder that is there."""
    if is_issue_ref(word):  # a request or a finding, even one that is gone
        return False
    if guess_kind(word) != "file" or ":" in word:  # what begins like a URL is judged as one
        return True
    path = os.fspath(expand_path(word))
    return any(os.path.lexists(resolve_path(base, path)) for base in (Path.cwd(), session.root))


def _warn_of_duplicates(session: "Session", refs: list[str], pieces: list[Evidence]) -> None:
    """Report on stderr which items have a link already: that may be meant."""
    for ref in refs:
        thing = session.project.thing(ref)
        known = {normalize_link(one.link): one for one in thing.evidence} if thing else {}
        for piece in pieces:
            twin = known.get(normalize_link(piece.link))
            if twin is not None:
                print_error(
                    one_line(f"note: {ref} already has {piece.link} ({twin.id})", 200),
                    f"to renew it: fedcheck evidence renew {one_line(twin.id, 40)}",
                )


@evidence.command("list")
@click.argument("query", nargs=-1, shell_complete=completion.complete_item_query)
@click.option(
    "--by", type=click.Choice(["item", "kind", "age", "state"]), help="Group the evidence."
)
@workspace_option
@as_of_option
@json_option
def list_(
    query: tuple[str, ...],
    by: str | None,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """List the evidence of the items that match a QUERY, and when it goes stale.

    With --by it is grouped and includes items that expect evidence and have none. Evidence of
    requests and findings is included; the words requests, findings, requests:ID and findings:ID
    narrow the list to it.

    \b
    Example:
      fedcheck evidence list evidence:stale
      fedcheck evidence list requests
      fedcheck evidence list --by age phase:full-assessment
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    if by and not as_json:
        for line in format_groups(board, {row.ref for row in _select_rows(board, query)}, by):
            print_line(line)
        return
    found, ends = _find_evidence(board, query), forecast_stale(board)
    if as_json:
        print_json([{**_row(*one), **ends[one[0].ref, one[1].id].data} for one in found])
        return
    rows = [
        [p.id, state, str(p.collected or ""), ends[e.ref, p.id].words, e.ref, p.label, p.link]
        for e, p, state in found
    ]
    print_lines(output.format_table(rows, flexible=6))


@evidence.command()
@click.argument("query", nargs=-1, shell_complete=completion.complete_item_query)
@workspace_option
@as_of_option
@json_option
@click.option("--outside", is_flag=True, help="Include files outside the workspace.")
@click.pass_context
def verify(
    ctx: click.Context,
    query: tuple[str, ...],
    outside: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Hash the evidence files of the items that match a QUERY, and compare.

    Evidence of requests and findings is included; a QUERY names it as in evidence list.

    An absolute path is read only if you linked it yourself on this machine or add --outside once,
    because a workspace from somebody else could name any of your files.

    A large file with a new time stamp stays unverified until this command has hashed it.

    Exit status 1 if a file is missing, changed or unreadable, or evidence is stale. ctrl+c ends it
    with status 130 and keeps what was verified so far.

    \b
    Example:
      fedcheck evidence verify phase:full-assessment
    """
    session = open_workspace(workspace, as_of)
    refs = list(dict.fromkeys(row.ref for row, _, _ in _find_evidence(session.board(), query)))
    with show_progress("verifying") as step:
        verdicts = session.verify_evidence(refs, step, outside)
    unread = {(v.ref, v.evidence_item.id) for v in verdicts if v.state == "unreadable"}
    found = [
        (row, evidence_item, "unreadable" if (row.ref, evidence_item.id) in unread else state)
        for row, evidence_item, state in _find_evidence(session.board(), query)
    ]
    bad = [one for one in found if one[2] != "ok"]
    if as_json:
        print_json([_row(*one) for one in found])
    else:
        rows = [[state, e.ref, p.id, p.name] for e, p, state in bad]
        print_lines(output.format_table(rows, flexible=3))
        print_line(
            f"{pluralize(len(verdicts), 'file')} hashed; {pluralize(len(bad), 'problem')} found."
        )
    ctx.exit(1 if bad else 0)


@evidence.command()
@click.argument("query", nargs=-1, required=True, shell_complete=completion.complete_item_query)
@click.option("--all", "everything", is_flag=True, help="Remove more than one evidence item.")
@workspace_option
@json_option
def remove(query: tuple[str, ...], everything: bool, workspace: str | None, as_json: bool) -> None:
    """Detach evidence by its id, or all evidence of items that match a QUERY. Files stay where
    they are.

    \b
    Example:
      fedcheck evidence remove 2b5354
    """
    session = open_workspace(workspace)
    board = session.board()
    found = _find_by_id(board, query)
    by_id = bool(found)
    if not found:
        found = [(row, evidence_item) for row, evidence_item, _ in _find_evidence(board, query)]
    if not found:
        raise FedcheckError("no evidence matches", "see: fedcheck evidence list", ErrorKind.USAGE)
    if len(found) > 1 and not everything and not by_id:
        for row, evidence_item in found[:20]:
            print_error(one_line(f"{evidence_item.id}  {row.ref}  {evidence_item.name}", 200))
        raise FedcheckError(
            f"{len(found)} evidence items match", "name one by its id, or --all", ErrorKind.USAGE
        )
    pieces = tuple((row.ref, one.id) for row, one in found)
    print_transaction(session, session.apply_each(detach_each(pieces)), as_json)


@evidence.command()
@click.argument("piece")
@click.option("--collected", type=DateType(), help="Date collected; today by default.")
@click.option("--expires", type=DateType("future"), help="Last date on which it counts.")
@workspace_option
@json_option
def renew(
    piece: str, collected: date | None, expires: date | None, workspace: str | None, as_json: bool
) -> None:
    """Record that evidence (PIECE is its id) was collected again: new date, new hash, same link.

    \b
    Example:
      fedcheck evidence renew 2b5354
    """
    session = open_workspace(workspace)
    found = _find_by_id(session.board(), (piece,))
    if not found:
        shown = one_line(piece, 80)
        raise FedcheckError(
            f"{shown}: no such evidence", "see: fedcheck evidence list", ErrorKind.USAGE
        )
    with show_progress("reading") as step:
        fresh = session.renew_evidence(found[0][1], collected, step)
    values = {"collected": fresh.collected, "sha256": fresh.sha256}
    values["expires"] = expires or fresh.expires
    edits = change_each(tuple((row.ref, one.id) for row, one in found), values, (fresh,))
    label = f"Evidence renewed: {one_line(fresh.name, 60)}"
    print_transaction(session, session.apply_each(edits, label), as_json)


def _find_by_id(board: "Board", ids: tuple[str, ...]) -> list[tuple["Row", Evidence]]:
    """Return evidence by its id, with the row that has it; one piece may be on several rows."""
    return [
        (row, one)
        for row in _list_evidence_rows(board)
        for one in row.record.evidence
        if one.id in ids
    ]


def _find_evidence(board: "Board", query: tuple[str, ...]) -> list[EvidenceOnRow]:
    return [
        (row, evidence_item, state)
        for row in _select_rows(board, query)
        for evidence_item, state in zip(row.record.evidence, row.evidence, strict=True)
    ]


def _select_rows(board: "Board", query: tuple[str, ...]) -> list["Row"]:
    """Return the items, requests and findings that a query means."""
    named = [word for word in query if word in ISSUE_FILES or is_issue_ref(word)]
    rest = tuple(word for word in query if word not in named)
    parsed = build_item_language(board.project).parse(output.join_query(rest))
    found = parsed.select(_list_evidence_rows(board), board.today)
    if not named:
        return list(found)
    return [row for row in found if row.ref in named or row.checklist in named]


def _list_evidence_rows(board: "Board") -> list["Row"]:
    """Return everything that can have evidence: items, and requests and findings that have some."""
    return [*board.rows.values(), *list_issue_rows(board)]


def _row(row: "Row", evidence_item: Evidence, state: str) -> dict[str, object]:
    return {
        "ref": row.ref,
        "id": evidence_item.id,
        "state": state,
        **evidence_to_dict(evidence_item),
    }
