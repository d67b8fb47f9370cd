"""The command that tells who changed what, and whether the history is whole."""

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

if TYPE_CHECKING:
    from fedcheck.session import Session


@click.command()
@click.argument("item", required=False, shell_complete=complete.items)
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="Actions.")
@click.option("--verify", is_flag=True, help="Check that no line was damaged.")
@workspace_option
@json_option
@click.pass_context
def history(
    ctx: click.Context,
    item: str | None,
    count: int,
    verify: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Tell who changed what, the newest action last; of one ITEM or of all.

    \b
    Example:
      fedcheck history abd
      fedcheck history --verify
    """
    session = open_workspace(workspace)
    if verify:
        ctx.exit(_verify(session))
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


def _verify(session: "Session") -> int:
    from fedcheck.store import history as histories

    damage = histories.verify(session.root)
    for found in damage:
        complain(f"{found.path}:{found.line}: this line {found.message}")
    files = histories.history_files(session.root)
    if not damage:
        say(paint(f"The history is whole: {len(files)} files checked.", fg="green"))
    return 1 if damage else 0
