"""What the screens of requests and of findings share: list, groups, filter, details, links."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from fedcheck.analysis.activity import HistoryRow, story
from fedcheck.analysis.issues import Issue, group_issues
from fedcheck.domain.query import Language
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError, QueryError
from fedcheck.session import Session
from fedcheck.storage.record_file import FINDINGS, REQUESTS
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.questions import Asking
from fedcheck.tui.screens.filtered_list import FilteredListScreen
from fedcheck.tui.screens.issue_actions import IssueActions
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.issue_details import Page, details
from fedcheck.tui.widgets.issue_list import IssueList
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.row_list import under_headings
from fedcheck.tui.widgets.top_line import TopLine

WIDEST = 110
"""How wide a line of the details may be; longer ones are hard to read."""

Stories = Mapping[str, Sequence[HistoryRow]]


class IssueScreen(FilteredListScreen):
    """A register on the whole screen: a list in groups, and the details of the highlighted one."""

    CSS_PATH = sheets("issues")
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
    TITLES: ClassVar[Mapping[str, str]] = {}
    """How the rows can be grouped, and what is on screen for it."""

    def __init__(self, filter_text: str = "", ref: str = "") -> None:
        super().__init__(filter_text, classes="issues")
        self.wanted_ref = ref
        self.stories: Stories | None = None

    @property
    def things(self) -> Sequence[Issue]:
        """Return all requests, or all findings."""
        raise TypeError(f"{type(self).__name__} must define what it shows")

    @property
    def language(self) -> Language[Any]:
        """Return the language of the filter."""
        raise TypeError(f"{type(self).__name__} must define what can be searched")

    def standing(self) -> str:
        """State how many there are of what."""
        raise TypeError(f"{type(self).__name__} must define its counts")

    def empty_text(self) -> str:
        """State what would be here, and which key makes it."""
        raise TypeError(f"{type(self).__name__} must define its empty text")

    @property
    def rows(self) -> IssueList:
        """Return the list."""
        return self.query_one(IssueList)

    @property
    def thing(self) -> Issue | None:
        """Return the highlighted one."""
        shown = self.rows.current
        return next((one for one in self.things if shown and one.id == shown.id), None)

    @property
    def issue_actions(self) -> IssueActions:
        """Return what asks for changes and saves them."""
        return IssueActions(self.fedcheck, self.BOOK)

    def compose(self) -> ComposeResult:
        """Lay out tabs, filter, list and details."""
        yield TopLine()
        yield Static(id="issue-tabs")
        with Container(id="issue-panes"):
            with Vertical(id="issue-rows"):
                yield Input(self.filter, placeholder=self._examples(), id="filter")
                yield Static(id="filter-error")
                yield IssueList(self.fedcheck.signs, id="issue-list")
            with Page(id="issue-details"):
                yield Static(id="issue-text")
        yield KeyLine()

    def _examples(self) -> str:
        keys = [f"{key}:{value}" for key, value in self.language.examples.items()]
        return "words, or " + " ".join(keys[:4])

    def begin(self) -> None:
        """Show what there is, with the cursor where it is wanted."""
        self.query_one(Page).can_focus = False
        wanted = self.wanted_ref
        super().begin()
        if wanted and self.ref == wanted:
            self._open()

    @property
    def ref(self) -> str:
        """Return the reference of the highlighted one."""
        return f"{self.BOOK}:{self.rows.current.id}" if self.rows.current else ""

    def go_to(self, ref: str) -> None:
        """Put the cursor on one, as soon as it is there."""
        self.wanted_ref = ref
        self.field.value = ""
        self.remove_class("-filtering")

    def show(self) -> None:
        """Show what the filter lets through, in groups."""
        board = self.fedcheck.board
        chosen = self._chosen()
        groups = group_issues(chosen, self.grouping)
        rows = under_headings((f"{one_line(head)} {len(of)}", of) for head, of in groups)
        empty = self._unreadable() or self.empty_text()
        if self.things:
            count = pluralize(len(self.things), self.BOOK[:-1])
            empty = self.none_matches(count, "ledger.back")
        self.rows.today = board.today
        self.rows.put(rows, empty)
        if self.wanted_ref and self.rows.move_to(split_ref(self.wanted_ref)[1]):
            self.wanted_ref = ""
        part = f"{len(chosen)} of {len(self.things)} · " if len(chosen) != len(self.things) else ""
        self.query_one(TopLine).show("Questions and findings", "", part + self.standing())
        self.query_one("#issue-tabs", Static).update(self._tabs(board.project))
        if self.has_class("-open"):
            self.show_details()
            if self.thing is None:
                self._close()
        session = self.fedcheck.session
        self.read(lambda: _stories(session), self._know)

    def _unreadable(self) -> str:
        """State what is wrong where the file cannot be read: then nothing here is not nothing."""
        for broken in self.fedcheck.board.project.broken:
            if PurePath(broken.path).name == f"{self.BOOK}.toml":
                return f"{one_line(str(broken))}\nNothing is lost; see: fedcheck doctor"
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
        parts += [self.TITLES[self.grouping], "  ", (key("ledger.group"), "bold $accent")]
        return Content.assemble(*parts)

    def _chosen(self) -> list[Issue]:
        error = self.query_one("#filter-error", Static)
        error.display = False
        try:
            return self.language.parse(self.filter).select(self.things, self.fedcheck.board.today)
        except QueryError as problem:
            error.update(Content(one_line(str(problem))))
            error.display = True
            return list(self.things)

    def _know(self, stories: Stories) -> None:
        self.stories = stories
        self.show_details()

    @on(Page.Resized)
    def _resized(self) -> None:
        self.show_details()

    def show_details(self) -> None:
        """Show the details of the highlighted one, as wide as there is room for."""
        thing, text = self.thing, self.query_one("#issue-text", Static)
        if thing is None:
            text.update(Content(""))
            return
        told = None if self.stories is None else self.stories.get(self.ref, ())
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
        self.show_details()

    def _close(self) -> None:
        self.remove_class("-open")
        self.rows.focus()
        self.query_one(Page).can_focus = False

    def action_ledger_filter(self) -> None:
        """Open the filter."""
        self._close()
        self.open_filter()

    def action_ledger_back(self) -> None:
        """Close what is opened, else leave the filter, else go back."""
        if self.has_class("-open"):
            self._close()
        elif not self.leave_filter():
            self.dismiss(None)

    def action_ledger_group(self) -> None:
        """Group it the next way."""
        self.group_next_way()

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
        self.ask_about_thing(self.issue_actions.ask_link)

    def action_ledger_withdraw(self) -> None:
        """Take it out of the register, saying why."""
        self.ask_about_thing(self.issue_actions.ask_to_withdraw)

    @on(Page.Left)
    def _to_item(self) -> None:
        self.ask_about_thing(self.issue_actions.go_to_item)

    def action_ledger_due(self) -> None:
        """Ask for the due date."""
        self.ask_about_thing(self.issue_actions.ask_due)

    def with_thing(self, act: Callable[[Any], object]) -> None:
        """Do something to the highlighted one, if there is one."""
        thing = self.thing
        if thing is None:
            self.app.bell()
        else:
            act(thing)

    def ask_about_thing(self, question: Callable[[Any], Asking]) -> None:
        """Ask a person something about the highlighted one, if there is one."""
        self.with_thing(lambda thing: self.fedcheck.start(question(thing)))


def _stories(session: Session) -> Stories:
    """Return what was done to each request and finding. Runs in the writer's thread."""
    try:
        entered = session.store.history_in((REQUESTS, FINDINGS))
    except FedcheckError:
        return {}
    found: dict[str, list[HistoryRow]] = {}
    for deed in story(entered, find_zone(session.project.config.timezone)):
        found.setdefault(deed.ref, []).append(deed)
    return found
