"""The command that changes items."""

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from fedcheck.analysis import overwriting
from fedcheck.cli import completion, replacing
from fedcheck.cli.change_output import list_people_and_roles, print_transaction
from fedcheck.cli.commands import set_remarks
from fedcheck.cli.item_selection import select_items
from fedcheck.cli.options import (
    ResultType,
    as_of_option,
    choice_of,
    collect_given,
    field_options,
    json_option,
    open_workspace,
    print_error,
    read_due_option,
    read_texts,
    workspace_option,
)
from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import history_form
from fedcheck.domain.fields import FIELDS, in_json
from fedcheck.domain.glossary import STATUSES
from fedcheck.domain.item_rules import ItemEdit, TestEdit, describe_na, repeat_test
from fedcheck.domain.record import Record
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.guards import allow_all

if TYPE_CHECKING:
    from fedcheck.session import Session
    from fedcheck.storage.guards import Guard

LIKE = "Copy that test's result, methods, sample, observation and inheritance."


OWN = ("status", "result", "owner", "due", "note", "reason")
TESTS = in_json(Record, "test")
REST = tuple(
    row for row in FIELDS[Record] if row.option and row.name not in OWN and row not in TESTS
)
"""The other fields with an option: those of an assessment, and what the table gets next."""
LONG = tuple(row.name for row in REST if row.kind is Kind.TEXT)
STDIN = "; - reads it from stdin"


def _build_test_edit(tested: dict[str, Any]) -> TestEdit | None:
    """Return what the options for tests state; nothing where none was given."""
    methods = tested.pop("methods")
    found = TestEdit(**tested, methods=tuple(m for m in methods if m) if methods else None)
    return found if found != TestEdit() else None


def _copy_from_test(
    session: "Session", like: str, result: str | None, reason: str | None, testing: TestEdit | None
) -> tuple[str | None, str | None, TestEdit]:
    """Return result, reason and the rest as of another test; what was given itself wins."""
    record = session.project.record(session.resolve(like))
    found = repeat_test(record)
    own = testing or TestEdit()
    names = own.__struct_fields__
    given = {name: value for name in names if (value := getattr(own, name)) is not None}
    if result is None:
        result = record.result or None
        reason = reason or record.reason or None
    return result, reason, replace(found, **given)


