"""What others did since somebody last looked: a line for each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fedcheck.model.change import Entered
from fedcheck.model.fields import EVIDENCE_PREFIX
from fedcheck.model.text import plural


@dataclass(slots=True)
class Doings:
    """What one person did, counted by items."""

    who: str
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    reopened: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        """Say it in a few words, what matters most first."""
        named = [
            (len(self.failed), "test not satisfied", "tests not satisfied"),
            (len(self.raised), "finding raised", "findings raised"),
            (len(self.asked), "request made", "requests made"),
            (len(self.blocked), "blocked", "blocked"),
            (len(self.reopened), "reopened", "reopened"),
            (len(self.done - self.failed), "done", "done"),
            (len(self.evidence), "with new evidence", "with new evidence"),
        ]
        parts = [plural(count, one, many) for count, one, many in named if count]
        return ", ".join(parts) or plural(len(self.touched), "item") + " changed"


def lately(entered: Iterable[Entered]) -> list[Doings]:
    """Return what each person did, by how much they touched.

    Only what still stands counts: an item that was done and reopened is not done.
    """
    people: dict[str, Doings] = {}
    for one in entered:
        doings = people.setdefault(one.by, Doings(one.by))
        _count(doings, one)
    return sorted(people.values(), key=lambda doings: -len(doings.touched))


def _count(doings: Doings, one: Entered) -> None:
    change = one.change
    ref = change.ref
    doings.touched.add(ref)
    if change.field == "status":
        for state in (doings.done, doings.blocked, doings.reopened):
            state.discard(ref)
        if change.new == "done":
            doings.done.add(ref)
        elif change.new == "blocked":
            doings.blocked.add(ref)
        elif change.old in ("done", "na"):
            doings.reopened.add(ref)
    elif change.field == "result":
        doings.failed.discard(ref)
        if change.new == "other-than-satisfied":
            doings.failed.add(ref)
    elif change.field.startswith(EVIDENCE_PREFIX) and change.new:
        doings.evidence.add(ref)
    elif change.field == "title" and not change.old:
        (doings.asked if ref.startswith("requests:") else doings.raised).add(ref)
