"""The history of the workspace or of one item; an item's record can go back to any point of it."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.past_state import describe_change, list_revert_changes
from fedcheck.domain.change import AnyRecord, Change
from fedcheck.domain.field_values import field_value
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.history_reader import Past, read_past
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.filtered_list import FilteredListScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.history_list import HistoryList
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from fedcheck.session import Transaction

LEDGERS = ("requests", "findings")
MOST = 10
"""How many changes a dialog lists."""


class HistoryScreen(FilteredListScreen):
    """Who changed what, by day, the newest first."""

    CSS_PATH = sheets("checklist")
    BINDINGS: ClassVar[list[BindingType]] = bindings("history")
    PLACES: ClassVar[tuple[str, ...]] = ("history", "rows", "everywhere")

    def __init__(self, ref: str = "", filter_text: str = "") -> None:
        super().__init__(filter_text)
        self.ref = ref
        self.past: Past | None = None

    @property
    def story(self) -> HistoryList:
        """Return the list."""
        return self.query_one(HistoryList)

    def compose(self) -> ComposeResult:
        """Lay out filter and list."""
        yield TopLine()
        yield Input(self.filter, placeholder="words: person, item, change", id="filter")
        named = None if self.ref else self._title
        yield HistoryList(named, self.fedcheck.signs, id="story")
        yield KeyLine()

    def show(self) -> None:
        """Show what is known; read the history where the project is another one since."""
        session = self.fedcheck.session
        self.read(lambda: read_past(session, self.ref), self._know)
        self._fill()

    def _know(self, past: Past) -> None:
        self.past = past
        self._fill()

    def show_unread(self) -> None:
        """State why the history cannot be read; what was read before stays."""
        self._fill()

    def _fill(self) -> None:
        deeds = self.past.deeds if self.past else ()
        words = self.filter.casefold().split()
        shown = [deed for deed in deeds if all(word in self._text(deed) for word in words)]
        self.story.show(shown, self.fedcheck.board.today, self._empty_text(bool(deeds)))
        where = f"History › {self._title(self.ref)}" if self.ref else "History"
        part = f"{len(shown)} of " if len(shown) != len(deeds) else ""
        waits = "" if self.unread else "reading"
        self.query_one(TopLine).show(
            where,
            self._middle(),
            f"{part}{pluralize(len(deeds), 'line')}" if self.past else waits,
        )

    def _middle(self) -> str:
        if self.filter:
            return f"filter: {self.filter}"
        return self.fedcheck.hint("rows.open", "restores a point") if self.ref else ""

    def _empty_text(self, filtered: bool) -> str:
        if self.past is None and self.unread:
            return f"The history cannot be read: {self.unread}"
        if self.past is None:
            return "Reading the history"
        if filtered:
            clears = self.fedcheck.hint("history.close", "clears the filter", "; ")
            return f"Nothing matches{clears}"
        return "No changes yet"

    def _text(self, deed: HistoryRow) -> str:
        day = deed.at.date().isoformat()
        return f"{day} {deed.by} {deed.ref} {self._title(deed.ref)} {deed.what}".casefold()

    def _title(self, ref: str) -> str:
        """Return what an item is called; of what is no item any more, its reference."""
        row = self.fedcheck.board.rows.get(ref)
        if row is not None:
            return one_line(row.item.title)
        book, _, name = ref.partition(":")
        project = self.fedcheck.session.project
        found = project.request(name) if book == "requests" else project.finding(name)
        return one_line(found.title if found and book in LEDGERS else ref)

    @on(HistoryList.Opened)
    def _opened(self) -> None:
        deed = self.story.current
        if deed is not None and deed.ref.partition(":")[0] in LEDGERS:
            self.fedcheck.show_issues(deed.ref.partition(":")[0], "", deed.ref)
        elif deed is None or deed.ref not in self.fedcheck.board.rows:
            self.fedcheck.tell("This entry's item no longer exists")
        elif self.ref and self.past:
            entered = self.past.entered
            if all(one.tx != deed.tx for one in entered):
                self.fedcheck.tell("A private note is not part of the record and is not restored")
                return
            record = self.fedcheck.board.rows[self.ref].record
            changes = list_revert_changes(entered, deed.tx, self.ref, record)
            self.fedcheck.start(self._offer(deed, changes))
        else:
            self.fedcheck.open_screen("history", deed.ref)

    async def _offer(self, deed: HistoryRow, changes: list[Change]) -> None:
        """Show what going back to a point would change, and offer it."""
        choices = [Choice("item", "Show the item in its list", "i")]
        if changes:
            choices.insert(0, Choice("back", "Restore this point, as a new action", "b"))
        answer = await self.fedcheck.ask(ChoicePrompt(_title_of_offer(deed, changes), choices))
        if answer == "back":
            self._go_back(deed, changes)
        elif answer == "item":
            self.fedcheck.show_item(self.ref)

    def _go_back(self, deed: HistoryRow, changes: list[Change]) -> None:
        session = self.fedcheck.session
        label = f"{split_ref(self.ref)[1]}: as it was on {deed.at:%Y-%m-%d %H:%M}"

        def job() -> "Transaction":
            return session.apply_changes(changes, label, guard=_as_seen)

        self.fedcheck.change(job)

    def action_history_item(self) -> None:
        """Show the item in its list."""
        deed = self.story.current
        ref = self.ref or (deed.ref if deed else "")
        if ref in self.fedcheck.board.rows:
            self.fedcheck.show_item(ref)
        else:
            self.app.bell()

    def action_history_filter(self) -> None:
        """Open the filter."""
        self.open_filter()

    def action_history_close(self) -> None:
        """Leave the filter; without one, go back."""
        if not self.leave_filter() and self.is_current:
            self.dismiss(None)


def _as_seen(change: Change, record: AnyRecord) -> None:
    """Refuse to write over what somebody changed since the offer was shown."""
    if field_value(record, change.field) not in (change.old, change.new):
        name = change.field.partition(".")[0]
        raise FedcheckError(
            f"the {name} changed in the meantime", "review it again", ErrorKind.REFUSED
        )


def _title_of_offer(deed: HistoryRow, changes: list[Change]) -> str:
    """Return the head of the offer: the point in time, and what would change."""
    lines = [f"{deed.at:%Y-%m-%d %H:%M}  {one_line(deed.by, 20)}  {one_line(deed.what, 200)}", ""]
    if not changes:
        return "\n".join([*lines, "The item already has these values."])
    rows = [describe_change(change) for change in changes[:MOST]]
    width = max(count_cells(name) for name, _, _ in rows)
    lines.append("Restoring this changes:")
    lines += [f"  {name:<{width}}  {now} -> {then}" for name, now, then in rows]
    if len(changes) > MOST:
        lines.append(f"  and {len(changes) - MOST} more")
    return "\n".join(lines)
