"""Commands on evidence: add, list, verify, renew, remove."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.analysis.issue_evidence import BOOKS, in_a_ledger
from fedcheck.cli import completion, output
from fedcheck.cli.commands import issues
from fedcheck.cli.commands.evidence_output import foretold, grouped_lines, progress
from fedcheck.cli.commands.item import report_action
from fedcheck.cli.options import (
    Day,
    as_of_option,
    complain,
    json_option,
    open_workspace,
    print_json,
    say,
    workspace_option,
)
from fedcheck.domain.evidence import Evidence, evidence_to_dict
from fedcheck.domain.evidence_edit import attach_evidence, change_each, detach_each
from fedcheck.domain.query_fields import item_language
from fedcheck.domain.text import one_line, plural
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.row import Row
    from fedcheck.session import Session

Proof = tuple["Row", Evidence, str]


@click.group()
def evidence() -> None:
    """Attach proof to items, list it, check it.

    \b
    Example:
      fedcheck evidence add abd evidence/boundary.pdf --label "Boundary diagram v3"
    """


@evidence.command()
@click.argument(
    "targets", nargs=-1, required=True, metavar="ITEM... LINK", shell_complete=completion.items
)
@click.option("--link", "links", multiple=True, help="A link; then all that is named is an item.")
@click.option("--label", default="", help="What it is, in words.")
@click.option("--kind", type=click.Choice(["url", "file", "ticket"]), help="Else guessed.")
@click.option("--collected", type=Day(), help="Day on which it was taken; today otherwise.")
@click.option("--expires", type=Day(), help="Day after which it no longer counts.")
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
    """Attach LINK to each ITEM: a URL, a file or a ticket such as SEC-123.

    A file's hash is kept, so that a later change of the file shows. One call is one action, and
    one undo. A request or a finding can stand for an item: requests:ID, findings:ID.

    \b
    Example:
      fedcheck evidence add scan-web evidence/zap-2027-01.json --collected 2027-01-09
      fedcheck evidence add scan-web scan-db evidence/scans-2027-01.zip
      fedcheck evidence add m-meeting --link https://tickets.example.com/SEC-9 --link SEC-10
    """
    items = targets if links else targets[:-1]
    if not items:
        raise FedcheckError(
            "the link or the item is missing", "first the items, then the link", ErrorKind.USAGE
        )
    session = open_workspace(workspace, as_of)
    refs = list(dict.fromkeys(issues.any_ref(session, one) for one in (*items, *also)))
    with progress("reading") as step:
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
            for link in dict.fromkeys(links or targets[-1:])
        ]
    _tell_of_twins(session, refs, pieces)
    report_action(session, session.apply(refs, attach_evidence(*pieces)), as_json)


def _tell_of_twins(session: "Session", refs: list[str], pieces: list[Evidence]) -> None:
    """Say on stderr which items have a link already: that may be meant."""
    for ref in refs:
        thing = session.project.thing(ref)
        known = {proof.link: proof for proof in thing.evidence} if thing else {}
        for piece in pieces:
            twin = known.get(piece.link)
            if twin is not None:
                complain(
                    one_line(f"note: {ref} has {piece.link} already ({twin.id})", 200),
                    f"to renew it: fedcheck evidence renew {one_line(twin.id, 40)}",
                )


@evidence.command("list")
@click.argument("query", nargs=-1, shell_complete=completion.query_words)
@click.option("--by", type=click.Choice(["item", "kind", "age", "state"]), help="Group the pieces.")
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
    """List the evidence of the items that a QUERY means, and when each goes stale.

    With --by in groups, with where evidence is expected and none is attached. Evidence of requests
    and findings is listed too; the words requests, findings, requests:ID and findings:ID narrow it
    to theirs.

    \b
    Example:
      fedcheck evidence list evidence:stale
      fedcheck evidence list requests
      fedcheck evidence list --by age phase:full-assessment
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    if by and not as_json:
        for line in grouped_lines(board, {row.ref for row in _meant(board, query)}, by):
            say(line)
        return
    found, ends = _found(board, query), foretold(board)
    if as_json:
        print_json([{**_row(*one), **ends[one[0].ref, one[1].id].data} for one in found])
        return
    rows = [
        [p.id, state, str(p.collected or ""), ends[e.ref, p.id].words, e.ref, p.label, p.link]
        for e, p, state in found
    ]
    for line in output.table(rows, flexible=6):
        say(line)


