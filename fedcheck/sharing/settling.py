"""Settle fields that were set on both sides of a merge, and describe what became of them."""

from collections.abc import Sequence

from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.session import Session
from fedcheck.storage.outside_notes import TransactionHead
from fedcheck.storage.paths import private_home
from fedcheck.storage.reconcile import is_git_in_between
from fedcheck.storage.record_file import has_unsettled
from fedcheck.storage.settling import SettledField, Value, settle_home


def settle(session: Session, *, in_between: bool = False) -> list[SettledField]:
    """Settle what an open workspace holds of two sides; return all of it, also what stays open.

    Args:
        session: the workspace; it has the outcome when this returns.
        in_between: whether to do so in the middle of a merge, a rebase or the like, for who adds
            the outcome to it (`git add`); else nothing is done then.

    Raises:
        FedcheckError: where the workspace is locked or cannot be written.
    """
    if not in_between and is_git_in_between(session.root):
        return []
    found: list[SettledField] = []
    for home, books in (
        (session.root, session.store.books),
        (private_home(session.root), session.store.private),
    ):
        if has_unsettled(books):
            head = TransactionHead(session.who, session.clock(), session.token(4))
            session.store.identity.check()
            found += settle_home(home, session.root, head, session.project.renamed)
    if found:
        session.refresh()
    return found


def describe_settled(session: Session, found: Sequence[SettledField]) -> list[str]:
    """Return lines for people: how many fields were set on both sides, and each with its values."""
    if not found:
        return []
    count = pluralize(len(found), "field was", "fields were")
    return [
        f"{count} set on both sides of a merge:",
        *(f"  {_describe(session, one)}" for one in found),
    ]


def _describe(session: Session, found: SettledField) -> str:
    place = f"{_name(session, found.ref)} {found.field}"
    others = ", ".join(_describe_value(one) for one in found.others)
    if found.outcome == "joined":
        return f"{place}: both texts are kept"
    if found.outcome == "settled":
        return f"{place}: {_describe_value(found.stands)} is kept; the other side had {others}"
    return (
        f"{place}: not resolved: {_describe_value(found.stands)} or {others}."
        " The histories do not show which is later; set the field again"
    )


def _describe_value(value: Value) -> str:
    known = ", ".join(one for one in (value.who, value.day) if one)
    return f"{value.text} ({known})" if known else value.text


def _name(session: Session, ref: str) -> str:
    item = session.project.item(ref)
    return one_line((item.code if item else "") or split_ref(ref)[1], 60)
