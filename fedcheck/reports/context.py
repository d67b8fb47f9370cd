"""Gather what a report shows: from the board of a day to the view that templates see."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.waiting_since import STATUS_FIELDS, find_status_dates
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.workspace import Project
from fedcheck.reports.past_state import PastState
from fedcheck.reports.redact import Veil
from fedcheck.reports.report_view import ReportView
from fedcheck.storage.history_search import HistorySearch
from fedcheck.storage.time_zones import find_zone


class StatusDates(Mapping[str, date]):
    """The days on which items took their status; the history is read when one is asked for."""

    def __init__(self, project: Project, root: Path) -> None:
        self._project, self._root = project, root

    @cached_property
    def _known(self) -> Mapping[str, date]:
        zone = find_zone(self._project.config.timezone)
        lines = HistorySearch(self._root, [self._root]).list_lines_on(STATUS_FIELDS)
        return find_status_dates(self._project, lines, zone)

    def __getitem__(self, ref: str) -> date:
        return self._known[ref]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def gather_context(
    shared: Board,
    root: Path,
    milestone: str,
    role: str,
    redact: frozenset[str],
    earlier: PastState | None,
    full: bool = False,
    query: str = "",
) -> ReportView:
    """Return what a template sees of a workspace.

    Args:
        shared: the project on the day of the report, without what is under `private/`.
        root: the workspace, for its history.
        milestone: id of the milestone that the report is for; empty where the process has none.
        role: the role that the report is shown for; empty for all.
        redact: what is left out, some of redact.REDACTIONS.
        earlier: the state that the report is to show the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted; empty for the usual ones.
    """
    veil = Veil(shared.project, redact)
    seen = build_board(veil(), shared.today) if redact else shared
    return build_context(
        seen,
        milestone,
        StatusDates(seen.project, root),
        role=role,
        veil=veil,
        earlier=earlier,
        full=full,
        query=query,
    )


def build_context(
    board: Board,
    milestone: str,
    since: Mapping[str, date],
    *,
    role: str = "",
    veil: Veil | None = None,
    earlier: PastState | None = None,
    full: bool = False,
    query: str = "",
) -> ReportView:
    """Return what a template sees of a board, with its texts marked for Markdown.

    Args:
        board: the project on the day of the report, without what the veil leaves out.
        milestone: id of the milestone that the report is for; empty where the process has none.
        since: the day on which items took their status, as far as it is known.
        role: the role that the report is shown for; empty for all.
        veil: what is left out.
        earlier: the state that the report is to show the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted; empty for the usual ones. Raises FedcheckError (usage) for
            one that cannot be read, whether the template shows tests or not.
    """
    if query:
        build_item_language(board.project).parse(query)
    hidden = veil or Veil(board.project)
    return ReportView(board, milestone, since, role, hidden, earlier, full, query)
