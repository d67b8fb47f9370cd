"""Requests as Markdown: the table that a review goes through, and each text below in full."""

from collections.abc import Iterator, Sequence

from fedcheck.analysis.board import Board
from fedcheck.analysis.issues import is_overdue, state_of
from fedcheck.domain.request import Request
from fedcheck.domain.text import pluralize
from fedcheck.reports.evidence_views import KEPT_INSIDE
from fedcheck.reports.markdown import Markdown, code, escape_document, link, mark_text
from fedcheck.storage.paths import PRIVATE_FOLDER

TITLES = {"question": "comment matrix", "evidence": "evidence request list", "": "requests"}


def render_request_table(
    board: Board, requests: Sequence[Request], to: str = "", kind: str = ""
) -> str:
    """Return requests as Markdown. The board must be what may leave (`Board.shared`)."""
    return escape_document("\n".join(_lines(board, requests, to, kind)) + "\n")


def _lines(board: Board, requests: Sequence[Request], to: str, kind: str) -> Iterator[str]:
    config = board.project.config
    if config.marking:
        yield f"**{mark_text(config.marking)}**\n"
    yield f"# {mark_text(config.name)}: {TITLES[kind]}" + (f" to {mark_text(to)}" if to else "")
    yield ""
    late = sum(is_overdue(one, board.today) for one in requests)
    still = sum(one.state == "open" for one in requests)
    yield (
        f"As of {board.today.isoformat()}: {pluralize(len(requests), 'request')}, {still} open"
        + (f", {late} of them overdue" if late else "")
        + "."
    )
    if not requests:
        return
    yield ""
    yield "| ID | Round | From, to | About | Comment or request | Due | State |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for one in requests:
        yield _row(board, one)
    for one in requests:
        yield from _full_text_lines(board, one)


def _row(board: Board, one: Request) -> str:
    due = one.due.isoformat() if one.due else "-"
    cells = [
        code(one.id),
        mark_text(one.round or "-"),
        mark_text(" to ".join(name for name in (one.by, one.to) if name) or "-"),
        mark_text(_format_subject(one) or "-"),
        mark_text(one.title),
        due + (", overdue" if is_overdue(one, board.today) else ""),
        mark_text(state_of(one)),
    ]
    return "| " + " | ".join(cells) + " |"


def _format_subject(one: Request) -> str:
    return " ".join(part for part in (one.document, one.section) if part)


def _full_text_lines(board: Board, one: Request) -> Iterator[str]:
    items = [ref for ref in one.items if board.project.item(ref) is not None]
    if not (one.text or one.answer or one.comment or one.evidence or items):
        return
    yield f"\n## {mark_text(one.id)}: {mark_text(one.title)}"
    for name, text in (
        ("Details", one.text),
        ("Answer" + (f", {one.answered.isoformat()}" if one.answered else ""), one.answer),
        ("Returned because" if one.returned else "Comment", one.comment),
    ):
        if text.strip():
            paragraphs = [mark_text(part) for part in text.split("\n\n") if part.strip()]
            yield f"\n**{name}.** " + "\n\n".join(paragraphs)
    if items:
        yield "\n**Items.** " + ", ".join(code(ref) for ref in items)
    if one.evidence:
        yield "\n**Evidence.**\n"
        for evidence_item in one.evidence:
            inside = evidence_item.link.split("/")[0] == PRIVATE_FOLDER
            yield "- " + (
                Markdown(KEPT_INSIDE) if inside else link(evidence_item.label, evidence_item.link)
            )
