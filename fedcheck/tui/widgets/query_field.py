"""The field for a query: the rest of a word stands dim behind the cursor, what fits below it."""

import re
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from fedcheck.domain.query import QueryWords, complete_query, find_last_word
from fedcheck.domain.text import one_line

Known = Callable[[], QueryWords]
"""Returns the words that a query may use now."""


class QueryField(Input):
    """A field that completes the keys and values of a query; tab takes what is offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False),
    ]

    def __init__(self, value: str, known: Known, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            value,
            placeholder="words, or status:todo control:AC-2 evidence:stale due:<14d",
            suggester=QuerySuggester(known),
            select_on_focus=False,
            id=id,
        )
        self.known = known

    @property
    def offered(self) -> list[str]:
        """Return what the query may become at the cursor, if that is at the end of a word."""
        at_end = self.cursor_position >= len(self.value)
        if not at_end or find_last_word(self.value) == len(self.value):
            return []
        return complete_query(self.value, self.known())

    def action_complete(self) -> None:
        """Take the first completion; where there is none, go on to the list."""
        offered = self.offered
        if offered:
            self.value = offered[0]
            self.cursor_position = len(self.value)
        else:
            self.screen.focus_next()


class QuerySuggester(Suggester):
    """Shows the rest of the first completion."""

    def __init__(self, known: Known) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.known = known

    async def get_suggestion(self, value: str) -> str | None:
        """Return what the text may become, where that goes on as it was typed."""
        if find_last_word(value) == len(value):
            return None
        found = complete_query(value, self.known())
        folded = value.casefold()
        return next((one for one in found if one.casefold().startswith(folded)), None)


def offer_text(text: str, known: QueryWords) -> str:
    """Return the words that fit at the end of a query, for the line below the field."""
    is_key = ":" not in text[find_last_word(text) :]
    words = (one[find_last_word(one) :].lstrip("-") for one in complete_query(text, known))
    tails = (word if is_key else re.split(r"[:|]", word)[-1] for word in words)
    return "  ".join(one_line(tail) for tail in tails)