@evidence.command()
@click.argument("query", nargs=-1, shell_complete=completion.query_words)
@workspace_option
@as_of_option
@json_option
@click.option("--outside", is_flag=True, help="Look at files outside the workspace too.")
@click.pass_context
def verify(
    ctx: click.Context,
    query: tuple[str, ...],
    outside: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Hash the evidence files of the items that a QUERY means, and compare.

    Those of requests and findings too; a QUERY may name them as evidence list does.

    A path from the root of the disk is looked at only if you linked it yourself on this machine, or
    say --outside once: a workspace from somebody else may name any file of yours.

    Exit status 1 where a file is missing, changed or cannot be read, or evidence is stale. ctrl+c
    ends it with status 130; what was verified until then is remembered.

    \b
    Example:
      fedcheck evidence verify phase:full-assessment
    """
    session = open_workspace(workspace, as_of)
    refs = list(dict.fromkeys(row.ref for row, _, _ in _found(session.board(), query)))
    with progress("verifying") as step:
        verdicts = session.verify_evidence(refs, step, outside)
    unread = {(v.ref, v.proof.id) for v in verdicts if v.state == "unreadable"}
    found = [
        (row, proof, "unreadable" if (row.ref, proof.id) in unread else state)
        for row, proof, state in _found(session.board(), query)
    ]
    bad = [one for one in found if one[2] != "ok"]
    if as_json:
        print_json([_row(*one) for one in found])
    else:
        rows = [[state, e.ref, p.id, p.name] for e, p, state in bad]
        for line in output.table(rows, flexible=3):
            say(line)
        say(f"{plural(len(verdicts), 'file')} hashed; {plural(len(bad), 'problem')} found.")
    ctx.exit(1 if bad else 0)


@evidence.command()
@click.argument("query", nargs=-1, required=True, shell_complete=completion.query_words)
@click.option("--all", "everything", is_flag=True, help="Remove more than one piece.")
@workspace_option
@json_option
def remove(query: tuple[str, ...], everything: bool, workspace: str | None, as_json: bool) -> None:
    """Detach evidence: by its id, or all that a QUERY means. Files stay where they are.

    \b
    Example:
      fedcheck evidence remove 2b5354
    """
    session = open_workspace(workspace)
    board = session.board()
    ids = set(query)
    found = [
        (row, proof) for row in _provable(board) for proof in row.record.evidence if proof.id in ids
    ]
    by_id = bool(found)
    if not found:
        found = [(row, proof) for row, proof, _ in _found(board, query)]
    if not found:
        raise FedcheckError(
            "no evidence is meant by this", "see: fedcheck evidence list", ErrorKind.USAGE
        )
    if len(found) > 1 and not everything and not by_id:
        for row, proof in found[:20]:
            complain(one_line(f"{proof.id}  {row.ref}  {proof.name}", 200))
        raise FedcheckError(
            f"{len(found)} pieces are meant", "name one by its id, or --all", ErrorKind.USAGE
        )
    pieces = tuple((row.ref, one.id) for row, one in found)
    report_action(session, session.apply_each(detach_each(pieces)), as_json)


@evidence.command()
@click.argument("piece")
@click.option("--collected", type=Day(), help="Day on which it was taken; today otherwise.")
@click.option("--expires", type=Day(), help="Day after which it no longer counts.")
@workspace_option
@json_option
def renew(
    piece: str, collected: date | None, expires: date | None, workspace: str | None, as_json: bool
) -> None:
    """Note that a PIECE, named by its id, was collected again: new day, new hash, same link.

    \b
    Example:
      fedcheck evidence renew 2b5354
    """
    session = open_workspace(workspace)
    found = [
        (row, proof)
        for row in _provable(session.board())
        for proof in row.record.evidence
        if proof.id == piece
    ]
    if not found:
        shown = one_line(piece, 80)
        raise FedcheckError(
            f"{shown}: no such evidence", "see: fedcheck evidence list", ErrorKind.USAGE
        )
    with progress("reading") as step:
        fresh = session.renew_evidence(found[0][1], collected, step)
    values = {"collected": fresh.collected, "sha256": fresh.sha256}
    values["expires"] = expires or fresh.expires
    edits = change_each(tuple((row.ref, one.id) for row, one in found), values, (fresh,))
    label = f"Evidence renewed: {one_line(fresh.name, 60)}"
    report_action(session, session.apply_each(edits, label), as_json)


def _found(board: "Board", query: tuple[str, ...]) -> list[Proof]:
    return [
        (row, proof, state)
        for row in _meant(board, query)
        for proof, state in zip(row.record.evidence, row.evidence, strict=True)
    ]


def _meant(board: "Board", query: tuple[str, ...]) -> list["Row"]:
    """Return the items, requests and findings that a query means."""
    named = [word for word in query if word in BOOKS or in_a_ledger(word)]
    rest = tuple(word for word in query if word not in named)
    parsed = item_language(board.project).parse(output.query_text(rest))
    found = parsed.select(_provable(board), board.today)
    if not named:
        return list(found)
    return [row for row in found if row.ref in named or row.checklist in named]


def _provable(board: "Board") -> list["Row"]:
    """Return everything that can have evidence: items, and requests and findings that have some."""
    from fedcheck.analysis.issue_evidence import stand_ins

    return [*board.rows.values(), *stand_ins(board)]


def _row(row: "Row", proof: Evidence, state: str) -> dict[str, object]:
    return {"ref": row.ref, "id": proof.id, "state": state, **evidence_to_dict(proof)}
