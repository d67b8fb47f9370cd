"""The portfolio: many workspaces side by side, read in a thread while the screen is in use."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fedcheck.analysis.deadlines import Deadline
from fedcheck.analysis.portfolio import (
    PersonLoad,
    WorkspaceSummary,
    add_up_load,
    describe_parties,
    narrow_to,
)
from fedcheck.domain.dates import format_distance
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.sharing.portfolio import (
    FoundWorkspaces,
    PortfolioReader,
    PortfolioRow,
    choose_places,
    find_workspaces,
    sort_rows,
)
from fedcheck.tui.dialogs.prompts import ReadingScreen
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.filtered_list import ListScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.portfolio_list import Line, PortfolioList
from fedcheck.tui.widgets.top_line import TopLine

SHOWN = 40
"""How many deadlines, people or problems the details list."""

READING_ROOM = 64
"""The cells of a line in the window of details."""

EMPTY = (
    "No workspaces yet.\n"
    'List folders in config.toml: portfolio = ["~/clients"]\n'
    "Or name them: fedcheck portfolio DIR --open"
)

Piece = tuple[str, str]


class PortfolioScreen(ListScreen):
    """Workspaces by their next date, below them the load of people; details of one of them."""

    CSS_PATH = sheets("portfolio")
    BINDINGS: ClassVar[list[BindingType]] = bindings("portfolio")
    PLACES: ClassVar[tuple[str, ...]] = ("portfolio", "rows", "everywhere")
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
        (170, "-broad"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.found: list[PortfolioRow] = []
        self.expected = 0
        self.mine = False
        self.reading = False
        self.left_out = ""
        self._round = 0
        self._put_on: object = None

    @property
    def rows(self) -> PortfolioList:
        """Return the list."""
        return self.query_one(PortfolioList)

    def compose(self) -> ComposeResult:
        """Lay out list and details."""
        yield TopLine()
        with Container(id="portfolio"):
            yield PortfolioList(self.fedcheck.signs, id="portfolio-list")
            with VerticalScroll(id="portfolio-details", can_focus=False):
                yield Static(id="portfolio-text")
        yield KeyLine()

    def begin(self) -> None:
        """Start reading; rows appear as they are read."""
        super().begin()
        self._start_reading()

    def on_unmount(self) -> None:
        """Let the thread end after the workspace that it reads."""
        self._round = -1

    def _start_reading(self) -> None:
        """Read in a thread; one that still runs for an earlier round ends by itself."""
        self._round += 1
        number, self.reading = self._round, True
        app = self.fedcheck
        user, folders, named = app.preferences.config, app.folders, app.portfolio_wanted or ()
        reader = PortfolioReader(folders, user, app.clock)

        def read() -> None:
            looked = find_workspaces(choose_places(named, user, folders))
            app.call_later(self._set_expected, number, looked)
            for root in looked.roots:
                if self._round != number:
                    return
                app.call_later(self._add_row, number, reader.read(root))
            app.call_later(self._ended, number)

        self.run_worker(read, thread=True)

    def _set_expected(self, number: int, looked: FoundWorkspaces) -> None:
        if number == self._round:
            wanted = {*looked.roots, *(one.root for one in looked.broken)}
            kept = [one for one in self.found if one.root in wanted]
            roots = {one.root for one in kept}
            self.found = [*kept, *(one for one in looked.broken if one.root not in roots)]
            self.expected, self.left_out = len(wanted), looked.left_out
            self.show()

    def _add_row(self, number: int, row: PortfolioRow) -> None:
        if number == self._round:
            self.found = [*(one for one in self.found if one.root != row.root), row]
            self.show()

    def _ended(self, number: int) -> None:
        if number == self._round:
            self.reading = False
            self.show()

    def show(self) -> None:
        """Show what was read so far."""
        listed = self._listed()
        people = [one for one in add_up_load(r.summary for r in listed if r.summary) if one.own]
        rows: list[Line | str] = ["Workspaces by next gate, with what each party owes", *listed]
        rows = rows if listed else []
        if people:
            rows += ["", f"Workload of your people  {len(people)}", *people]
        nothing = "Reading ..." if self.reading else EMPTY
        if self.found and not listed:
            nothing = (
                f"Nothing for {self.fedcheck.who} in {pluralize(len(self.found), 'workspace')}"
            )
        before, untouched = self._put_on, self._is_untouched()
        self.rows.put(rows, nothing)
        if untouched:
            self.rows.action_rows_first()  # the first row stays chosen while rows come in above it
        current = self.rows.current
        self._put_on = self.rows.key_of(current) if current else before
        self.query_one(TopLine).show("Portfolio", self._middle(listed), self._progress())

    def _is_untouched(self) -> bool:
        """Return whether the cursor is where it was put: nobody has moved it."""
        current = self.rows.current
        return self.reading and (current is None or self.rows.key_of(current) == self._put_on)

    def _listed(self) -> list[PortfolioRow]:
        rows = sort_rows(self.found)
        if not self.mine:
            return rows
        own = [
            replace(one, summary=narrow_to(one.summary, self.fedcheck.who)) if one.summary else one
            for one in rows
        ]
        return [one for one in own if one.summary and one.summary.concerns]

    def _middle(self, listed: Sequence[PortfolioRow]) -> str:
        late = sum(bool(one.summary and one.summary.overdue) for one in listed)
        unread = sum(one.summary is None for one in listed)
        parts = [f"only {self.fedcheck.who}"] if self.mine else []
        parts += [f"{unread} cannot be read"] if unread else []
        parts += [f"{late} with overdue items"] if late else []
        parts += [self.left_out] if self.left_out else []
        return ", ".join(parts)

    def _progress(self) -> str:
        if self.reading and self.expected:
            return f"reading {min(len(self.found), self.expected)}/{self.expected}"
        return pluralize(len(self.found), "workspace") if self.found else ""

    def show_details(self) -> None:
        """Show the details of the highlighted row."""
        room = self.query_one("#portfolio-details").size.width - 6
        pieces = self._describe(self.rows.current, max(room, 40))
        text = Content.assemble(*((f"{text}\n", style) for text, style in pieces))
        self.query_one("#portfolio-text", Static).update(text)
        self.query_one("#portfolio-details").scroll_home(animate=False)

    def _describe(self, row: Line | None, room: int) -> Iterator[Piece]:
        if isinstance(row, PortfolioRow):
            yield from describe_workspace(row, room)
        elif row is not None:
            yield from self._describe_person(row)

    def _describe_person(self, person: PersonLoad) -> Iterator[Piece]:
        yield one_line(person.person) or f"No owner ({person.role})", "bold"
        work = pluralize(person.total, "thing") + " to do"
        yield f"{work} in {pluralize(len(person.workspaces), 'workspace')}", "$foreground-muted"
        for row in sort_rows(self.found):
            for one in row.summary.load if row.summary else ():
                if one.own and one.person.casefold() == person.person.casefold():
                    yield f"  {one_line(row.name)}: {_load_words(one)}", ""

    @on(PortfolioList.Opened)
    def _opened(self) -> None:
        row = self.rows.current
        if not isinstance(row, PortfolioRow):
            return
        if row.summary is None:
            self.fedcheck.tell(row.trouble, row.hint, "warning")
        else:
            self.fedcheck.open_workspace(row.root)

    def action_portfolio_switch(self) -> None:
        """Go to the first row of the other part."""
        rows = self.rows
        wanted = PersonLoad if isinstance(rows.current, PortfolioRow) else PortfolioRow
        place = next((i for i, row in enumerate(rows.rows) if isinstance(row, wanted)), -1)
        if place >= 0:
            rows.cursor = place
        else:
            self.app.bell()

    def action_portfolio_details(self) -> None:
        """Show all details in a window that can be scrolled."""
        lines = [text for text, _ in self._describe(self.rows.current, READING_ROOM)]
        if lines:
            self.app.push_screen(ReadingScreen(lines[0], "\n".join(lines[1:])))

    def action_portfolio_mine(self) -> None:
        """Show only what oneself has to do, or everything."""
        self.mine = not self.mine
        self.show()

    def action_portfolio_again(self) -> None:
        """Read all workspaces again."""
        self._start_reading()
        self.show()

    def action_portfolio_close(self) -> None:
        """Go back; without a workspace below, to the ways to one."""
        if not self.is_current:
            return
        if len(self.app.screen_stack) > 2:
            self.dismiss(None)
        else:
            self.fedcheck.replace_screen("welcome")


def describe_workspace(row: PortfolioRow, room: int) -> Iterator[Piece]:
    """Yield the lines of the details of a workspace; those of deadlines fit into so many cells."""
    yield one_line(row.name), "bold"
    yield one_line(str(row.root)), "$foreground-muted"
    if row.summary is None:
        yield one_line(row.brief), "$text-error"
        yield one_line(row.hint), ""
        return
    one = row.summary
    yield f"{one_line(one.process)} · you: {one.role}", "$foreground-muted"
    if one.marking:
        yield one_line(one.marking), "$foreground-muted"
    for problem in row.problems[:SHOWN]:
        yield f"! {one_line(_relative(str(problem), row))}", "$text-warning"
    yield from _standing(one)
    yield "", ""
    yield f"Until {one.until}", "bold"
    for each in one.deadlines[:SHOWN]:
        yield _deadline(each, one.today, room), ""
    if len(one.deadlines) > SHOWN:
        yield f"  and {len(one.deadlines) - SHOWN} more", "$foreground-muted"
    if not one.deadlines:
        yield "  No deadlines", "$foreground-muted"
    yield "", ""
    yield "Load", "bold"
    for load in one.load[:SHOWN]:
        who = f"{one_line(load.person) or 'no owner'} ({load.role or 'no role'})"
        yield f"  {who}: {_load_words(load)}", ""
    if not one.load:
        yield "  Nobody has work to do", "$foreground-muted"


def _relative(text: str, row: PortfolioRow) -> str:
    return text.replace(f"{row.root}/", "")


def _standing(one: WorkspaceSummary) -> Iterator[Piece]:
    if one.milestone:
        when = f"{one.day}, {format_distance(one.day, one.today)}" if one.day else "no date"
        owed = f"{one.missing} outstanding: {describe_parties(one.outstanding)}"
        before = f"; {one.before} outstanding for earlier milestones" if one.before else ""
        state = (owed if one.missing else "ready") + before
        yield f"{one_line(one.milestone)} ({when}): {state}", ""
    done = f"Done: {one.count.words} ({one.count.share}); yours: {one.own.text} ({one.own.share})"
    inside = one.internal
    more = (
        f"; internal and private lists: {inside.words}" if inside.total or inside.optional else ""
    )
    yield done + more, ""
    evidence = ", ".join(f"{count} {state}" for state, count in one.evidence.items())
    counts = [
        f"{one.overdue} overdue" if one.overdue else "",
        f"{one.blocked} blocked" if one.blocked else "",
        f"{pluralize(one.requests, 'open request')}" if one.requests else "",
        f"{pluralize(one.findings, 'open finding')}" if one.findings else "",
        evidence and f"evidence: {evidence}",
    ]
    if words := ", ".join(filter(None, counts)):
        yield words, "$text-warning" if one.overdue else ""


def _deadline(one: Deadline, today: date, room: int) -> str:
    away = format_distance(one.day, today) if one.day else ""
    who = one_line(one.owner or one.role, 20) + (" (internal list)" if one.private else "")
    head = f"  {one.day}  {away:>7}  "
    what = one_line(one.what, max(room - count_cells(head) - count_cells(who) - 2, 12))
    return f"{head}{what}  {who}".rstrip()


def _load_words(one: PersonLoad) -> str:
    parts = [
        pluralize(one.items, "item") if one.items else "",
        pluralize(one.answers, "answer") if one.answers else "",
        pluralize(one.findings, "finding") if one.findings else "",
        f"{one.overdue} overdue" if one.overdue else "",
        f"{one.soon} due soon" if one.soon else "",
    ]
    return ", ".join(filter(None, parts))
