"""What an import would do: an importer returns a plan and never saves.

Dry run, undo and lock then come for free (design, section 5).
"""

from collections.abc import Callable
from dataclasses import dataclass

from fedcheck.domain.change import Change
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.text import plural
from fedcheck.session import Session, Transaction


@dataclass(frozen=True, slots=True)
class Note:
    """Something of a file that could not be used, or was used in a way that one should know.

    Attributes:
        where: the place in the file, as a person finds it: `AC, row 12, column J`.
        what: what is the matter.
        remedy: what to do about it; empty where nothing is to be done.
    """

    where: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do to a workspace.

    Attributes:
        label: what the action is called in the history: `Import of the SRTM workbook x.xlsx`.
        facts: what was found and what will be done, a line each, for people.
        checklists: lists that are written whole into the workspace.
        changes: changes of records, requests and findings.
        notes: everything that could not be used.
    """

    label: str
    facts: tuple[str, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to do: all of it is in the workspace already."""
        return not (self.checklists or self.changes)

    @property
    def summary(self) -> str:
        """Return what it would write: `1 checklist and 12 changes of 4 records`."""
        what = []
        if self.checklists:
            what.append(plural(len(self.checklists), "checklist"))
        if self.changes:
            records = len({change.ref for change in self.changes})
            what.append(f"{plural(len(self.changes), 'change')} of {plural(records, 'record')}")
        return " and ".join(what)


def _do_nothing(_: Transaction | None) -> None:
    """Keep nothing for the next import."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a reader returns: a plan, and what to do once it was carried out.

    Attributes:
        after: takes the transaction, or None where the plan was empty; keeps what the next import
            of such a file needs. Raises FedcheckError.
    """

    plan: Plan
    after: Callable[[Transaction | None], None] = _do_nothing


def carry_out(session: Session, plan: Plan) -> Transaction:
    """Do what a plan says, as one action that undo takes back. Raises FedcheckError."""
    return session.bring_in(plan.checklists, plan.changes, plan.label)
