"""The command that says what to do now: items, requests and findings as one agenda."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import click

from fedcheck.cli import complete, documents, words
from fedcheck.cli.context import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    say,
    workspace_option,
)
from fedcheck.insight import agenda, owed
from fedcheck.model.reference import did_you_mean, split
from fedcheck.model.vocabulary import item_language
from fedcheck.store.problems import FedcheckError

ROOMY = 110
"""From how many columns on whole references leave room for titles."""


@click.command("next")
@click.argument("query", nargs=-1, shell_complete=complete.query_words)
@click.option("--role", help="Role to look for; the workspace's own role otherwise.")
@click.option(
    "-n", "count", type=click.IntRange(1), default=10, show_default=True, help="How many."
)
@workspace_option
@as_of_option
@json_option
def next_(
    query: tuple[str, ...],
    role: str | None,
    count: int,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show what to do now, the most pressing first, and why.

    Items that are blocked, wait for others or lie behind a milestone are left out. Requests to
    answer or to judge and findings to plan, remediate or retest stand among them.

    \b
    Example:
      fedcheck next owner:alice -n 5
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    parsed = item_language(board.project).parse(words.query_text(query))
    roles = board.project.process.roles
    if role and role not in roles:
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{role[:60]}"', hint, 2)
    role = role or board.project.config.role
    more = owed.owed(board, role, words.query_text(query))
    steps = owed.merged(board, agenda.mine(board, role, parsed), more)
    if as_json:
        print_json([_step_row(step, board.today) for step in steps[:count]])
        return
    names = _short_names(board.project.refs)
    rows = [[str(i), *_step_cells(step, names)] for i, step in enumerate(steps[:count], 1)]
    for line in words.table(rows, right=(0,), flexible=3):
        say(line)
    if not steps:
        say("Nothing to do now. What waits for others: fedcheck list is:waiting")
    elif len(steps) > count:
        say(f"and {len(steps) - count} more: fedcheck next -n {len(steps)}")


def _step_row(step: "agenda.Step | owed.Owed", today: date) -> dict[str, Any]:
    if isinstance(step, owed.Owed):
        return documents.owed_row(step, today)
    return {**documents.list_row(step.entry), "why": step.why}


def _step_cells(step: "agenda.Step | owed.Owed", names: Mapping[str, str]) -> list[str]:
    if isinstance(step, owed.Owed):
        return [step.why, step.ref, step.task, step.owner]
    entry = step.entry
    return [step.why, names.get(entry.ref, entry.ref), entry.item.title, entry.record.owner]


def _short_names(refs: Sequence[str]) -> dict[str, str]:
    """Return the bare ids of items where the terminal is narrow: a title says more.

    An id that several checklists have stays whole, so that every name can be typed as it stands.
    """
    if not 0 < words.width() < ROOMY:
        return {}
    seen = Counter(split(ref)[1] for ref in refs)
    return {ref: name for ref in refs if seen[name := split(ref)[1]] == 1}
