"""The command that shows who changed what, and whether the history is whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.analysis import activity
from fedcheck.cli import completion, json_documents, output
from fedcheck.cli.commands import history_verify, issues
from fedcheck.cli.options import (
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    style_text,
    workspace_option,
)
from fedcheck.domain.change_text import describe, describe_field
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.time_zones import find_zone

if TYPE_CHECKING:
    from fedcheck.domain.change import Change
    from fedcheck.session import Session


@click.command()
@click.argument("item", required=False, shell_complete=completion.complete_items)
@click.argument("confirmed", metavar="[HASH]", required=False)
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="Actions.")
@click.option("--verify", is_flag=True, help="Check that no line is damaged.")
@click.option(
    "--against",
    metavar="REPORT",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Also check that the history this report was made from is still there.",
)
@workspace_option
@json_option
@click.pass_context
def history(
    ctx: click.Context,
    item: str | None,
    confirmed: str | None,
    count: int,
    verify: bool,
    against: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Show who changed what, newest last, for one ITEM or for everything.

    requests:q7wd and findings:f3k9 name a request and a finding.

    Times are in the workspace's time zone. Changes made by hand or by git are recorded first, as
    made outside fedcheck.

    If a merge or a hand edit dropped a value that a person set, --verify and fedcheck doctor list
    it until it is set again (fedcheck doctor --fix, or fedcheck history restore HASH for one value)
    or you accept the loss with fedcheck history confirm HASH. If a cherry-pick brought history
    lines without their values, they are listed as on another branch.

    \b
    Example:
      fedcheck history abd
      fedcheck history --verify --against reports/status.md
      fedcheck history confirm 3f9a1c
    """
    session = open_workspace(workspace)
    if confirmed is not None:
        settle = {"confirm": _confirm, "restore": _restore}.get(item or "")
        if settle is None:
            raise click.UsageError(f"Got unexpected extra argument ({confirmed})")
        print_line(settle(session, confirmed))
        return
    if verify or against:
        ctx.exit(history_verify.verify(session, against, as_json=as_json))
    pending = _record_outside_changes(session)
    ref = issues.resolve_any_ref(session, item) if item else ""
    entered = session.history(ref)
    zone = find_zone(session.project.config.timezone)
    if as_json:
        listed = activity.sort_lines(entered, zone)
        print_json([json_documents.history_row(one) for one in listed])
        return
    told = activity.story(entered, zone)
    kept = list(dict.fromkeys(deed.tx for deed in told))[-count:]
    _print_history([deed for deed in told if deed.tx in kept], one_item=bool(ref))
    for change in pending:
        if ref in ("", change.ref):
            print_line(f"not noted yet  {change.ref}  {describe([change])}")
    if not told and not pending:
        print_line("No changes yet.")


def _record_outside_changes(session: "Session") -> "list[Change]":
    """Note what was done outside fedcheck; return it where that could not be written."""
    try:
        session.reconcile()
    except FedcheckError as error:
        print_error(f"warning: {error}")
        return session.list_outside()
    return []


def _print_history(deeds: "list[activity.HistoryRow]", one_item: bool) -> None:
    """Print one line for each deed, under its day; what repeats is not stated again."""
    day, said = "", ""
    rows = [[f"{d.at:%H:%M}", d.by, *([] if one_item else [d.ref]), d.what] for d in deeds]
    for deed, line in zip(
        deeds, output.format_table(rows, flexible=2 if one_item else 3), strict=True
    ):
        if deed.at.date().isoformat() != day:
            day = deed.at.date().isoformat()
            print_line(
                ("\n" if said else "") + style_text(f"{day} {deed.at:%a} {deed.at:%Z}", bold=True)
            )
        told = f"{deed.at:%H:%M}  {deed.by}"
        repeats = deed.tx == said and line.startswith(told)
        print_line("  " + (" " * len(told) + line[len(told) :] if repeats else line))
        said = deed.tx


def _confirm(session: "Session", digits: str) -> str:
    """Accept the loss, or the missing line, that a hash names; return what to state."""
    from fedcheck.doctor.losses import accept
    from fedcheck.storage.lost_values import accept_missing
    from fedcheck.storage.outside_notes import TransactionHead

    _record_outside_changes(session)
    lost, missing = history_verify.find_open(session, digits)
    accept(session, lost)
    head = TransactionHead(session.who, session.clock(), session.token(4))
    for home, name in missing:
        accept_missing(home, name, head)
    if lost:
        now = ", ".join(describe_field(one.outside.change) for one in lost[0].values[:3])
        return f"Accepted: {lost[0].ref} stays as it is ({now})."
    return "Accepted: the line remains missing."


def _restore(session: "Session", digits: str) -> str:
    """Set again what a hash names as lost, or as on another branch; return what to state."""
    from fedcheck.doctor.losses import restore

    _record_outside_changes(session)
    lost, _ = history_verify.find_open(session, digits)
    if not lost:
        raise FedcheckError(
            "a history line that is missing cannot be restored",
            f"look for it in git, or accept it: fedcheck history confirm {digits}",
            ErrorKind.REFUSED,
        )
    words = ", ".join(describe_field(one) for one in restore(session, lost).changes[:3])
    return f"Restored: {lost[0].ref} ({words}). Undo it with: fedcheck undo"
