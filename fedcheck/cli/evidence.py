"""Commands on evidence: add, list, verify, remove."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli import complete, words
from fedcheck.cli.context import (
    Day,
    as_of_option,
    complain,
    json_option,
    open_workspace,
    print_json,
    say,
    workspace_option,
)
from fedcheck.cli.item import report_action
from fedcheck.model import query as queries
from fedcheck.model.evidence import Evidence, evidence_to_dict
from fedcheck.model.text import one_line, plural
from fedcheck.store.problems import FedcheckError

if TYPE_CHECKING:
    from fedcheck.insight.entries import Board
    from fedcheck.model.entry import Entry

Proof = tuple["Entry", Evidence, str]


@click.group()
def evidence() -> None:
    """Attach proof to items, list it, check it.

    \b
    Example:
      fedcheck evidence add abd evidence/boundary.pdf --label "Boundary diagram v3"
    """


@evidence.command()
@click.argument("item", shell_complete=complete.items)
@click.argument("link", type=str)
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
    item: str,
    link: str,
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
    """Attach LINK to ITEM: a URL, a file or a ticket such as SEC-123.

    A file's hash is kept, so that a later change of the file shows.

    \b
    Example:
      fedcheck evidence add scan-web evidence/zap-2027-01.json --collected 2027-01-09
      fedcheck evidence add m-meeting https://tickets.example.com/SEC-9 --label "Minutes"
    """
    session = open_workspace(workspace, as_of)
    refs = list(dict.fromkeys(session.resolve(one) for one in (item, *also)))
    proof = session.new_evidence(
        link,
        here=Path.cwd(),
        kind=kind or "",
        label=label,
        collected=collected,
        expires=expires,
        outside=outside,
    )
    report_action(session, session.add_evidence(refs, proof), as_json)


@evidence.command("list")
@click.argument("query", nargs=-1, shell_complete=complete.query_words)
@workspace_option
@as_of_option
@json_option
def list_(query: tuple[str, ...], workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """List the evidence of the items that a QUERY means.

    \b
    Example:
      fedcheck evidence list evidence:stale
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    found = _found(board, query)
    if as_json:
        print_json([_row(*one) for one in found])
        return
    rows = [[p.id, state, str(p.collected or ""), e.ref, p.label, p.link] for e, p, state in found]
    for line in words.table(rows, flexible=5):
        say(line)


@evidence.command()
@click.argument("query", nargs=-1, shell_complete=complete.query_words)
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

    A path from the root of the disk is looked at only if you linked it yourself on this machine, or
    say --outside once: a workspace from somebody else may name any file of yours.

    Exit status 1 where a file is missing, changed or cannot be read, or evidence is stale.

    \b
    Example:
      fedcheck evidence verify phase:full-assessment
    """
    session = open_workspace(workspace, as_of)
    refs = list(dict.fromkeys(entry.ref for entry, _, _ in _found(session.board(), query)))
    if outside:
        session.allow_outside(refs)
    verdicts = session.verify_evidence(refs)
    unread = {(v.ref, v.proof.id) for v in verdicts if v.state == "unreadable"}
    found = [
        (entry, proof, "unreadable" if (entry.ref, proof.id) in unread else state)
        for entry, proof, state in _found(session.board(), query)
    ]
    bad = [one for one in found if one[2] != "ok"]
    if as_json:
        print_json([_row(*one) for one in found])
    else:
        rows = [[state, e.ref, p.id, p.name] for e, p, state in bad]
        for line in words.table(rows, flexible=3):
            say(line)
        say(f"{plural(len(verdicts), 'file')} hashed; {plural(len(bad), 'problem')} found.")
    ctx.exit(1 if bad else 0)


@evidence.command()
@click.argument("query", nargs=-1, required=True, shell_complete=complete.query_words)
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
        (entry, proof)
        for entry in board.entries.values()
        for proof in entry.record.evidence
        if proof.id in ids
    ]
    by_id = bool(found)
    if not found:
        found = [(entry, proof) for entry, proof, _ in _found(board, query)]
    if not found:
        raise FedcheckError("no evidence is meant by this", "see: fedcheck evidence list", 2)
    if len(found) > 1 and not everything and not by_id:
        for entry, proof in found[:20]:
            complain(one_line(f"{proof.id}  {entry.ref}  {proof.name}", 200))
        raise FedcheckError(f"{len(found)} pieces are meant", "name one by its id, or --all", 2)
    report_action(session, session.remove_evidence([(e.ref, p.id) for e, p in found]), as_json)


def _found(board: "Board", query: tuple[str, ...]) -> list[Proof]:
    parsed = queries.parse(words.query_text(query))
    return [
        (entry, proof, state)
        for entry in parsed.select(board.entries.values(), board.today)
        for proof, state in zip(entry.record.evidence, entry.evidence, strict=True)
    ]


def _row(entry: "Entry", proof: Evidence, state: str) -> dict[str, object]:
    return {"ref": entry.ref, "id": proof.id, "state": state, **evidence_to_dict(proof)}
