"""The command that tells who changed what, and whether the history is whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli import complete, documents, words
from fedcheck.cli.context import (
    complain,
    json_option,
    open_workspace,
    paint,
    print_json,
    say,
    workspace_option,
)
from fedcheck.cli.item import change_text
from fedcheck.model.reference import split
from fedcheck.store.problems import FedcheckError

if TYPE_CHECKING:
    from fedcheck.session import Session
    from fedcheck.store.history import Damage


@click.command()
@click.argument("item", required=False, shell_complete=complete.items)
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="Actions.")
@click.option("--verify", is_flag=True, help="Check that no line was damaged.")
@click.option(
    "--against",
    metavar="REPORT",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check too that what this report saw is still there.",
)
@workspace_option
@json_option
@click.pass_context
def history(
    ctx: click.Context,
    item: str | None,
    count: int,
    verify: bool,
    against: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Tell who changed what, the newest action last; of one ITEM or of all.

    \b
    Example:
      fedcheck history abd
      fedcheck history --verify --against reports/status.md
    """
    session = open_workspace(workspace)
    if verify or against:
        ctx.exit(_verify(session, against))
    entered = session.history(session.resolve(item) if item else "")
    if as_json:
        print_json([documents.history_row(one) for one in entered])
        return
    actions: dict[str, list[object]] = {}
    for one in entered:
        actions.setdefault(one.tx, []).append(one)
    shown = list(actions)[-count:]
    rows = []
    for one in entered:
        if one.tx not in shown or (
            one.change.field in ("basis", "done") and len(actions[one.tx]) > 1
        ):
            continue
        undone = "undo  " if one.undoes else ""
        rows.append(
            [
                f"{one.at:%Y-%m-%d %H:%M}",
                one.by,
                split(one.change.ref)[1] if item else one.change.ref,
                undone + change_text(one.change),
            ]
        )
    for line in words.table(rows, flexible=3):
        say(line)
    if not rows:
        say("Nothing was changed yet.")


def _verify(session: "Session", against: Path | None) -> int:
    from fedcheck.store import history as histories

    damage = histories.verify(session.root)
    if against:
        damage += _missing(session.root, against)
    for found in damage:
        place = f"{found.path}:{found.line}" if found.line else str(found.path)
        complain(f"{place}: {found.message}")
    files = histories.history_files(session.root)
    if not damage:
        say(paint(f"The history is whole: {len(files)} files checked.", fg="green"))
    return 1 if damage else 0


def _missing(root: Path, report: Path) -> "list[Damage]":
    """Return the history files that no longer hold the line that a report saw last."""
    from fedcheck.report import fingerprint
    from fedcheck.store import history as histories
    from fedcheck.store.history import Damage

    try:
        seen = fingerprint.find(report.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        seen = None
    if seen is None:
        raise FedcheckError(f"{report}: no fingerprint of a history in it", "name a report", 3)
    lost = []
    for name, wanted in seen.hashes.items():
        path = root / histories.FOLDER / name
        if wanted not in histories.line_hashes(path):
            lost.append(Damage(path, 0, "does not hold what the report saw: it was rewritten"))
    return lost
