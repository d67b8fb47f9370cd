"""Proposals that came back with hand-overs: a person looks at each, accepts or rejects it."""

from functools import partial

from fedcheck.domain.field_values import printed
from fedcheck.domain.fields import field_of
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.sharing import proposals
from fedcheck.sharing.handover_scope import label_field
from fedcheck.sharing.handover_store import Proposal
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

LINE = 58
WIDE = 44
MANY = 5
"""The cells of a line of the list and of a value, and the fields shown: what 80x24 has room for."""


async def decide_proposals(app: ProjectApp) -> None:
    """Show the open proposals, and decide those that a person picks, until they leave."""
    session, describe = app.session, proposals.describe
    while True:
        try:
            opened = proposals.list_open(session)
        except FedcheckError as error:
            app.tell(str(error), error.hint, "error")
            return
        if not opened:
            app.tell("No open proposal")
            return
        choices = [
            Choice(one.id, one_line(f"{_title(session, one)}: {describe(session, one, 24)}", LINE))
            for one in opened
        ]
        title = f"{pluralize(len(opened), 'proposal')} to accept or reject"
        picked = await app.ask(ChoicePrompt(title, choices))
        found = next((one for one in opened if one.id == picked), None)
        if found is None:
            return
        decision = await app.ask(ChoicePrompt(_details(app.session, found), _DECISIONS))
        if decision == "accept":
            # It is saved off this thread; the list would still have it.
            app.change(partial(proposals.accept, app.session, [found]))
            return
        if decision == "reject":
            _reject(app, found)
        if decision == "show":
            _show(app, found)
            return


_DECISIONS = (
    Choice("accept", "Accept", "a"),
    Choice("reject", "Reject", "r"),
    Choice("show", "Show the record", "s"),
)


def _reject(app: ProjectApp, found: Proposal) -> None:
    try:
        proposals.reject(app.session, [found])
    except FedcheckError as error:
        app.tell(str(error), error.hint, "error")
        return
    app.tell(f"Rejected: proposal {found.id}")
    app.changed()


def _show(app: ProjectApp, found: Proposal) -> None:
    book, _, _ = found.ref.partition(":")
    if book in ("requests", "findings"):
        app.show_issues(book, "", found.ref)
    elif app.session.project.item(found.ref) is not None:
        app.show_item(found.ref)
    else:
        app.tell("This record has no page of its own")


def _title(session: Session, found: Proposal) -> str:
    """Return what a proposal is about, in a few words."""
    item = session.project.item(found.ref)
    thing = proposals.find_thing(session, found.ref)
    title = item.title if item else getattr(thing, "title", "")
    if not title:
        new = next((one.proposed for one in found.changes if one.field == "title"), "")
        title = f"new: {new}" if new else found.ref.partition(":")[2]
    return one_line(title, 32)


def _details(session: Session, found: Proposal) -> str:
    """Return the title of the dialog: the record, who proposes, and each field with both values."""
    thing = proposals.find_thing(session, found.ref)
    people = one_line(found.people, 40)
    source = f"Proposed by {people}, hand-over {found.handover}: {found.why}"
    if found.origin:
        line = f", history line {found.line[:12]}" if found.line else ""
        source = f"From {one_line(found.origin, 60)}{line}"
    changes = proposals.list_shown(found)
    lines = [_title(session, found), source, ""]
    for one in changes[:MANY]:
        row = field_of(type(thing), one.field)
        label = label_field(thing, one.field)
        values = [
            one_line(str(value.get("label") or value.get("link", "")), WIDE)
            if isinstance(value, dict)
            else printed(row, value, WIDE) or "(empty)"
            for value in (one.ours, one.proposed)
        ]
        if one.ours is None:
            lines.append(f"{label}: {values[1]}")
        else:
            lines += [f"{label}: {values[0]}", f"  proposed: {values[1]}"]
    if len(changes) > MANY:
        lines.append(f"and {len(changes) - MANY} more")
    return "\n".join(lines)
