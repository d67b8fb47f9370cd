"""Since when items have the status that they have, as far as the history knows."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo

from fedcheck.model.change import Entered
from fedcheck.model.project import Project


def status_days(
    project: Project, entered: Iterable[Entered], zone: tzinfo | None
) -> Mapping[str, date]:
    """Return by reference the day on which an item took its status.

    An item whose status is not the one that the history saw last has no such day.

    Args:
        project: the state.
        entered: the history, the oldest change first.
        zone: the time zone that decides what day it was.
    """
    last = {one.change.ref: one for one in entered if one.change.field == "status"}
    return {
        ref: one.at.astimezone(zone).date()
        for ref, one in last.items()
        if project.record(ref).status == one.change.new
    }