@click.command("set")
@click.argument(
    "items",
    nargs=-1,
    required=True,
    metavar="ITEM...|QUERY",
    shell_complete=completion.complete_items_or_query,
)
@click.option("--status", type=choice_of(STATUSES), help="Status.")
@click.option("--result", type=ResultType(), help="Test result; sets the status to done.")
@click.option("--owner", shell_complete=completion.complete_people, help='Owner; "" for no owner.')
@click.option("--due", help='2027-02-01, +2w, fri, "kick-off - 30d"; "" for the list date.')
@click.option("--note", help='Note; - reads stdin, "" clears it.')
@click.option("--private-note", help="Note kept under private/, in no report.")
@click.option("--reason", help="Reason for blocked, N/A or declined.")
@field_options(Record, TESTS, {"observation": STDIN})
@field_options(Record, REST, dict.fromkeys(LONG, STDIN))
@click.option("--like", metavar="ITEM", shell_complete=completion.complete_items, help=LIKE)
@click.option("--yes", is_flag=True, help="Change many items without asking.")
@replacing.replacing_options
@click.option("--confirm", is_flag=True, help="Confirm that you reviewed what changed upstream.")
@workspace_option
@as_of_option
@json_option
def set_(
    items: tuple[str, ...],
    status: str | None,
    result: str | None,
    owner: str | None,
    due: str | None,
    note: str | None,
    private_note: str | None,
    reason: str | None,
    like: str | None,
    yes: bool,
    replaces: bool,
    only_empty: bool,
    confirm: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
    **tested: Any,
) -> None:
    """Change items: status, result, owner, due date, note, reason, and test details.

    A word that names one item means that item. Otherwise the words are a QUERY as in fedcheck list,
    and every matching item is changed. You confirm before more than 20 items, or all of them, are
    changed; without a terminal, add --yes.

    One named ITEM is changed at once, and fedcheck prints whose work the change replaces. With
    several items, a query or --like, you confirm before another person's result, observation or
    note is replaced, or a result by a different one. Without a terminal, add --replace, or add
    --only-empty to change only the other items.

    Several items are one change and one undo. A result records you and today's date; --tester and
    --tested override that. An assessor records verification, validation and a summary for any item,
    including the provider's.

    \b
    Example:
      fedcheck set rev5.readiness.csp:abd --status doing --owner dana --due fri
      fedcheck set au-malware --result satisfied --sample "25 of 240 hosts"
      fedcheck set ac-01b --like ac-01a
      fedcheck set family:AC role:csp owner:none --owner dana --due "Dec 15"
      fedcheck set CCM-OCR-AVL --verified satisfied --summary "Read three reports."
    """
    replacing.check_options(replaces, only_empty)
    session = open_workspace(workspace, as_of)
    names = (owner, like, tested.get("tester"), tested.get("assessor"))
    people = list_people_and_roles(session) if any(names) else []
    long = ("observation", *LONG)
    note, private_note, *texts = read_texts(note, private_note, *(tested[name] for name in long))
    tested.update(zip(long, texts, strict=True))
    given = collect_given({row.name: tested.pop(row.name) for row in REST})
    more = {name: history_form(value) for name, value in given.items()}
    testing = _build_test_edit(dict(tested))
    if like is not None:
        result, reason, testing = _copy_from_test(session, like, result, reason, testing)
    named = (status, result, owner, due, note, reason, private_note, testing, more or None)
    if all(value is None for value in named) and not confirm:
        raise FedcheckError(
            "nothing to set",
            "add what to change: --status done, --owner NAME, ...",
            ErrorKind.USAGE,
        )
    day = read_due_option(session, due)
    refs = select_items(session, items, yes)
    reason = reason or _ask_for_reason(session, refs, status, result) or reason
    edit = ItemEdit(
        status, result, owner, day, note, reason, confirm, private_note, testing, more=more
    )
    planned = overwriting.plan_edit(session.project, refs, edit, session.today(), session.who)
    replaced = replacing.find_replaced(session, planned)
    guard: Guard = allow_all
    if like is None and _names_one(session, items):
        replacing.print_replaced(replaced)
    else:
        if not replacing.decide(replaced, len(refs), replaces, only_empty):
            refs = overwriting.list_left(refs, replaced)
        guard = overwriting.refuse_unseen(planned, session.who)
    replaced_notes = set_remarks.count_replaced_notes(session, refs, note)
    action = session.apply(refs, edit, guard=guard)
    print_transaction(session, action, as_json)
    if not as_json:
        set_remarks.print_remarks(session, refs, edit, action.changes, replaced_notes, people)


def _names_one(session: "Session", words: tuple[str, ...]) -> bool:
    """Return whether words name one item, rather than several or a query."""
    try:
        return len({session.resolve(word) for word in words}) == 1
    except FedcheckError:
        return False


def _describe_na(session: "Session", refs: list[str]) -> str:
    items = [session.project.item(ref) for ref in refs]
    words = {describe_na(item) for item in items if item is not None}
    return words.pop() if len(words) == 1 else "not applicable"


def _ask_for_reason(
    session: "Session", refs: list[str], status: str | None, result: str | None
) -> str | None:
    """Ask on a terminal why items are blocked or not applicable; None where each states so already.

    Raises FedcheckError, status 2, without a terminal.
    """
    now = "na" if result == "not-applicable" else status
    if now not in ("blocked", "na"):
        return None
    records = [session.project.record(ref) for ref in refs]
    if all(record.reason and record.status == now for record in records):
        return None
    word = "blocked" if now == "blocked" else _describe_na(session, refs)
    if sys.stdin.isatty() and sys.stderr.isatty():
        while not (
            reason := click.prompt(f"Why {word}?", default="", show_default=False, err=True).strip()
        ):
            print_error(f"{word} needs a reason, which the report includes")
        return str(reason)
    named = one_line(refs[0], 80) if len(refs) == 1 else f"{len(refs)} items"
    raise FedcheckError(f"{named}: {word} needs a reason", 'add --reason "..."', ErrorKind.USAGE)
