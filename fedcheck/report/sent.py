"""The register of reports that were sent."""

import hashlib
from dataclasses import replace
from pathlib import Path

from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.model.sent import Sent
from fedcheck.model.text import one_line, storable
from fedcheck.session import Action, Session
from fedcheck.store.book import SENT


def sent(session: Session, path: Path, text: str, template: str, milestone: str, to: str) -> Action:
    """Enter into the register that a report was sent, as one action.

    Args:
        session: the open workspace.
        path: the file of the report.
        text: the report as it was sent.
        template: name of its template.
        milestone: id of its milestone.
        to: a person or a role.

    Raises FedcheckError: status 2 where nobody is named, 3 where the disk refuses.
    """
    who = " ".join(storable(to).split())
    if not who:
        raise FedcheckError("to whom was it sent?", "name a person or a role", ErrorKind.USAGE)
    real, root = path.absolute(), session.root.absolute()
    file = real.relative_to(root).as_posix() if real.is_relative_to(root) else real.name
    title = f"{template} for {milestone}" if milestone else template
    digest = hashlib.sha256(text.encode()).hexdigest()
    today = session.today()

    def entry(empty: Sent) -> Sent:
        return replace(empty, title=title, to=who, on=today, file=file, sha256=digest)

    label = f"{title}: sent to {one_line(who, 40)}"
    return session.revise([session.new_ref(SENT)], entry, label)
