"""A checklist: tree of phases, list of items, details of the highlighted one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from fedcheck.insight.progress import count
from fedcheck.model import query as queries
from fedcheck.model.entry import Entry
from fedcheck.model.text import one_line, plural
from fedcheck.tui.bindings import bindings
from fedcheck.tui.screens.editing import EditingScreen, ask_place
from fedcheck.tui.widgets.details import details
from fedcheck.tui.widgets.item_list import ItemList
from fedcheck.tui.widgets.navigator import Navigator, Place
from fedcheck.tui.widgets.top_line import TopLine

DETAILS_DELAY = 0.08
"""How long the cursor rests, in seconds, before the details follow it."""


class ChecklistScreen(EditingScreen):
    """Items of a place, or of a query over everything."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("edit"), *bindings("list")]
    PLACES: ClassVar[tuple[str, ...]] = ("edit", "list", "rows", "everywhere")

    def __init__(self, place: Place | None = None, *, query: str = "", ref: str = "") -> None:
        super().__init__()
        self.wanted_place = place
        self.wanted_ref = ref
        self.place = Place()
        self.filter = query
        self.query_only = bool(query)
        self.good_query = queries.parse("")
        self._timer: Timer | None = None

    @property
    def entry(self) -> Entry | None:
        """Return the highlighted item."""
        return self.items.entry

    @property
    def items(self) -> ItemList:
        """Return the list."""
        return self.query_one(ItemList)

    def compose(self) -> ComposeResult:
        """Lay out tree, filter, list and details."""
        yield TopLine()
        with Horizontal(id="checklist"):
            yield Navigator(id="tree")
            with Vertical(id="items-and-details"):
                yield Input(
                    self.filter,
                    placeholder="words, or status:todo control:AC-2 evidence:stale due:<14d",
                    id="filter",
                )
                yield Static(id="filter-error")
                yield ItemList(self.fedcheck.signs, id="items")
                with VerticalScroll(id="details", can_focus=False):
                    yield Static(id="details-text")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the wanted place."""
        board = self.fedcheck.board
        if self.wanted_ref and self.wanted_ref in board.entries:
            entry = board.entries[self.wanted_ref]
            self.place = Place(entry.phase, entry.role)
        elif self.wanted_place is not None:
            self.place = self.wanted_place
        elif not self.query_only:
            self.place = self._start()
        self.set_class(bool(self.filter), "-filtering")
        self.query_one(Navigator).show(board, self.place)
        self.show()
        if self.wanted_ref:
            self.items.go_to(self.wanted_ref)
        self.items.focus()

    def _start(self) -> Place:
        """Return the place where one was, or the first open one of the role."""
        app = self.fedcheck
        phase, _, role = app.memory.text(f"place:{app.session.root}").partition("/")
        if any(e.phase == phase and e.role == role for e in app.board.entries.values()):
            return Place(phase, role)
        mine = [e for e in app.board.entries.values() if e.role == app.view_role]
        first = next((e for e in mine if not e.record.closed), mine[0] if mine else None)
        return Place(first.phase, first.role) if first else Place()

    def on_saving_app_changed(self) -> None:
        """Show what changed, in the tree too."""
        if self.is_mounted:
            self.query_one(Navigator).show(self.fedcheck.board, self.place)
            self.show()

    def show(self) -> None:
        """Show the items of the place that the filter lets through."""
        board = self.fedcheck.board
        error = self.query_one("#filter-error", Static)
        try:
            query = queries.parse(self.filter)
            self.good_query = query
            error.display = False
        except queries.QueryError as problem:
            error.update(Content(f"{problem}"))
            error.display = True
            query = self.good_query
        here = [
            entry
            for entry in board.entries.values()
            if self.place.holds(entry.phase, entry.role, entry.checklist, entry.section.id)
        ]
        shown = query.select(here, board.today)
        self._top(len(shown), here)
        self.items.show(shown, board.today, self._empty_text(here))

    def _top(self, shown: int, here: list[Entry]) -> None:
        done = count(here)
        part = f"{shown} of {len(here)}   " if shown != len(here) else ""
        middle = f"filter: {self.filter}" if self.filter else ""
        self.query_one(TopLine).show(self._path(), middle, f"{part}{done.text} done")

    def _path(self) -> str:
        if not self.place.phase:
            return "All checklists"
        board = self.fedcheck.board
        phase = board.project.process.phase(self.place.phase)
        parts = [phase.title if phase else self.place.phase]
        if self.place.role:
            parts.append(self.place.role.upper())
        if self.place.section:
            checklist = board.project.checklists.get(self.place.checklist)
            sections = checklist.sections if checklist else ()
            parts += [s.title for s in sections if s.id == self.place.section]
        return " › ".join(one_line(part) for part in parts)

    def _empty_text(self, here: list[Entry]) -> str:
        if here:
            return f"None of {plural(len(here), 'item')} matches the filter; esc clears it"
        return "This role owes nothing here; p goes to another phase"

    @on(Navigator.Chosen)
    def _chosen(self, event: Navigator.Chosen) -> None:
        self._go(event.place)

    def _go(self, place: Place) -> None:
        if place == self.place:
            return
        self.place = place
        if place.phase and place.role:
            app = self.fedcheck
            app.memory.put(f"place:{app.session.root}", f"{place.phase}/{place.role}")
        self.show()

    @on(ItemList.Highlighted)
    def _highlighted(self, event: ItemList.Highlighted) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DETAILS_DELAY, self._show_details)

    def _show_details(self) -> None:
        entry = self.items.entry
        text = self.query_one("#details-text", Static)
        if entry is None:
            text.update(Content(""))
            return
        text.update(details(self.fedcheck.board, entry, self.fedcheck.signs))
        self.query_one("#details", VerticalScroll).scroll_home(animate=False)

    @on(ItemList.Opened)
    def _opened(self, event: ItemList.Opened) -> None:
        from fedcheck.tui.screens.item import ItemScreen

        self.app.push_screen(ItemScreen(event.entry.ref))

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self.filter:
            self.filter = event.value
            self.show()

    @on(Input.Submitted, "#filter")
    def _entered(self) -> None:
        self.set_class(bool(self.filter), "-filtering")
        self.items.focus()

    def action_list_filter(self) -> None:
        """Open the filter."""
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    def action_list_clear(self) -> None:
        """Leave the filter; without one, go back."""
        field = self.query_one("#filter", Input)
        if field.value or self.has_class("-filtering"):
            field.value = ""
            self.remove_class("-filtering")
            self.items.focus()
            if self.query_only:
                self.dismiss(None)
        else:
            self.dismiss(None)

    def action_list_phase(self) -> None:
        """Choose phase and role."""
        ask_place(self.fedcheck, self.place, self._jump_to)

    def action_list_tree(self) -> None:
        """Show or hide the tree."""
        tree = self.query_one(Navigator)
        self.toggle_class("-tree-toggled")
        self.call_after_refresh(lambda: (tree if tree.display else self.items).focus())

    def _jump_to(self, place: Place) -> None:
        self.query_one(Navigator).go_to(place)
        self._go(place)
        self.items.focus()
