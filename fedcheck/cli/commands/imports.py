"""The group of imports, and what each of them shares: show the plan, then do it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli.lazy_group import LazyGroup
from fedcheck.cli.options import print_json, say
from fedcheck.domain.text import one_line, plural
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    from fedcheck.importers.plan import Plan
    from fedcheck.session import Session, Transaction

IMPORTS: dict[str, str] = {
    "srtm": "import_srtm:srtm",
    "requests": "import_requests:requests",
    "oscal": "import_oscal:oscal",
    "csv": "import_csv:csv",
}
"""Each import, and the module and function that hold its command."""

SHOWN = 30
"""How many remarks are told before the rest is counted; --json tells all of them."""


@click.group("import", cls=LazyGroup, places=IMPORTS)
def import_() -> None:
    """Bring in what others hand over: workbooks, catalogs, lists.

    Every import can be looked at first with --dry-run, and is taken back by fedcheck undo.

    \b
    Example:
      fedcheck import requests matrix-filled.xlsx --dry-run
    """


def existing_file(name: str) -> Path:
    """Return a file that a person named. Raises FedcheckError (status 3) where there is none."""
    path = Path(name)
    if not path.is_file():
        raise FedcheckError(f"{path}: no such file", "check the name")
    return path


def finish(session: "Session", plan: "Plan", dry_run: bool, as_json: bool) -> "Transaction | None":
    """Tell what an import does, and do it unless this is a dry run; return what was done."""
    from fedcheck.importers.plan import carry_out

    done = not (dry_run or plan.empty)
    action = carry_out(session, plan) if done else None
    if as_json:
        print_json(
            {
                "schema": "fedcheck/import@1",
                "done": done,
                "facts": list(plan.facts),
                "checklists": [{"id": c.id, "items": len(c.items)} for c in plan.checklists],
                "changes": [
                    {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new}
                    for c in plan.changes
                ],
                "notes": [
                    {"where": n.where, "what": n.what, "remedy": n.remedy} for n in plan.notes
                ],
            }
        )
        return action
    for fact in plan.facts:
        say(one_line(fact, 200))
    for note in plan.notes[:SHOWN]:
        remedy = f"; {note.remedy}" if note.remedy else ""
        say(f"  {one_line(note.where, 60)}: {one_line(note.what + remedy, 200)}")
    if len(plan.notes) > SHOWN:
        say(f"  and {plural(len(plan.notes) - SHOWN, 'more remark')}; --json tells all of them")
    say(_ending(plan, dry_run))
    return action


def _ending(plan: "Plan", dry_run: bool) -> str:
    if plan.empty:
        return "Nothing to do: the workspace has all of it already."
    if dry_run:
        return f"Would write {plan.told}. Nothing was changed."
    return f"Written: {plan.told}. fedcheck undo takes it back."
