"""What the screens of requests and of findings share: list, groups, filter, details, links."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import PurePath
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from fedcheck.analysis.activity import HistoryRow, story
from fedcheck.analysis.issues import Thing, grouped
from fedcheck.domain.query import Language
from fedcheck.domain.text import one_line, plural
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError, QueryError
from fedcheck.session import Session
from fedcheck.tui.screens.issue_actions import Revising
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.issue_columns import row
from fedcheck.tui.widgets.issue_details import Page, details
from fedcheck.tui.widgets.issue_list import Columns, IssueList, IssueRow
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

DETAILS_DELAY = 0.08
"""How long the cursor rests, in seconds, before the details follow it."""

WIDEST = 110
"""How wide a line of the details may be; longer ones are hard to read."""

Stories = Mapping[str, Sequence[HistoryRow]]


class IssueScreen(PlaceScreen):
    """A register on the whole screen: a list in groups, and the details of the highlighted one."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
        (160, "-broad"),
    ]
    BOOK: ClassVar[str] = ""
    TABS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("requests", "Requests"),
        ("findings", "Findings"),
    )
    GROUPS: ClassVar[Mapping[str, str]] = {}

    class Told(Message):
        """What was done to each request and finding was read from the history."""

        def __init__(self, project: Project, future: "Future[Stories]") -> None:
            self.project = project
            self.future = future
            super().__init__()

    def __init__(self, filter_text: str = "", ref: str = "") -> None:
        super().__init__(classes="ledger")
        self.filter = filter_text
        self.wanted_ref = ref
        self.stories: Stories | None = None
        self.told_of: Project | None = None
        self._timer: Timer | None = None

    @property
    def things(self) -> Sequence[Thing]:
        """Return all requests, or all findings."""
        raise TypeError(f"{type(self).__name__} does not say what it shows")

    @property
    def language(self) -> Language[Any]:
        """Return the language of the filter."""
        raise TypeError(f"{type(self).__name__} does not say what can be searched")

    def columns(self, width: int) -> Columns:
        """Return the columns for a width."""
        raise TypeError(f"{type(self).__name__} has no columns")

    def standing(self) -> str:
        """Say how many there are of what."""
        raise TypeError(f"{type(self).__name__} does not count")

    def empty_text(self) -> str:
        """Say what would stand here, and which key makes it."""
        raise TypeError(f"{type(self).__name__} says nothing")

    @property
    def rows(self) -> IssueList:
        """Return the list."""
        return self.query_one(IssueList)

    @property
    def thing(self) -> Thing | None:
        """Return the highlighted one."""
        wanted = self.rows.ref.partition(":")[2]
        return next((thing for thing in self.things if thing.id == wanted), None)

    @property
    def revising(self) -> Revising:
        """Return what asks for changes and saves them."""
        return Revising(self.fedcheck, self.BOOK)

    @property
    def grouping(self) -> str:
        """Return how the list is grouped."""
        remembered = self.fedcheck.remembered.text(f"groups-{self.BOOK}")
        return remembered if remembered in self.GROUPS else next(iter(self.GROUPS))

    def compose(self) -> ComposeResult:
        """Lay out tabs, filter, list and details."""
        signs = self.fedcheck.signs
        yield TopLine()
        yield Static(id="ledger-tabs")
        with Container(id="ledger"):
            with Vertical(id="ledger-rows"):
                yield Input(self.filter, placeholder=self._examples(), id="filter")
                yield Static(id="filter-error")
                yield IssueList(self.columns, signs.ascii_only, id="ledger-list")
            with Page(id="ledger-details"):
                yield Static(id="ledger-text")
        yield KeyLine()

    def _examples(self) -> str:
        keys = [f"{key}:{value}" for key, value in self.language.examples.items()]
        return "words, or " + " ".join(keys[:4])

    def on_mount(self) -> None:
        """Show what there is, with the cursor where it is wanted."""
        self.set_class(bool(self.filter), "-filtering")
        self.query_one(Page).can_focus = False
        wanted = self.wanted_ref
        self.show()
        self.rows.focus()
        if wanted and self.rows.ref == wanted:
            self._open()

    def go_to(self, ref: str) -> None:
        """Put the cursor on one, as soon as it is there."""
        self.wanted_ref = ref
        self.query_one("#filter", Input).value = ""
        self.remove_class("-filtering")

    def show(self) -> None:
        """Show what the filter lets through, in groups."""
        board, signs = self.fedcheck.board, self.fedcheck.signs
        chosen = self._chosen()
        rows: list[IssueRow | str] = []
        for head, members in grouped(chosen, self.grouping):
            rows.append(f"{one_line(head)} {len(members)}")
            rows += [row(f"{self.BOOK}:{one.id}", one, board.today, signs) for one in members]
        empty = self._unreadable() or self.empty_text()
        if self.things:
            count = plural(len(self.things), self.BOOK[:-1])
            clears = self.fedcheck.hint("ledger.back", "clears it", "; ")
            empty = f"None of {count} matches the filter{clears}"
        self.rows.show(rows, empty)
        if self.wanted_ref and self.rows.go_to(self.wanted_ref):
            self.wanted_ref = ""
        part = f"{len(chosen)} of {len(self.things)} · " if len(chosen) != len(self.things) else ""
        self.query_one(TopLine).show("Questions and findings", "", part + self.standing())
        self.query_one("#ledger-tabs", Static).update(self._tabs(board.project))
        if self.has_class("-open"):
            self._show_details()
            if self.thing is None:
                self._close()
        self._read_stories()

    def _unreadable(self) -> str:
        """Say what is wrong where the file cannot be read: then nothing here is not nothing."""
        for broken in self.fedcheck.board.project.broken:
            if PurePath(broken.path).name == f"{self.BOOK}.toml":
                return f"{one_line(str(broken))}\nNothing is lost: fedcheck doctor tells more"
        return ""

    def _tabs(self, project: Project) -> Content:
        parts: list[str | tuple[str, str]] = []
        for book, title in self.TABS:
            count = len(project.requests if book == "requests" else project.findings)
            here = book == self.BOOK
            parts += [(f"{title} {count}", "bold $accent underline" if here else "")]
            parts += ["    "]
        parts[-1] = "  "
        key = self.fedcheck.key
        parts += [(key("ledger.switch"), "bold $accent"), ("        grouped ", "$text-muted")]
        parts += [self.GROUPS[self.grouping], "  ", (key("ledger.group"), "bold $accent")]
        return Content.assemble(*parts)

    def _chosen(self) -> list[Thing]:
        error = self.query_one("#filter-error", Static)
        error.display = False
        try:
            return self.language.parse(self.filter).select(self.things, self.fedcheck.board.today)
        except QueryError as problem:
            error.update(Content(one_line(str(problem))))
            error.display = True
            return list(self.things)

    def _read_stories(self) -> None:
        """Have the history read, off the UI thread, once for each state of the project."""
        session = self.fedcheck.session
        project = session.project
        if self.told_of is not project:
            self.told_of = project
            self.fedcheck.writer.submit(
                lambda: _stories(session), lambda done: self.post_message(self.Told(project, done))
            )

    @on(Told)
    def _told(self, event: Told) -> None:
        if event.future.exception() is None:
            self.stories = event.future.result()
            self._show_details()

    @on(IssueList.Highlighted)
    def _highlighted(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DETAILS_DELAY, self._show_details)

    @on(Page.Resized)
    def _show_details(self) -> None:
        thing, text = self.thing, self.query_one("#ledger-text", Static)
        if thing is None:
            text.update(Content(""))
            return
        told = None if self.stories is None else self.stories.get(self.rows.ref, ())
        width = min(self.query_one(Page).scrollable_content_region.width, WIDEST)
        app = self.fedcheck
        text.update(details(app.board, thing, app.signs, app.keymap, told, width))

    @on(IssueList.Opened)
    def _open(self) -> None:
        self.add_class("-open")
        page = self.query_one(Page)
        page.can_focus = True
        page.scroll_home(animate=False)
        page.focus()
        self._show_details()

    def _close(self) -> None:
        self.remove_class("-open")
        self.rows.focus()
        self.query_one(Page).can_focus = False

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self.filter:
            self.filter = event.value
            self.show()

    @on(Input.Submitted, "#filter")
    def _entered(self) -> None:
        self.set_class(bool(self.filter), "-filtering")
        self.rows.focus()

    def action_ledger_filter(self) -> None:
        """Open the filter."""
        self._close()
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    def action_ledger_back(self) -> None:
        """Close what is opened, else leave the filter, else go back."""
        field = self.query_one("#filter", Input)
        if self.has_class("-open"):
            self._close()
        elif field.value or self.has_class("-filtering"):
            field.value = ""
            self.remove_class("-filtering")
            self.rows.focus()
        else:
            self.dismiss(None)

    def action_ledger_group(self) -> None:
        """Group it the next way."""
        ways = list(self.GROUPS)
        way = ways[(ways.index(self.grouping) + 1) % len(ways)]
        self.fedcheck.remembered.put(f"groups-{self.BOOK}", way)
        self.show()

    def action_ledger_switch(self) -> None:
        """Go from the requests to the findings, or back."""
        books = [book for book, _ in self.TABS]
        other = books[1 - books.index(self.BOOK)]
        self.fedcheck.replace_screen(other)

    def action_ledger_evidence(self) -> None:
        """See, add, open and remove evidence."""
        self.with_thing(
            lambda thing: self.fedcheck.open_screen("issue-evidence", self.BOOK, thing.id)
        )

    def action_ledger_item(self) -> None:
        """Link an item, or take one off."""
        self.with_thing(self.revising.ask_item)

    def action_ledger_withdraw(self) -> None:
        """Take it out of the register, saying why."""
        self.with_thing(self.revising.ask_to_withdraw)

    @on(Page.Left)
    def _to_item(self) -> None:
        self.with_thing(self.revising.go_to_item)

    def action_ledger_due(self) -> None:
        """Ask for the due date."""
        self.with_thing(self.revising.ask_due)

    def with_thing(self, act: Callable[[Any], object]) -> None:
        """Do something to the highlighted one, if there is one."""
        thing = self.thing
        if thing is None:
            self.app.bell()
        else:
            act(thing)


def _stories(session: Session) -> Stories:
    """Return what was done to each request and finding. Runs in the writer's thread."""
    books = ("requests:", "findings:")
    try:
        entered = [one for one in session.history() if one.change.ref.startswith(books)]
    except FedcheckError:
        return {}
    found: dict[str, list[HistoryRow]] = {}
    for deed in story(entered, ZoneInfo(session.project.config.timezone)):
        found.setdefault(deed.ref, []).append(deed)
    return found
