"""Requests: reviewers' questions and the assessor's requests for evidence, and their answers."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from fedcheck.analysis.issue_queries import build_request_language
from fedcheck.analysis.issues import REQUEST_GROUPS, Issue, count_issues
from fedcheck.domain.query import Language
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.tui.dialogs.issue_forms import amend_request, ask_request
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.issues import IssueScreen

KINDS = (
    Choice("question", "Reviewer question", "q"),
    Choice("evidence", "Assessor evidence request", "e"),
)


class RequestsScreen(IssueScreen):
    """What one side asks of another, and whether it was answered."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("requests"), *bindings("ledger")]
    PLACES: ClassVar[tuple[str, ...]] = (
        "requests",
        "ledger",
        "rows",
        "ledger-page",
        "everywhere",
    )
    BOOK = "requests"
    TITLES: ClassVar[Mapping[str, str]] = REQUEST_GROUPS
    GROUPS: ClassVar[Sequence[str]] = tuple(REQUEST_GROUPS)
    KEPT_AS = "groups-requests"

    @property
    def things(self) -> Sequence[Issue]:
        """Return all requests."""
        return self.fedcheck.board.project.requests

    @property
    def language(self) -> Language[Any]:
        """Return the language of the filter."""
        return build_request_language(self.fedcheck.board.project)

    def standing(self) -> str:
        """State how many are open, overdue, answered, accepted."""
        found = count_issues(self.things, self.fedcheck.board.today)
        late = f" ({found.overdue} overdue)" if found.overdue else ""
        states = [f"{found.by_state.get('open', 0)} open{late}"]
        states += [
            f"{number} {state}"
            for state in ("answered", "accepted")
            if (number := found.by_state.get(state, 0))
        ]
        return ", ".join(states)

    def empty_text(self) -> str:
        """State what would be here."""
        hint = self.fedcheck.hint
        adds = hint("ledger.add", "adds a question or evidence request")
        other = hint("ledger.switch", "goes to the findings")
        return "No requests yet.\n" + "; ".join(part for part in (adds, other) if part)

    def action_ledger_add(self) -> None:
        """Ask something: a question, or for evidence."""
        self.fedcheck.start(self._ask_request())

    async def _ask_request(self) -> None:
        kind = await self.fedcheck.ask(ChoicePrompt("Type of request", KINDS))
        if kind:
            await ask_request(self.fedcheck, kind, self.go_to)

    def action_ledger_edit(self) -> None:
        """Change what is asked."""
        self.ask_about_thing(lambda request: amend_request(self.fedcheck, request))

    def action_ledger_owner(self) -> None:
        """Ask who is to answer."""

        def edit_of(to: str) -> RequestEdit:
            return RequestEdit(to=to)

        title = "Assigned to"
        self.ask_about_thing(lambda one: self.issue_actions.ask_name(one, one.to, title, edit_of))

    def action_requests_answer(self) -> None:
        """Write the answer."""
        self.with_thing(self._answer)

    def _answer(self, request: Request) -> None:
        def edit_of(text: str) -> RequestEdit:
            return RequestEdit("answer", answer=text)

        waits = request.state == "open"
        self.issue_actions.write(request, "answer", "Answer", edit_of, "answered", even_same=waits)

    def action_requests_accept(self) -> None:
        """Accept the answer."""
        self.with_thing(self._accept)

    def _accept(self, request: Request) -> None:
        if request.state != "answered":
            state = "already accepted" if request.state == "accepted" else "not answered yet"
            self.fedcheck.tell(
                f"It is {state}", self.fedcheck.hint("requests.answer", "writes an answer")
            )
            return
        edit = RequestEdit("accept", read_answer=request.answer)
        self.issue_actions.save(request, edit, "accepted")

    def action_requests_return(self) -> None:
        """Return the answer with a comment."""
        self.with_thing(self._return)

    def _return(self, request: Request) -> None:
        if request.state == "open":
            writes = self.fedcheck.hint("requests.answer", "writes one")
            self.fedcheck.tell("It is open; there is no answer to return", writes)
            return

        def edit_of(text: str) -> RequestEdit:
            return RequestEdit("return", comment=text, amend=True)  # the guard saw their comment

        title = "What is missing from the answer"
        self.issue_actions.write(request, "comment", title, edit_of, "returned", even_same=True)
