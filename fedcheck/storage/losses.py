"""Losses as people see them: what one action set in one record, and what is not in the files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line
from fedcheck.storage.explained import list_pending_losses, may_have_losses
from fedcheck.storage.reconcile import Known
from fedcheck.storage.record_file import FINDINGS, REQUESTS

if TYPE_CHECKING:
    from fedcheck.storage.lost_values import LostValue

WITH_TITLE = (FINDINGS, REQUESTS)
"""Books whose records are there as long as they have a title."""


class Loss(Struct, frozen=True):
    """What a person set in a record with one action and what is not in the files, as one thing.

    Attributes:
        home: the workspace, or its private folder.
        ref: the record, under today's id.
        values: what is lost, the most important field first; never empty.
        is_whole: the whole record is gone: a request or a finding.
        branch: where the values are, if they were never in this branch; else they are lost.
    """

    home: Path
    ref: str
    values: tuple["LostValue", ...]
    is_whole: bool = False
    branch: str = ""

    @property
    def line(self) -> HistoryLine:
        """Return the line that set the most important value."""
        return self.values[0].line

    @property
    def name(self) -> str:
        """Return the short hash that a person accepts or restores it by."""
        return self.values[0].name

    @property
    def place(self) -> str:
        """Return the branch for a sentence."""
        return one_line(self.branch, 60)

    @property
    def changes(self) -> list[Change]:
        """Return what was set."""
        return [one.line.change for one in self.values]

    @property
    def restoring(self) -> list[Change]:
        """Return the changes that bring the values back."""
        return [one.restoring for one in self.values]


def list_losses(
    root: Path,
    homes: Mapping[Path, Known],
    renamed: Mapping[str, Mapping[str, str]],
    *,
    only_noted: bool = False,
) -> list[Loss]:
    """Return what people set and what is not in the files, the oldest first.

    Args:
        root: the workspace.
        homes: the places to look at, with the record files there as they were read before.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
        only_noted: leave out what no history line notes yet.

    Raises FedcheckError where the disk refuses.
    """
    found: list[LostValue] = []
    for home, known in homes.items():
        pending = () if only_noted else list_pending_losses(home, renamed, known)
        if may_have_losses(home, pending):
            from fedcheck.storage.lost_values import list_lost_values  # few have lost anything

            found += list_lost_values(home, renamed, pending)
    if not found:
        return []
    from fedcheck.storage.git_versions import find_branches  # costs a start that needs none

    return group_losses(found, find_branches(root, found, renamed))


def group_losses(found: Sequence["LostValue"], branches: Mapping[str, str]) -> list[Loss]:
    """Return lost values by record and action; all of a record that is gone together."""
    from fedcheck.domain.change_text import order_changes

    gone = {
        (one.home, one.ref)
        for one in found
        if split_ref(one.ref)[0] in WITH_TITLE
        and one.line.change.field == "title"
        and not one.outside.change.new
    }
    groups: dict[tuple[object, ...], list[LostValue]] = {}
    for one in found:
        whole = (one.home, one.ref) in gone
        is_elsewhere = one.name in branches
        key = (one.home, one.ref, is_elsewhere, *(() if whole else (one.line.tx, one.line.by)))
        groups.setdefault(key, []).append(one)
    losses = []
    for values in groups.values():
        by_field = {one.line.change.field: one for one in values}
        order = order_changes([one.line.change for one in values])
        ordered = tuple(by_field[change.field] for change in order)
        first = ordered[0]
        whole = (first.home, first.ref) in gone
        branch = branches.get(first.name, "")
        losses.append(Loss(first.home, first.ref, ordered, whole, branch))
    return losses
