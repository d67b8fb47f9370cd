"""The evidence register: all evidence of the workspace, how it stands, until when it holds."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_grouping import GROUPINGS, group_evidence
from fedcheck.analysis.evidence_register import (
    EvidenceRegister,
    EvidenceRow,
    build_full_register,
    filter_rows,
)
from fedcheck.analysis.issue_evidence import is_issue_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.evidence_actions import (
    add_pieces,
    dropped_links,
    edit_piece,
    remove_pieces,
    renew_piece,
    replace_piece,
    verify_rows,
)
from fedcheck.tui.evidence_opener import open_evidence
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.filtered_list import FilteredListScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.evidence_list import EvidenceList, details
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

ALL = "*"
"""Stands for all items of a piece."""


class EvidenceRegisterScreen(FilteredListScreen):
    """All evidence: filter, list in groups, details of the highlighted piece."""

    CSS_PATH = sheets("evidence")
    BINDINGS: ClassVar[list[BindingType]] = bindings("register")
    PLACES: ClassVar[tuple[str, ...]] = ("register", "rows", "everywhere")
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
        (170, "-broad"),
    ]

    GROUPS: ClassVar[Sequence[str]] = GROUPINGS
    KEPT_AS = "groups-evidence"

    def __init__(self, filter_text: str = "") -> None:
        super().__init__(filter_text)
        self.found: EvidenceRegister | None = None
        self.found_for: Board | None = None
        self.shown_rows: Sequence[EvidenceRow] = ()

    @property
    def rows(self) -> EvidenceList:
        """Return the list."""
        return self.query_one(EvidenceList)

    def compose(self) -> ComposeResult:
        """Lay out filter, list and details."""
        yield TopLine()
        with Container(id="register"):
            with Vertical(id="register-rows"):
                yield Input(
                    self.filter, placeholder="words, state:stale; -word leaves out", id="filter"
                )
                yield EvidenceList(self.fedcheck.signs, id="register-list")
            with VerticalScroll(id="register-details", can_focus=False):
                yield Static(id="register-text")
        yield Static(id="register-progress")
        yield KeyLine()

    def begin(self) -> None:
        """Show the register, and how far the check of files is."""
        super().begin()
        self.set_interval(0.1, self._progress)

    def show(self) -> None:
        """Show what the filter lets through, in groups; under another screen, once that is gone."""
        if self.found is not None and not self.is_current:
            return
        board = self.fedcheck.board
        if self.found is None or self.found_for is not board:
            self.found, self.found_for = build_full_register(board), board
        found = self.found
        self.shown_rows = filter_rows(found, self.filter) if self.filter.strip() else found.rows
        groups = group_evidence(found, self.shown_rows, self.grouping)
        self.rows.show(groups, board.today, self._empty_text(found))
        part = ""
        if len(self.shown_rows) != len(found.rows):
            part = f"{len(self.shown_rows)} of {pluralize(len(found.rows), 'row')} · "
        self.query_one(TopLine).show("Evidence", f"by {self.grouping}", part + found.summary)
        self.show_details()

    def _empty_text(self, found: EvidenceRegister) -> str:
        if found.rows:
            return self.none_matches(pluralize(len(found.rows), "row"), "register.back")
        adds = self.fedcheck.hint("register.add", "adds some, or", "; ")
        return f"No evidence yet, and none is required{adds or ';'} drop a file here"

    def show_details(self) -> None:
        """Show the details of the highlighted row."""
        row, text = self.rows.current, self.query_one("#register-text", Static)
        if row is None:
            text.update(Content(""))
            return
        verifies = self.fedcheck.hint("register.verify", "verifies it", "; ")
        text.update(details(self.fedcheck.board, row, self.fedcheck.signs, verifies))

    def _progress(self) -> None:
        line, run = self.query_one("#register-progress", Static), self.fedcheck.verifying
        self.set_class(run is not None, "-verifying")
        if run is not None:
            bar = run.words(self.fedcheck.signs.ascii_only, 30)
            stops = self.fedcheck.hint("register.back", "stops")
            line.update(Content(f"Verifying  {bar}   {stops}"))

    def action_register_filter(self) -> None:
        """Open the filter."""
        self.open_filter()

    def action_register_back(self) -> None:
        """Stop verifying, else leave the filter, else go back."""
        if self.fedcheck.verifying is not None:
            self.fedcheck.verifying.stop()
        elif not self.leave_filter():
            self.dismiss(None)

    def action_register_group(self) -> None:
        """Group it another way."""
        self.group_next_way()

    @on(EvidenceList.Opened)
    def _opened(self) -> None:
        self.action_register_item()

    def action_register_item(self) -> None:
        """Go to the item of the highlighted piece; ask which, where it has several."""
        row = self.rows.current
        if row is None:
            return
        if len(row.refs) == 1:
            self._go(row.refs[0])
        else:
            self.fedcheck.start(self._ask_where_to_go(row))

    async def _ask_where_to_go(self, row: EvidenceRow) -> None:
        ref = await self._ask_item("Go to", row, [])
        if ref:
            self._go(ref)

    def _go(self, ref: str) -> None:
        if is_issue_ref(ref):
            self.fedcheck.open_screen(ref.partition(":")[0], ref=ref)
        else:
            self.fedcheck.open_screen("checklist", ref=ref)

    async def _ask_item(self, title: str, row: EvidenceRow, more: Sequence[Choice]) -> str | None:
        titles = {use.row.ref: use.row.item.title for use in row.uses}
        choices = [
            Choice(ref, one_line(title, 56), str(number) if number < 10 else "")
            for number, (ref, title) in enumerate(titles.items(), 1)
        ]
        ref: str | None = await self.fedcheck.ask(ChoicePrompt(title, [*more, *choices]))
        return ref

    def on_paste(self, event: events.Paste) -> None:
        """Take a file that was dropped onto the terminal."""
        event.stop()
        links = dropped_links(self.fedcheck, event.text)
        if links:
            self._add(links)

    def action_register_add(self) -> None:
        """Add evidence, for the highlighted item where one lacks it."""
        self._add([])

    def _add(self, links: Sequence[str]) -> None:
        row = self.rows.current
        wanted = row is not None and (row.evidence_item is None or self.rows.by_item)
        refs = [ref for ref in row.refs if not is_issue_ref(ref)] if row and wanted else []
        add_pieces(self.fedcheck, refs, links)

    def action_register_open(self) -> None:
        """Open the highlighted piece."""
        row = self.rows.current
        if row is not None and row.evidence_item is not None:
            open_evidence(self.fedcheck, row.evidence_item)
        else:
            self.app.bell()

    def action_register_edit(self) -> None:
        """Change what is known of the highlighted piece, on all its items."""
        row = self.rows.current
        if row is not None and row.evidence_item is not None:
            only_items = not any(is_issue_ref(ref) for ref in row.refs)
            edit_piece(self.fedcheck, row.evidence_item, row.pieces, with_items=only_items)

    def action_register_renew(self) -> None:
        """Note that the highlighted piece was collected again today."""
        row = self.rows.current
        if row is not None and row.evidence_item is not None:
            renew_piece(self.fedcheck, row.evidence_item, row.pieces)

    def action_register_replace(self) -> None:
        """Put another link in the place of the highlighted piece."""
        row = self.rows.current
        if row is not None and row.evidence_item is not None:
            replace_piece(self.fedcheck, row.evidence_item, row.pieces)

    def action_register_remove(self) -> None:
        """Detach the highlighted piece: from its item, from one of several, or from all."""
        row = self.rows.current
        if row is None or row.evidence_item is None:
            return
        if len(row.refs) == 1:
            remove_pieces(self.fedcheck, row.pieces)
        else:
            self.fedcheck.start(self._ask_what_to_remove(row))

    async def _ask_what_to_remove(self, row: EvidenceRow) -> None:
        every = Choice(ALL, f"All {len(row.refs)} items", "a")
        ref = await self._ask_item(f"Remove {one_line(row.name, 40)} from", row, [every])
        if ref:
            wanted = tuple(piece for piece in row.pieces if ref in (ALL, piece[0]))
            remove_pieces(self.fedcheck, wanted)

    def action_register_verify(self) -> None:
        """Hash the files that are shown, and compare."""
        if self.fedcheck.verifying is None:
            verify_rows(self.fedcheck, self.shown_rows)
            self._progress()
