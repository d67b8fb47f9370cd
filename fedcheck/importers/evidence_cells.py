"""Evidence in a cell of a table: a line for each piece, and back again.

Nothing under `private/` goes out or comes in, and no file outside the workspace.
"""

import re
from collections.abc import Iterable

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.storage.paths import PRIVATE

KEPT_INSIDE = "kept inside"
"""What is said in place of evidence that lies under `private/`."""

_LABELLED = re.compile(r"(.*\S)\s*<([^<>]+)>")


def proof_text(proof: Evidence) -> str:
    """Return a piece of evidence on a line: its link, after its label if it has one."""
    if is_private(proof.link):
        return KEPT_INSIDE
    label = " ".join(proof.label.split())
    return f"{label} <{proof.link}>" if label else proof.link


def is_private(link: str) -> bool:
    """Tell whether a link leads under `private/`."""
    return link.replace("\\", "/").removeprefix("./").split("/")[0] == PRIVATE


def proofs_in(text: str) -> Iterable[tuple[str, str]]:
    """Return labels and links of a cell: one a line, or several with a semicolon between."""
    for part in re.split(r"\n|;\s+|;$", text):
        part = part.strip()
        found = _LABELLED.fullmatch(part)
        if found:
            yield found[1].strip(), found[2].strip()
        elif part:
            yield "", part


def new_proof(session: Session, label: str, link: str) -> Evidence | Note:
    """Return a piece of evidence, or why it is none; nothing private and nothing outside."""
    if is_private(link):
        return Note("", f"{one_line(link, 80)}: lies under private/, and would be told of")
    try:
        return session.new_evidence(link, here=session.root, label=label)
    except FedcheckError as error:
        return Note("", f"evidence not added: {one_line(str(error), 160)}", error.hint)
