"""The plan that an importer returns. An importer never saves: dry run, undo and lock follow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fedcheck.analysis import overwriting
from fedcheck.analysis.overwriting import Replaced
from fedcheck.domain.change import Change
from fedcheck.domain.change_text import class_of
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import Sharing
from fedcheck.domain.record import Record
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.session import Session, Transaction
from fedcheck.storage.checklist_writer import Rewritten
from fedcheck.storage.time_zones import find_zone


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A file with official text that an import writes.

    Attributes:
        what: what it holds: `75 definitions`.
    """

    file: Rewritten
    entries: int
    what: str


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a file: something that was not used, or not as a person may expect.

    Attributes:
        where: the place in the file, as a person finds it: `AC, row 12, column J`.
        what: the problem.
        remedy: what to do about it; empty if there is nothing to do.
    """

    where: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do to a workspace.

    Attributes:
        label: the name of the file, for the history: `x.xlsx`.
        facts: what was found and what will be done, a line each.
        checklists: the checklists to write.
        changes: the changes of records, requests and findings.
        notes: everything that could not be used.
        texts: the files with official text to write.
        unused: how many rows of the file were not used.
        first_rows: the first rows as they would become: headings, then a row for each.
        sharing: how far the checklists travel; private ones, and what is recorded about their
            items, are written under `private/`.
        moved: the records whose values go to other items: nothing of them is replaced.
    """

    label: str
    facts: tuple[str, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()
    texts: tuple[PlannedText, ...] = ()
    unused: int = 0
    first_rows: tuple[tuple[str, ...], ...] = ()
    sharing: Sharing = Sharing.SHARED
    moved: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Return whether the workspace has all of it already."""
        return not (self.checklists or self.changes or self.texts)

    @property
    def nothing(self) -> str:
        """Return why there is nothing to do; not that all is here where something was not used."""
        if self.unused:
            return f"Nothing to do: {pluralize(self.unused, 'row')} could not be used."
        if self.notes:
            return "Nothing to do: the workspace already has everything that could be used."
        return "Nothing to do: the workspace already has all of it."

    @property
    def summary(self) -> str:
        """Return what it would write: `1 checklist and 12 changes of 4 records`."""
        what = []
        if self.checklists:
            what.append(pluralize(len(self.checklists), "checklist"))
        if self.changes:
            records = len({change.ref for change in self.changes})
            what.append(
                f"{pluralize(len(self.changes), 'change')} of {pluralize(records, 'record')}"
            )
        what += [one.what for one in self.texts]
        return " and ".join(filter(None, (", ".join(what[:-1]), *what[-1:])))

    def count_items(self) -> int:
        """Return how many items it changes the records of."""
        refs = {one.ref for one in self.changes}
        return sum(class_of(ref) is Record for ref in refs)

    def format_first_rows(self, width: int = 28) -> list[str]:
        """Return the first rows as lines of a table; cells are cut at a width."""
        table = [[one_line(cell, width) for cell in row] for row in self.first_rows]
        used = [i for i, _ in enumerate(table[0])] if table else []
        used = [i for i in used if any(row[i] for row in table[1:])]
        wide = {i: max(count_cells(row[i]) for row in table) for i in used}
        return [
            "  ".join(row[i] + " " * (wide[i] - count_cells(row[i])) for i in used).rstrip()
            for row in table
        ]

    @property
    def newly_outstanding(self) -> str:
        """Return what it brings, for the history: `875 tests from x.xlsx`."""
        what = [f"{pluralize(count, word)}" for word, count in self._counted().items() if count]
        what = what or [one.what for one in self.texts]
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


def list_replaced(session: Session, plan: Plan) -> list[Replaced]:
    """Return what a plan replaces of what people recorded, to be asked about."""
    changes = [one for one in plan.changes if one.ref not in plan.moved]
    zone = find_zone(session.project.config.timezone)
    read = session.history_with_imports
    return overwriting.list_replaced(session.project, changes, session.who, read, zone)


def leave_recorded(plan: Plan, replaced: Iterable[Replaced]) -> Plan:
    """Return a plan that leaves the records alone in which it would replace something."""
    left = {one.ref for one in replaced}
    verb = "is" if len(left) == 1 else "are"
    kept = f"{pluralize(len(left), 'item')} with recorded work {verb} left unchanged"
    changes = tuple(one for one in plan.changes if one.ref not in left)
    return replace(plan, changes=changes, facts=(*plan.facts, kept))


def carry_out(session: Session, plan: Plan) -> Transaction:
    """Apply a plan as one transaction. Raises FedcheckError.

    What would be replaced that was not there when the plan was made is not: nothing is written.
    """
    return session.apply_changes(
        plan.changes,
        f"imported {plan.newly_outstanding}",
        guard=overwriting.refuse_unseen(plan.changes, session.who),
        checklists=plan.checklists,
        imported=plan.newly_outstanding,
        texts=[one.file for one in plan.texts],
        private=plan.sharing is Sharing.PRIVATE,
    )
