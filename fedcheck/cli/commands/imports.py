"""The imports: a command for each entry of the registry. Each shows its plan, then does it."""

import sys
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis.overwriting import count_items, describe
from fedcheck.cli import replacing
from fedcheck.cli.options import (
    as_of_option,
    choice_of,
    json_option,
    open_workspace,
    print_json,
    print_line,
    workspace_option,
)
from fedcheck.cli.registry_commands import (
    RegistryGroup,
    build_help,
    build_option,
    collect_values,
    existing_file,
    show_notes,
)
from fedcheck.domain.text import pluralize
from fedcheck.importers import registry

if TYPE_CHECKING:
    from fedcheck.analysis.overwriting import Replaced
    from fedcheck.importers.option import Question, Values
    from fedcheck.importers.plan import Plan
    from fedcheck.importers.registry import Importer
    from fedcheck.session import Transaction


def build_command(name: str) -> click.Command:
    """Return the command of an importer."""
    entry = next(one for one in registry.IMPORTERS if one.name == name)

    def run(file: str, workspace: str | None, as_json: bool, **given: Any) -> None:
        run_import(entry, file, workspace, as_json, given)

    options: list[click.Parameter] = [
        click.Argument(["file"], type=click.Path()),
        *(build_option(one) for one in entry.options),
        click.Option(["--dry-run"], is_flag=True, help="Show what would change; change nothing."),
    ]
    help_ = build_help(entry.help, entry.examples)
    command = workspace_option(click.Command(name, params=options, callback=run, help=help_))
    if entry.replaces:
        command = replacing.replacing_options(command)
    if entry.as_of:
        command = as_of_option(command)
    return json_option(command)


@click.group(
    "import",
    cls=RegistryGroup,
    list_names=lambda: [one.name for one in registry.IMPORTERS],
    build=build_command,
    find_name=registry.find_name,
)
def import_() -> None:
    """Import workbooks, catalogs and lists from others.

    Preview any import with --dry-run; fedcheck undo reverses it.

    \b
    Example:
      fedcheck import requests matrix-filled.xlsx --dry-run
    """


def run_import(
    entry: "Importer",
    file: str,
    workspace: str | None,
    as_json: bool,
    given: dict[str, Any],
) -> None:
    """Read a file, print what it would do, and do it unless this is a dry run.

    What it would replace of other people's work is asked about before anything is written.
    """
    from fedcheck.importers import plan as plans

    dry_run = given.pop("dry_run")
    replaces, only_empty = given.pop("replaces", False), given.pop("only_empty", False)
    replacing.check_options(replaces, only_empty)
    path = existing_file(file, entry.folders)
    session = open_workspace(workspace, given.get("as_of"))
    values: Values = collect_values(entry.options, given)
    if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        values = put_questions(entry.ask(session, path, values))
    prepared = entry.prepare(session, path, values)
    plan = prepared.plan
    replaced = plans.list_replaced(session, plan)
    if only_empty or not (
        dry_run or replacing.decide(replaced, plan.count_items(), replaces, only_empty)
    ):
        plan, replaced = plans.leave_recorded(plan, replaced), []
    transaction: Transaction | None = None
    if not (dry_run or plan.empty):
        transaction = plans.carry_out(session, plan)
    if as_json:
        print_plan(plan, replaced, done=transaction is not None)
    else:
        show_notes(plan.facts, plan.notes)
        _show_replaced(replaced, dry_run)
        if dry_run and plan.first_rows:
            print_line("The first rows after the import:")
            for line in plan.format_first_rows():
                print_line(f"  {line}")
        print_line(_ending(plan, dry_run))
    if not dry_run:
        prepared.after(transaction)


def _show_replaced(replaced: "Sequence[Replaced]", dry_run: bool) -> None:
    """List whose work an import replaces; all of it, as a person decides by it."""
    if not replaced:
        return
    verb = "Would replace" if dry_run else "Replaced"
    print_line(f"{verb} recorded work in {pluralize(count_items(replaced), 'item')}:")
    for line in describe(replaced):
        print_line(f"  {line}")
    if dry_run:
        print_line("The import asks first. Without a terminal, add --replace or --only-empty.")


def put_questions(asking: "Generator[Question, str, Values]") -> "Values":
    """Ask a person on the terminal what an importer asks; return the completed values."""
    answer: str | None = None
    while True:
        try:
            question = next(asking) if answer is None else asking.send(answer)
        except StopIteration as done:
            values: Values = done.value
            return values
        if question.shown:
            print_line(question.text)
            answer = ""
        else:
            kind = choice_of(question.choices) if question.choices else click.STRING
            answer = str(click.prompt(question.text, default=question.default, type=kind))


def print_plan(plan: "Plan", replaced: "Sequence[Replaced]", done: bool) -> None:
    """Print `fedcheck/import@1`; `done` states whether the plan was carried out."""
    print_json(
        {
            "schema": "fedcheck/import@1",
            "done": done,
            "facts": list(plan.facts),
            "checklists": [{"id": c.id, "items": len(c.items)} for c in plan.checklists],
            "texts": [{"id": t.file.id, "entries": t.entries} for t in plan.texts],
            "changes": [
                {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new} for c in plan.changes
            ],
            "replaced": [
                {
                    "ref": r.ref,
                    "field": r.field,
                    "whose": r.whose,
                    "on": r.on,
                    "old": r.old,
                    "new": r.new,
                }
                for r in replaced
            ],
            "notes": [{"where": n.where, "what": n.what, "remedy": n.remedy} for n in plan.notes],
        }
    )


def _ending(plan: "Plan", dry_run: bool) -> str:
    if plan.empty:
        return plan.nothing
    if dry_run:
        return f"Would write {plan.summary}. Nothing was changed."
    return f"Written: {plan.summary}. fedcheck undo reverses it."
