"""The slides of a briefing, as a template sees them: what each must show, and how far it is."""

from collections.abc import Iterable, Mapping

from fedcheck.analysis.board import Board
from fedcheck.reports import wording
from fedcheck.reports.item_views import ItemView
from fedcheck.reports.page_views import SlideView

BRIEFINGS = ("kick-off-briefing", "sar-debrief-briefing")
"""The deliverables that are presented slide by slide."""

ALSO_SHOWN: Mapping[str, str] = {
    "agency.kick-off.csp:training": "kick-off-briefing",
    "agency.kick-off.agency:process-described": "kick-off-briefing",
}
"""Items of other lists that a slide of a briefing shows (Kickoff/SAR Debrief Guidance, 19, 20)."""


def build_slide_views(board: Board, items: Mapping[str, ItemView]) -> Iterable[SlideView]:
    """Yield the slides of all briefings, in the order of the lists.

    Args:
        board: the project on the day of the report.
        items: the items as templates see them, by reference.
    """
    for row in board.rows.values():
        deliverable = ALSO_SHOWN.get(row.ref, row.item.deliverable)
        if deliverable not in BRIEFINGS:
            continue
        item, source = items[row.ref], row.item.source
        yield SlideView(
            deliverable=deliverable,
            ref=row.ref,
            id=item.id,
            title=item.title,
            shows=wording.format_reason(row.item.guidance),
            expects=tuple(wording.format_title(one) for one in row.item.expects),
            where=wording.format_title(source.where) if source else "",
            role=row.role,
            party=wording.role_label(row.role),
            owner=item.owner,
            status=item.status,
            state=item.state,
            reason=item.reason,
            due=item.due,
            overdue=item.overdue,
            evidence=item.evidence,
        )
