"""The command that lists items."""

from datetime import date

import click

from fedcheck.cli import completion, output
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_lines,
    workspace_option,
)
from fedcheck.domain.glossary import STATUS_GLYPHS, STATUS_WORDS


@click.command("list")
@click.argument("query", nargs=-1, shell_complete=completion.complete_item_query)
@workspace_option
@as_of_option
@json_option
def list_(query: tuple[str, ...], workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """List items, one per line, narrowed by a QUERY.

    Words match id, code, title, controls, guidance, notes and evidence. Keys narrow: status, role,
    phase, checklist, section, kind, level, result, method, family, control, code, owner, tester,
    due, evidence, inherited, review, is; a|b means either, a leading - excludes a term (write --
    before it).

    \b
    Example:
      fedcheck list role:csp status:todo due:"<14d"
      fedcheck list evidence:"stale|missing" -- -phase:conmon
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    parsed = output.parse_items_query(board.project, query)
    rows = board.rows.values()
    chosen = list(rows) if parsed is None else parsed.select(rows, board.today)
    if as_json:
        from fedcheck.cli import json_documents  # loaded here: words do not need it

        print_json([json_documents.list_row(row) for row in chosen])
        return
    dues = {day: output.format_due(day, board.today) for day in {e.due for e in chosen}}
    states = {one: f"{STATUS_GLYPHS[one]} {STATUS_WORDS[one]}" for one in {e.state for e in chosen}}
    cells = [
        [
            states[e.state],
            e.ref,
            e.item.title,
            e.record.owner,
            dues[e.due],
            f"{len(e.record.evidence)} evidence" if e.record.evidence else "",
            output.describe_marks(e),
        ]
        for e in chosen
    ]
    print_lines(output.format_table(cells, flexible=2))
    if not chosen:
        print_error("no item matches")
