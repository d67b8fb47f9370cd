"""What people set and what is not in the files: sentences about it, and how it is settled."""

from collections.abc import Sequence
from datetime import date

from fedcheck.domain.change import Change
from fedcheck.domain.change_text import describe_field, list_named, name_fields
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import join_words, one_line, pluralize
from fedcheck.session import Session, Transaction
from fedcheck.storage.losses import Loss, list_losses
from fedcheck.storage.lost_values import accept_losses
from fedcheck.storage.outside_notes import TransactionHead
from fedcheck.storage.paths import private_home
from fedcheck.storage.time_zones import find_zone

DETAILS = 3
"""How many values a sentence about a loss names."""

NOUNS = {"findings": "finding", "requests": "request", "milestones": "milestone"}


def find_losses(session: Session, *, only_noted: bool = False) -> list[Loss]:
    """Return what people set in a workspace and what is not in its files, the oldest first.

    `only_noted`: leave out what no history line notes yet. Raises FedcheckError where the disk
    refuses.
    """
    renamed = session.project.renamed
    homes = session.store.known
    return list_losses(session.root, homes, renamed, only_noted=only_noted)


def describe_loss(session: Session, loss: Loss) -> str:
    """Return a loss as a sentence.

    As in `ben's result on AC-01b of 2026-11-27 is not in the files: result satisfied`.
    """
    is_one = loss.is_whole or len(name_fields(loss.changes)) < 2
    are = "is" if is_one else "are"
    where = f"{are} not in the files"
    if loss.branch:
        where = f"{'was' if is_one else 'were'} never in these files, but {are} on {loss.place}"
    values = describe_values(session, loss)
    return f"{name_loss(session, loss)} of {loss_day(session, loss)} {where}" + (
        f": {values}" if values else ""
    )


def name_loss(session: Session, loss: Loss) -> str:
    """Return whose it is and what: `ben's result on AC-01b`, `bob's finding "No MFA"`."""
    who = f"{one_line(loss.line.by, 40)}'s"
    if loss.is_whole:
        noun = NOUNS.get(split_ref(loss.ref)[0], "record")
        return f'{who} {noun} "{one_line(str(loss.line.change.new), 60)}"'
    private = "private " if loss.home != session.root else ""
    nouns = join_words(name_fields(loss.changes))
    return f"{who} {private}{nouns} on {_name_record(session, loss.ref)}"


def loss_day(session: Session, loss: Loss) -> date:
    """Return the day that what was lost was set on."""
    return loss.line.counts_on(find_zone(session.project.config.timezone))


def count_losses(lost: Sequence[Loss]) -> str:
    """Return how much it is, and whose: `2 entries of ann and bob are not in the files`."""
    people = list(dict.fromkeys(one_line(one.line.by, 40) for one in lost))
    more = f" and {len(people) - 3} more" if len(people) > 3 else ""
    who = (", ".join(people[:3]) + more) if more else join_words(people)
    where = "on another branch" if all(one.branch for one in lost) else "not in the files"
    are = "is" if len(lost) == 1 else "are"
    return f"{pluralize(len(lost), 'entry', 'entries')} of {who} {are} {where}"


def describe_values(session: Session, loss: Loss) -> str:
    """Return the first values of a loss: `result satisfied, owner erin`.

    Nothing of a record that is gone, nor of what is private: the sentence may be shown to others.
    """
    if loss.is_whole or loss.home != session.root:
        return ""
    shown = list_named(loss.changes)
    rest = len(shown) - DETAILS
    words = [describe_field(one) for one in shown[:DETAILS]]
    return ", ".join(words) + (f" and {pluralize(rest, 'more value')}" if rest > 0 else "")


def _name_record(session: Session, ref: str) -> str:
    """Return what people call a record: the official code of an item, a title, or its id."""
    book, name = split_ref(ref)
    item = session.project.item(ref)
    if item is not None:
        # "AC-01b" is what people say; "Table 4-1, 1" and "3.1" mean nothing alone.
        is_code = any(char.isalpha() for char in item.code) and " " not in item.code
        return one_line(item.code if is_code else name, 60)
    title = getattr(session.project.thing(ref), "title", "")
    noun = NOUNS.get(book, "")
    shown = f'"{one_line(title, 60)}"' if title else one_line(name, 60)
    return f"{noun} {shown}".strip()


def restore(session: Session, losses: Sequence[Loss]) -> Transaction:
    """Set again what was lost, as one action, which undo takes back.

    A private note is set again where it was, as an action of its own. Raises FedcheckError where
    it cannot be saved.
    """
    inside = private_home(session.root)
    shared: list[Change] = []
    notes: list[Change] = []
    for loss in losses:
        is_note = (
            loss.home == inside and split_ref(loss.ref)[0] not in session.project.private_lists
        )
        (notes if is_note else shared).extend(loss.restoring)
    made = [
        session.apply([change.ref], ItemEdit(private_note=change.new or ""))
        for change in notes
        if change.field == "note"
    ]
    if shared:
        made.append(session.apply_changes(shared, "restored what was lost"))
    changes = tuple(change for one in made for change in one.changes)
    return Transaction(made[-1].tx if made else "", "restored what was lost", changes)


def accept(session: Session, losses: Sequence[Loss]) -> Transaction:
    """Write the lines by which this person accepts losses. Raises FedcheckError."""
    head = TransactionHead(session.who, session.clock(), session.token(4))
    for home in session.store.homes:
        values = [one for loss in losses if loss.home == home for one in loss.values]
        if values:
            accept_losses(home, values, head)
    return Transaction(head.tx, "accepted what was lost", ())
