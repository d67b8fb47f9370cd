"""What others changed while the app was open, in words; and their hand edits into the history."""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from fedcheck.domain.change import OUTSIDE, HistoryLine
from fedcheck.domain.change_text import changes_label
from fedcheck.domain.text import one_line, plural
from fedcheck.errors import FedcheckError
from fedcheck.session import Session, Transaction

FILES_EVERY = 5
"""Evidence files are looked at less often than the records: there may be thousands."""


class News:
    """Knows which actions the person at this screen has heard of. Runs in the writer's thread."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._looks = 0

    def begin(self, session: Session, since: datetime | None) -> list[HistoryLine]:
        """Note what was done before; return what others did since somebody last looked.

        Without such a moment, which is the first time, that is nothing.
        """
        entered: list[HistoryLine] = []
        with contextlib.suppress(FedcheckError):
            session.reconcile()
            entered = session.history()
            self._known = {one.tx for one in entered}
        return [one for one in entered if since and one.at > since and one.by != session.who]

    def mine(self, action: Transaction) -> None:
        """Note what was done here."""
        self._known.add(action.tx)

    def look(self, session: Session) -> str | None:
        """Read what others changed; say what, nothing if not worth a word, None if nothing did."""
        self._looks += 1
        if not session.refresh():
            files = self._looks % FILES_EVERY == 0 and session.refresh_files()
            return "" if files else None
        try:
            session.reconcile()
            fresh = [one for one in session.history() if one.tx not in self._known]
        except FedcheckError:
            return ""
        self._known |= {one.tx for one in fresh}
        return _words(fresh)


def _words(fresh: Sequence[HistoryLine]) -> str:
    """Say who changed what: one action in full, several by who and how many."""
    people = list(dict.fromkeys(one.by for one in fresh))
    refs = {one.change.ref for one in fresh}
    if not fresh:
        return ""
    if len({one.tx for one in fresh}) == 1:
        who = "Changed outside fedcheck" if people == [OUTSIDE] else one_line(people[0], 40)
        return f"{who}: {changes_label([one.change for one in fresh])}"
    who = " and ".join(one_line(name, 40) for name in people[:3])
    return f"{who} changed {plural(len(refs), 'item')}"
