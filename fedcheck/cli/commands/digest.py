"""The command that writes for each owner what they owe, for an email."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli import completion
from fedcheck.cli.options import (
    DateType,
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    workspace_option,
)
from fedcheck.domain.reference import did_you_mean, find_nearest
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, presence
from fedcheck.storage.typed_files import replace_typed_files, typed_link_error

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.digests import Digest

NOBODY_WORDS = ("nobody", "none")
"""What stands for the digest of what nobody is named for."""


@click.command()
@click.argument("owners", nargs=-1, metavar="[OWNER]...", shell_complete=completion.complete_people)
@click.option("--role", shell_complete=completion.complete_roles, help="Only people of this role.")
@click.option("--until", type=DateType("future"), help="Leave out what is due after this date.")
@click.option(
    "-o", "--output", metavar="DIR", help="Folder for the files; - prints one owner's digest."
)
@click.option("--force", is_flag=True, help="Replace files in a folder that you name.")
@workspace_option
@as_of_option
@json_option
def digest(
    owners: tuple[str, ...],
    role: str | None,
    until: date | None,
    output: str | None,
    force: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Write what each owner owes, by when and why, as Markdown that reads well in an email.

    There is one file for each OWNER who owes something, and one for work with no owner (nobody).
    Files go to reports/digest-DATE in the workspace, or to the folder DIR. Nothing private or
    internal is included.

    \b
    Example:
      fedcheck digest --role csp --until 2027-02-01
      fedcheck digest dana -o -
    """
    from fedcheck.analysis.digests import build_digests
    from fedcheck.reports.digest import choose_file_names

    session = open_workspace(workspace, as_of)
    board = session.board().shared()
    roles = board.project.process.roles
    if role and role not in roles:
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{one_line(role, 60)}"', hint, ErrorKind.USAGE)
    everybody = build_digests(board, role or "", until)
    names = dict(zip((one.owner for one in everybody), choose_file_names(everybody), strict=True))
    chosen = _select_digests(board, everybody, owners)
    if as_json:
        found = [_row(board, one, names.get(one.owner, "")) for one in chosen]
        print_json(
            {"schema": "fedcheck/digest@1", "as_of": board.today, "until": until, "digests": found}
        )
        return
    if output == "-":
        _print(board, chosen, until)
        return
    if output:
        wanted = _render(board, chosen, names, Path(output), until)
        _write_typed(Path(output), wanted, force)
    else:
        presence.check_present(session.root)
        folder = session.root / "reports" / f"digest-{board.today}"
        wanted = _render(board, chosen, names, folder, until)
        atomic_files.replace_files(wanted, under=session.root)
    _print_written(board, chosen, wanted)


def _select_digests(
    board: "Board", known: "list[Digest]", owners: tuple[str, ...]
) -> "list[Digest]":
    """Return the digests that are asked for. Raises FedcheckError for who is not known."""
    from fedcheck.analysis.digests import Digest

    if not owners:
        return known
    by_name = {(one.owner or NOBODY_WORDS[0]).casefold(): one for one in known}
    people = {name.casefold(): name for name in board.project.people()}
    found = []
    for owner in owners:
        word = owner.casefold()
        word = NOBODY_WORDS[0] if word in NOBODY_WORDS else word
        if word in by_name:
            found.append(by_name[word])
        elif word in people or word == NOBODY_WORDS[0]:
            found.append(Digest(people.get(word, "")))
        else:
            near = find_nearest(word, {*by_name, *people})
            hint = f'did you mean "{near[0]}"?' if near else "see: fedcheck list owner:NAME"
            raise FedcheckError(f'nobody is named "{one_line(owner, 60)}"', hint, ErrorKind.USAGE)
    return list({one.owner: one for one in found}.values())


def _print(board: "Board", chosen: "list[Digest]", until: date | None) -> None:
    from fedcheck.reports.digest import render_digest

    if len(chosen) != 1:
        names = ", ".join(one.owner or NOBODY_WORDS[0] for one in chosen[:20])
        hint = f"name one: {names}" if chosen else "nobody owes anything"
        raise FedcheckError("-o - prints one digest", hint, ErrorKind.USAGE)
    click.echo(render_digest(board, chosen[0], until), nl=False)


def _render(
    board: "Board",
    chosen: "list[Digest]",
    names: dict[str, str],
    folder: Path,
    until: date | None,
) -> dict[Path, bytes]:
    """Return the digests by the files that they go to."""
    from fedcheck.reports.digest import choose_file_names, render_digest

    wanted: dict[Path, bytes] = {}
    for one in chosen:
        name = names.get(one.owner) or choose_file_names([one])[0]
        wanted[folder / name] = render_digest(board, one, until).encode()
    return wanted


def _write_typed(folder: Path, wanted: dict[Path, bytes], force: bool) -> None:
    """Write digests into a folder that a person named."""
    for path in (folder, *wanted):
        if path.is_symlink() and not force:
            raise typed_link_error(path)
    for path, data in wanted.items():
        if path.exists() and not force and path.read_bytes() != data:
            raise FedcheckError(
                f"{path}: already exists", "choose another folder, or --force", ErrorKind.USAGE
            )
    replace_typed_files(wanted, force=force)


def _print_written(board: "Board", chosen: "list[Digest]", wanted: dict[Path, bytes]) -> None:
    for one, path in zip(chosen, wanted, strict=True):
        who = one.owner or "no owner"
        late = one.overdue(board.today)
        told = f"{len(one.items) + len(one.answers) + len(one.findings)} outstanding"
        print_line(
            f"{one_line(who, 30):<20}  {told}{f', {late} overdue' if late else '':<14}  {path}"
        )
    if not wanted:
        print_line("Nobody owes anything.")


def _row(board: "Board", one: "Digest", name: str) -> dict[str, Any]:
    from fedcheck.cli import json_documents

    waits = one.blocked or {}
    return {
        "owner": one.owner,
        "role": one.role,
        "file": name,
        "overdue": one.overdue(board.today),
        "items": [json_documents.list_row(row) for row in one.items],
        "requests": [json_documents.request_row(r, board.today) for r in one.answers],
        "to_judge": [json_documents.request_row(r, board.today) for r in one.judgements],
        "findings": [json_documents.finding_row(f, board.today) for f in one.findings],
        "waiting": [
            {"ref": ref, "items": [{"ref": e.ref, "owner": e.record.owner} for e in rows]}
            for ref, rows in waits.items()
        ],
        "evidence": [
            {"ref": use.row.ref, "id": use.evidence_item.id, "state": use.standing, "on": use.turns}
            for use in one.evidence_items
            if use.evidence_item is not None
        ],
        "later": one.later,
    }
