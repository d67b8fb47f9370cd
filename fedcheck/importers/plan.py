"""What an import would do: an importer returns a plan and never saves.

Dry run, undo and lock then come for free (design, section 5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
        label: name of the file, for the history.
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
    def told(self) -> str:
        """Return what it would write, in words: `1 checklist and 12 changes of 4 records`."""
        what = []
        if self.checklists:
            what.append(plural(len(self.checklists), "checklist"))
        if self.changes:
            records = len({change.ref for change in self.changes})
            what.append(f"{plural(len(self.changes), 'change')} of {plural(records, 'record')}")
        return " and ".join(what)

    @property
    def came(self) -> str:
        """Return what it brings, for the history: `875 tests from x.xlsx`."""
        what = [f"{plural(count, word)}" for word, count in self._counted().items() if count]
        return f"{' and '.join(what) or 'changes'} from {self.label}"

    def _counted(self) -> dict[str, int]:
        """Return how many items of its checklists, or else how many records, by what they are."""
        items = [item for one in self.checklists for _, item in one.items.values()]
        refs = {change.ref for change in self.changes}
        requests = sum(ref.startswith("requests:") for ref in refs)
        findings = sum(ref.startswith("findings:") for ref in refs)
        tests = sum(item.kind == "test" for item in items)
        records = len(refs) - requests - findings
        return {
            "test": tests,
            "task": len(items) - tests,
            "item record": 0 if items else records,
            "request": requests,
            "finding": findings,
        }


Planner = Callable[[Session, Path], Plan]
"""Reads a file for a workspace. Raises FedcheckError where that cannot be."""


def carry_out(session: Session, plan: Plan) -> Transaction:
    """Do what a plan says, as one action that undo takes back. Raises FedcheckError."""
    return session.bring_in(plan.checklists, plan.changes, plan.came)
