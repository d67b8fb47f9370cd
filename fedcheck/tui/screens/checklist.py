"""A checklist: tree of phases, list of items, details of the highlighted one."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.grouping import GROUPINGS, group_items
from fedcheck.analysis.progress import count_items
from fedcheck.domain import item_language, query_fields
from fedcheck.domain.query import QueryWords, find_last_word
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import QueryError
from fedcheck.session import Session
from fedcheck.tui.app_protocol import HistoryRecalled
from fedcheck.tui.checklist_view import ChecklistView, Place
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.filtered_list import FilteredListScreen
from fedcheck.tui.screens.item_actions import ask_place
from fedcheck.tui.screens.item_keys import ItemKeysScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.term_reader import read_terms
from fedcheck.tui.widgets.item_details import details
from fedcheck.tui.widgets.item_list import ItemList
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.navigator import Navigator, places
from fedcheck.tui.widgets.query_field import QueryField, offer_text
from fedcheck.tui.widgets.row_list import under_headings
from fedcheck.tui.widgets.top_line import TopLine


class ChecklistScreen(ItemKeysScreen, FilteredListScreen):
    """Items of a place, or of a query over everything."""

    CSS_PATH = sheets("checklist")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("edit"),
        *bindings("test"),
        *bindings("list"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("edit", "test", "list", "rows", "everywhere")

    def __init__(self, place: Place | None = None, *, query: str = "", ref: str = "") -> None:
        super().__init__(query)
        self.wanted_place = place
        self.wanted_ref = ref
        self.place = Place()
        self.query_only = bool(query)
        self.keeps = not query and not ref
        self.last_ref = ""
        self.of_session: Session | None = None
        self.good_query = query_fields.parse("")
        self.grouping = "section"
        self._words: tuple[Project | None, QueryWords] = (None, {})
        self.navigator = Navigator(id="tree")
        self._here: list[Row] = []
        self._shown = 0

    @property
    def row(self) -> Row | None:
        """Return the highlighted item."""
        return self.items.row

    @property
    def chosen_rows(self) -> Sequence[Row]:
        """Return the marked items, in the order of the checklists; else the highlighted one."""
        marked = self.items.marks.refs
        if marked:
            return [row for ref, row in self.fedcheck.board.rows.items() if ref in marked]
        return super().chosen_rows

    @property
    def items(self) -> ItemList:
        """Return the list."""
        return self.query_one(ItemList)

    def compose(self) -> ComposeResult:
        """Lay out tree, filter, list and details."""
        yield TopLine()
        with Horizontal(id="checklist"):
            yield self.navigator
            with Vertical(id="items-and-details"):
                yield QueryField(self.filter, self.known_words, id="filter")
                yield Static(id="filter-line")
                yield ItemList(self.fedcheck.signs, id="items")
                with VerticalScroll(id="details", can_focus=False):
                    yield Static(id="details-text")
        yield KeyLine()

    def begin(self) -> None:
        """Show the wanted place."""
        app = self.fedcheck
        board = app.board
        self.of_session = app.session
        view = ChecklistView.load(app.remembered)
        self.grouping = view.grouping
        self.set_class(view.tree_shown, "-tree-shown")
        self.set_class(view.tree_hidden, "-tree-hidden")
        if self.wanted_ref and self.wanted_ref in board.rows:
            row = board.rows[self.wanted_ref]
            self.place = Place(row.phase, row.role)
        elif self.wanted_place is not None:
            self.place = self.wanted_place
        elif not self.query_only:
            self.place = self._start(view.place)
            if self.place == view.place:
                self.field.value = self.filter = view.filter
                self.wanted_ref = view.ref
        self.navigator.show(board, self.place)
        self.navigator.open_all(view.opened)
        super().begin()
        if self.wanted_ref:
            self.items.go_to(self.wanted_ref)

    def _start(self, left: Place) -> Place:
        """Return the place where one was, or the first open one of the role."""
        app = self.fedcheck
        if left.phase and left in places(app.board):
            return left
        mine = [e for e in app.board.rows.values() if e.role == app.view_role]
        first = next((e for e in mine if not e.record.closed), mine[0] if mine else None)
        return Place(first.phase, first.role) if first else Place()

    def on_project_changed(self) -> None:
        """Show what changed in the tree too."""
        if self.is_mounted:
            self.navigator.show(self.fedcheck.board, self.place)

    def show(self) -> None:
        """Show the items of the place that the filter lets through, in their groups."""
        board = self.fedcheck.board
        query = self._query()
        self._here = [
            row
            for row in board.rows.values()
            if self.place.holds(row.phase, row.role, row.checklist, row.section.id)
        ]
        shown = query.select(self._here, board.today)
        self._shown = len(shown)
        self.items.marks.keep(board.rows)
        groups = group_items(shown, self.grouping, board)
        self.items.show(under_headings(groups), board.today, self._empty_text())
        self._top()

    def known_words(self) -> QueryWords:
        """Return the words that a query may use, worked out once for each state."""
        project = self.fedcheck.board.project
        if self._words[0] is not project:
            self._words = (project, item_language.list_query_words(project))
        return self._words[1]

    def _query(self) -> query_fields.Query:
        """Return what the filter means; of one that is not written to its end, what is whole.

        The line below the field states what may follow, or what is wrong.
        """
        field = self.query_one("#filter", QueryField)
        language = item_language.build_item_language(self.fedcheck.board.project)
        error = ""
        try:
            self.good_query = language.parse(self.filter)
        except QueryError as problem:
            error = str(problem)
            try:
                self.good_query = language.parse(self.filter[: find_last_word(self.filter)])
                error = "" if field.has_focus and field.offered else error
            except QueryError:
                pass
        line = self.query_one("#filter-line", Static)
        line.display = field.has_focus or bool(error)
        line.set_class(bool(error), "-wrong")
        if line.display:
            offer = one_line(error) or offer_text(self.filter, self.known_words())
            line.update(Content(offer))
        return self.good_query

    def _top(self) -> None:
        marked = len(self.items.marks.refs)
        unseen = len(self.items.marks.refs - set(self.items.refs)) if marked else 0
        marks = f"{marked} marked{f' ({unseen} not shown)' if unseen else ''} · " if marked else ""
        here = self._here
        part = f"{self._shown} of {len(here)} · " if self._shown != len(here) else ""
        middle = f"filter: {self.filter}" if self.filter else ""
        if self.grouping != "section":
            middle = f"by {self.grouping}" + (f" · {middle}" if middle else "")
        done = f"{marks}{part}{_describe_progress(here)}"
        self.query_one(TopLine).show(self._path(), middle, done)

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

    def _empty_text(self) -> str:
        if self._here:
            return self.none_matches(pluralize(len(self._here), "item"), "list.clear")
        other = self.fedcheck.hint("list.phase", "goes to another phase", "; ")
        return f"This role has no items here{other}"

    @on(Navigator.Chosen)
    def _chosen(self, event: Navigator.Chosen) -> None:
        self._go(event.place)

    def _go(self, place: Place) -> None:
        if place == self.place:
            return
        self.place = place
        self.keeps = not self.query_only
        self.show()

    def on_screen_suspend(self) -> None:
        """Keep in mind how things are here."""
        self._remember()

    def on_unmount(self) -> None:
        """Keep in mind how a person left it: they will want to go on there."""
        self._remember()

    def _remember(self) -> None:
        """Remember the view for the next start, unless it is that of a door."""
        app = self.fedcheck
        if not self.keeps or app.open_session is not self.of_session:
            return
        ChecklistView(
            self.place,
            self.filter,
            self.grouping,
            self.last_ref,
            self.navigator.opened,
            self.has_class("-tree-shown"),
            self.has_class("-tree-hidden"),
        ).save(app.remembered)

    @on(ItemList.Highlighted)
    def _follow_range(self) -> None:
        if self.items.marks.anchor:
            self._top()

    def show_details(self) -> None:
        """Show the details of the highlighted item, and read the end of its history."""
        row = self.items.row
        self.last_ref = row.ref if row else ""
        self.follow_kind()
        if row is None:
            self.query_one("#details-text", Static).update(Content(""))
            return
        self._describe(row, ())
        self.query_one("#details", VerticalScroll).scroll_home(animate=False)
        self.item_actions.recall(row.ref)

    def _describe(self, row: Row, past: Sequence[HistoryRow]) -> None:
        text = self.query_one("#details-text", Static)
        width = self.query_one("#details", VerticalScroll).scrollable_content_region.width
        app = self.fedcheck
        lexicon = read_terms(app.session).lexicon
        text.update(details(app.board, row, app.signs, app.keymap, width, past, lexicon))

    @on(HistoryRecalled)
    def _recalled(self, event: HistoryRecalled) -> None:
        row = self.items.row
        if row is not None and row.ref == event.ref and event.future.exception() is None:
            self._describe(row, event.future.result())

    @on(ItemList.Opened)
    def _opened(self) -> None:
        if self.row:
            self.fedcheck.open_screen("item", self.row.ref)

    def _marks_changed(self) -> None:
        self.items.refresh()
        self._top()

    @on(Input.Submitted, "#filter")
    def _show_without_offers(self) -> None:
        self.call_after_refresh(self.show)

    def action_list_filter(self) -> None:
        """Open the filter."""
        self.open_filter()
        self.call_after_refresh(self.show)

    def action_list_clear(self) -> None:
        """End the range, take the marks off, leave the filter; without any of them, go back."""
        marks = self.items.marks
        if marks.refs and not self.field.has_focus:
            if marks.anchor:
                marks.end()
            else:
                marks.drop(list(marks.refs))
            self._marks_changed()
        elif not self.leave_filter():
            self.dismiss(None)
        else:
            self.call_after_refresh(self.show)
            if self.query_only:
                self.dismiss(None)

    def action_list_mark(self) -> None:
        """Mark the item or take its mark away, and go down."""
        self.items.toggle_mark()
        self._top()

    def action_list_mark_range(self) -> None:
        """Begin a range that follows the cursor, or end it."""
        self.items.toggle_range()
        self._top()

    def action_list_mark_all(self) -> None:
        """Mark all that is shown, or take all those marks away."""
        self.items.mark_all()
        self._top()

    def action_list_group(self) -> None:
        """Choose how the items are grouped."""
        self.fedcheck.start(self._ask_grouping())

    async def _ask_grouping(self) -> None:
        keys = {"section": "s", "owner": "o", "due": "d", "status": "t", "family": "c"}
        choices = [Choice(name, words, keys[name]) for name, words in GROUPINGS.items()]

        grouping = await self.fedcheck.ask(ChoicePrompt("Group by", choices, self.grouping))
        if grouping:
            self.grouping = grouping
            self.show()

    def action_list_phase(self) -> None:
        """Choose phase and role."""
        self.fedcheck.start(ask_place(self.fedcheck, self.place, self._jump_to))

    def action_list_tree(self) -> None:
        """Show or hide the tree."""
        tree = self.navigator
        self.toggle_class("-tree-shown" if self.has_class("-narrow") else "-tree-hidden")
        self.call_after_refresh(lambda: (tree if tree.display else self.items).focus())

    def _jump_to(self, place: Place) -> None:
        self.navigator.go_to(place)
        self._go(place)
        self.items.focus()


def _describe_progress(rows: Sequence[Row]) -> str:
    """Return how far items are; those that no gate counts are named apart from the rest."""
    apart = Counter(row.sharing for row in rows if row.private)
    counted = [row for row in rows if not row.private]
    text = f"{count_items(counted or rows).text} done"
    return text + "".join(f", {n} {kind}" for kind, n in apart.items()) if counted else text
